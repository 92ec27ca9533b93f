"""`pharmakon predict`."""

import functools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pharmakon.cli.main import main
from pharmakon.core.types import Estimates, Property
from pharmakon.workflows import predict
from pharmakon.workflows.predict import PredictResult

SOLUBILITY = Property("solubility", "Aqueous solubility", "log10(mol/L)", better="high", low=-16, high=3)


def estimates(values):
    values = np.array(values, dtype=float)
    known = np.isfinite(values)
    return Estimates(
        SOLUBILITY,
        "solubility",
        values,
        values - 1,
        values + 1,
        known,
        ["good" if ok else "" for ok in known],
        np.where(known, 77.0, np.nan),
        np.where(known, 0.5, np.nan),
        ["ethanol" if ok else "" for ok in known],
        np.where(known, 1.1, np.nan),
    )


@pytest.fixture
def answer(listening):
    """Let the workflow give this result; the configurations it was asked with come back."""
    return functools.partial(listening, predict)


ONE = PredictResult(
    rows=1,
    problems=0,
    table={"solubility": estimates([0.85])},
    structures=["CCO"],
    reasons=[""],
    notes=["a remark"],
    changes=[()],
)
BROKEN = PredictResult(
    rows=1,
    problems=1,
    table={"solubility": estimates([np.nan])},
    structures=[""],
    reasons=["unclosed ring"],
    changes=[()],
)
BOTH = PredictResult(
    rows=2,
    problems=1,
    table={"solubility": estimates([0.85, np.nan])},
    structures=["CCO", ""],
    reasons=["", "unclosed ring"],
    changes=[("removed salt: Cl",), ()],
)


def test_one_molecule_is_a_table(answer, capsys):
    seen = answer(ONE)
    assert main(["predict", "-s", "OCC", "-m", "solubility,herg"]) == 0
    assert (seen[0].smiles, seen[0].models) == (("OCC",), ("solubility", "herg"))
    shown, remarks = capsys.readouterr()
    assert "OCC, read as CCO" in shown
    (line,) = (line for line in shown.splitlines() if "Aqueous" in line)
    for part in (
        "0.850 log10(mol/L)",
        "-0.150 to 1.85",
        "yes",
        "good",
        "77",
        "1.10 log10(mol/L) (ethanol, similarity 0.50)",
    ):
        assert part in line
    assert remarks.splitlines() == ["predict: 1 of 1, done", "a remark"]


def test_json_is_one_object_a_structure(answer, capsys):
    answer(BOTH)
    assert main(["predict", "-s", "CCO", "-s", "C1CC", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert (first["input"], first["structure"], first["problem"]) == ("CCO", "CCO", "")
    assert first["properties"]["solubility"]["value"] == 0.85
    assert second == {"input": "C1CC", "structure": "", "changes": [], "problem": "unclosed ring", "properties": {}}
    assert first["changes"] == ["removed salt: Cl"]


def test_an_unreadable_structure_does_not_stop_the_others(answer, capsys):
    answer(BOTH)
    assert main(["predict", "-s", "CCO", "-s", "C1CC"]) == 0
    shown = capsys.readouterr().out
    assert "C1CC: unclosed ring" in shown
    assert "Aqueous solubility" in shown


def test_nothing_readable_is_a_failure(answer, capsys):
    answer(BROKEN)
    assert main(["predict", "-s", "C1CC"]) == 1
    assert capsys.readouterr().out == "C1CC: unclosed ring\n"


def test_an_empty_structure_and_a_huge_one_are_told_in_a_line(answer, capsys):
    answer(replace(BROKEN, reasons=["an empty structure"]))
    assert main(["predict", "-s", ""]) == 1
    assert capsys.readouterr().out == "an empty structure\n"
    answer(replace(BROKEN, reasons=["1,200 heavy atoms; the limit is 1,000"]))
    assert main(["predict", "-s", "C" * 1200]) == 1
    assert capsys.readouterr().out == f"{'C' * 59}…: 1,200 heavy atoms; the limit is 1,000\n"


def test_a_file_gets_a_file(answer, capsys):
    seen = answer(PredictResult(rows=1234, problems=2, output=Path("out.csv")))
    assert main(["predict", "molecules.csv", "-o", "out.csv", "--smiles-column", "structure", "--resume"]) == 0
    config = seen[0]
    assert (config.data, config.output, config.smiles_column) == (Path("molecules.csv"), Path("out.csv"), "structure")
    assert config.resume
    assert capsys.readouterr().out == "1,234 rows, 2 with a problem, full profile: out.csv\n"


def test_a_column_given_as_a_structure_is_told_where_it_belongs(capsys):
    assert main(["predict", "molecules.csv", "--smiles", "structure"]) == 2
    assert "--smiles-column names a file's structure column" in capsys.readouterr().err


def test_a_table_without_a_known_structure_column_names_the_flag(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("what,y\nCCO,1\nCCN,2\n")
    assert main(["predict", str(tmp_path / "a.csv")]) == 2
    assert "say which column holds the structures: --smiles-column NAME" in capsys.readouterr().err
    assert main(["train", str(tmp_path / "a.csv"), "--value", "y"]) == 2
    assert "known: what, y; say which column holds the structures: --smiles NAME" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["molecules.csv", "-s", "CCO"]])
def test_either_a_file_or_structures(words, capsys):
    assert main(["predict", *words]) == 2
    assert "give either a file or structures (-s)" in capsys.readouterr().err
