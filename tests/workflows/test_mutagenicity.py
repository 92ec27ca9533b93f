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
    assert (nitro.impurity_class, nitro.model, nitro.rules.outcome) == ("2", "positive", "positive")
    assert nitro.measured is True
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
    demethylated, procaine = "CCN(C)CCOC(=O)c1ccc(N)cc1", "CCN(CC)CCOC(=O)c1ccc(N)cc1"
    assert judged(demethylated)[0].impurity_class == "3"
    assert judged(demethylated, parent=procaine)[0].impurity_class == "4"
    assert judged("Nc1ccc(C(=O)NCCBr)cc1", parent=procaine)[0].impurity_class == "3"
    assert judged("O=NN1CCN(CC)CC1", parent="O=NN1CCN(CCC)CC1")[0].impurity_class == "3"  # a cohort of concern


def test_a_mixture_is_refused_and_not_judged_by_its_largest_part():
    mixture, salt, metal = judged("CN(C)N=O.Cc1ccccc1", "CCN.Cl", "CC[Pb](CC)(CC)CCBr")
    assert "mixture" in mixture.problem
    assert mixture.impurity_class is None
    assert salt.changes == ("removed salt: Cl",) or "neutralised" in salt.changes
    assert salt.impurity_class
    assert "metal" in metal.problem


@pytest.mark.parametrize("salt", [
    "NN", "N[NH3+].[Cl-]", "NO", "O[NH3+].[Cl-]", "[N-]=[N+]=[N-].[Na+]", "OO", "NCl", "[O-]N=O.[Na+]", "Cl.NN.Cl",
])  # fmt: skip
def test_a_salt_that_may_itself_be_mutagenic_is_not_left_out(salt):
    (found,) = judged(f"CN1CCC(O)CC1.{salt}")
    assert "mixture" in found.problem and found.impurity_class is None


@pytest.mark.parametrize(
    "salt", ["Cl", "[Na+].[Cl-]", "O[N+](=O)[O-]", "OS(=O)(=O)O", "OP(=O)(O)O", "N", "O", "Br", "CS(=O)(=O)O"]
)
def test_a_harmless_counter_ion_is(salt):
    (found,) = judged(f"CN1CCC(O)CC1.{salt}")
    assert not found.problem and found.impurity_class


def test_a_measurement_is_told_and_a_contradiction_is_no_clearance():
    (salicylic_acid,) = judged("O=C(O)c1ccccc1O")
    assert (salicylic_acid.model, salicylic_acid.rules.outcome) == ("negative", "negative")
    assert salicylic_acid.measured is True
    assert salicylic_acid.impurity_class == "expert review"
    assert "measured mutagenic" in salicylic_acid.meaning


def test_the_methods_are_the_shipped_ones_whatever_lies_here(tmp_path, monkeypatch):
    (tmp_path / "ames").mkdir()
    (tmp_path / "ames" / "card.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert judged("CCO")[0].impurity_class == "5"


def test_a_parent_that_cannot_be_read_is_refused():
    for parent in ("C1CC", "CN(C)N=O.Cc1ccccc1", "[Na+].[Cl-]"):
        with pytest.raises(ConfigError, match="parent"):
            judged("CCO", parent=parent)


def test_a_file_keeps_every_row_and_column(tmp_path):
    table = tmp_path / "impurities.csv"
    table.write_text("name,smiles,alerts\na,CCO,mine\nb,,x\nc,CN(C)N=O,\nd,not a smiles,\n", encoding="utf-8")
    result = run(build(MutagenicityConfig, {"data": table, "output": tmp_path / "out.csv"}))
    rows = rows_of(result.output)
    assert [row["name"] for row in rows] == ["a", "b", "c", "d"]
    assert rows[0]["alerts"] == "mine"
    assert rows[2]["pharmakon_alerts"] == "N-nitroso"
    assert [row["m7_class"] for row in rows] == ["5", "", "2", ""]
    assert rows[2]["measured"] == "positive"
    assert rows[2]["model"] == "ames"
    assert rows[1]["problem"]
    assert rows[3]["problem"]
    assert {name if name != "alerts" else "pharmakon_alerts" for name in COLUMNS} <= set(rows[0])
    assert result.rows == 4
    assert result.classes == {"5": 1, "2": 1, "not judged": 2}


def test_no_column_of_the_input_is_overwritten(tmp_path):
    table = tmp_path / "again.csv"
    table.write_text("smiles,problem,pharmakon_problem\nCCO,MINE,MINE2\n", encoding="utf-8")
    result = run(build(MutagenicityConfig, {"data": table, "output": tmp_path / "out.csv"}))
    header = result.output.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert len(header) == len(set(header))
    (row,) = rows_of(result.output)
    assert (row["problem"], row["pharmakon_problem"], row["pharmakon_pharmakon_problem"]) == ("MINE", "MINE2", "")


def test_the_titles_of_an_sdf_file_come_through(tmp_path):
    from pharmakon.store.writers import SdfWriter

    with SdfWriter(tmp_path / "in.sdf", []) as writer:
        writer.write("CCO", {}, title="ethanol")
        writer.write("CCN", {}, title="ethylamine")
    result = run(build(MutagenicityConfig, {"data": tmp_path / "in.sdf", "output": tmp_path / "out.csv"}))
    assert [row["id"] for row in rows_of(result.output)] == ["ethanol", "ethylamine"]


def test_the_input_is_never_written_over(tmp_path):
    table = tmp_path / "impurities.csv"
    table.write_text("smiles\nCCO\n", encoding="utf-8")
    with pytest.raises(UsageError, match="is the input"):
        run(build(MutagenicityConfig, {"data": table, "output": table}))


@pytest.mark.parametrize("place", ["out.parquet", "nowhere/out.csv"])
def test_an_output_that_cannot_be_is_refused(tmp_path, place):
    table = tmp_path / "impurities.csv"
    table.write_text("smiles\nCCO\n", encoding="utf-8")
    with pytest.raises(UsageError):
        run(build(MutagenicityConfig, {"data": table, "output": tmp_path / place}))


@pytest.mark.parametrize(
    "given", [{}, {"smiles": ("C",), "data": "x.csv"}, {"data": "x.csv"}, {"smiles": ("C",), "output": "x.csv"}]
)
def test_a_request_that_makes_no_sense_is_refused(given):
    with pytest.raises(ConfigError):
        build(MutagenicityConfig, given)
