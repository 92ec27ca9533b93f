"""Judging impurities: in memory, from a file, beside a parent."""

import csv

import pytest
from rdkit import Chem

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.workflows.mutagenicity import COLUMNS, MutagenicityConfig, run


def judged(*smiles, **options):
    return run(build(MutagenicityConfig, {"smiles": smiles, **options})).table


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_mutagen_and_a_harmless_molecule_are_told_apart():
    nitro, ethanol, bad = judged("O=[N+]([O-])c1ccc2[nH]ccc2c1", "CCO", "C1CC")
    assert (nitro.impurity_class, nitro.model, nitro.rules.outcome) == ("3", "positive", "positive")
    assert "aromatic nitro" in nitro.evidence[0]
    assert "measured molecules with it were mutagenic" in nitro.evidence[0]
    assert (ethanol.impurity_class, ethanol.model, ethanol.rules.outcome) == ("5", "negative", "negative")
    assert 0 <= ethanol.low <= ethanol.probability <= ethanol.high <= 1
    assert "ring" in bad.problem
    assert bad.impurity_class is None


def test_atoms_are_counted_in_the_standard_smiles():
    (one,) = judged("[Na+].[O-]C(=O)CCCBr")
    (alert,) = one.rules.alerts
    mol = Chem.MolFromSmiles(one.structure)
    assert sorted(mol.GetAtomWithIdx(i).GetSymbol() for i in alert.atoms) == ["Br", "C"]


def test_a_parent_makes_what_it_shares_class_4():
    procainamide, procaine = "Nc1ccc(C(=O)NCCN(CC)CC)cc1", "CCN(CC)CCOC(=O)c1ccc(N)cc1"
    assert judged(procainamide)[0].impurity_class == "3"
    assert judged(procainamide, parent=procaine)[0].impurity_class == "4"
    assert judged("Nc1ccc(C(=O)NCCBr)cc1", parent=procaine)[0].impurity_class == "3"


def test_a_parent_that_cannot_be_read_is_refused():
    with pytest.raises(ConfigError, match="parent"):
        judged("CCO", parent="C1CC")


def test_a_file_keeps_every_row_and_column(tmp_path):
    table = tmp_path / "impurities.csv"
    table.write_text("name,smiles,alerts\na,CCO,mine\nb,,x\nc,CN(C)N=O,\nd,not a smiles,\n", encoding="utf-8")
    result = run(build(MutagenicityConfig, {"data": table, "output": tmp_path / "out.csv"}))
    rows = rows_of(result.output)
    assert [row["name"] for row in rows] == ["a", "b", "c", "d"]
    assert rows[0]["alerts"] == "mine"
    assert rows[2]["pharmakon_alerts"] == "N-nitroso"
    assert [row["m7_class"] for row in rows] == ["5", "", "3", ""]
    assert rows[1]["problem"]
    assert rows[3]["problem"]
    assert {name if name != "alerts" else "pharmakon_alerts" for name in COLUMNS} <= set(rows[0])
    assert result.rows == 4
    assert result.classes == {"5": 1, "3": 1, "unreadable": 2}


def test_the_input_is_never_written_over(tmp_path):
    table = tmp_path / "impurities.csv"
    table.write_text("smiles\nCCO\n", encoding="utf-8")
    with pytest.raises(UsageError, match="is the input"):
        run(build(MutagenicityConfig, {"data": table, "output": table}))


@pytest.mark.parametrize("given", [{}, {"smiles": ("C",), "data": "x.csv"}, {"data": "x.csv"}])
def test_a_request_that_makes_no_sense_is_refused(given):
    with pytest.raises(ConfigError):
        build(MutagenicityConfig, given)
