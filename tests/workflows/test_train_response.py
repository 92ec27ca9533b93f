import csv

import numpy as np
import pytest

from pharmakon.core.access import access_of
from pharmakon.core.errors import ConfigError, DataError
from pharmakon.therapy.predictor import ResponsePredictor
from pharmakon.workflows.train_response import ResponseConfig, run


def write_tables(folder, *, lines=60, drugs=8):
    """A made-up screen as files: a mutation of G0 makes the first drug work."""
    random = np.random.default_rng(0)
    genes = [f"G{j}" for j in range(12)]
    expression = random.normal(size=(lines, 12))
    mutation = (random.random((lines, 12)) < 0.25).astype(int)
    smiles = ["CCO", "c1ccccc1O", "CC(=O)Nc1ccc(O)cc1", "CCN", "CCCCO", "c1ccncc1C", "CC(C)O", "O=C(O)c1ccccc1"][:drugs]
    response = expression[:, :1] + np.linspace(-2, 2, drugs) + 0.3 * random.normal(size=(lines, drugs))
    response[:, 0] -= 2 * mutation[:, 0]
    tables = {"expression": expression.round(4), "mutation": mutation}
    for name, values in tables.items():
        with (folder / f"{name}.csv").open("w", newline="") as out:
            csv.writer(out).writerows([["", *genes], *([f"C{i}", *row] for i, row in enumerate(values.tolist()))])
    with (folder / "response.csv").open("w", newline="") as out:
        rows = [[f"D{j}", f"C{i}", round(float(response[i, j]), 4)] for i in range(lines) for j in range(drugs)]
        csv.writer(out).writerows([["drug", "cell", "ln_ic50"], *rows])
    with (folder / "drugs.csv").open("w", newline="") as out:
        csv.writer(out).writerows([["name", "smiles"], *([f"D{j}", s] for j, s in enumerate(smiles))])
    return {
        "response": folder / "response.csv",
        "expression": folder / "expression.csv",
        "mutation": folder / "mutation.csv",
        "structures": folder / "drugs.csv",
    }


def test_a_folder_with_a_card_is_made_of_own_tables(tmp_path):
    steps = []
    config = ResponseConfig(**write_tables(tmp_path), output=tmp_path / "model", access="restricted", terms="us")
    result = run(config, progress=lambda done, total, note: steps.append((done, total)))
    assert result.card["lines"] == 60
    assert set(result.card["data"]) == {"response.csv", "expression.csv", "mutation.csv", "drugs.csv"}
    assert result.card["licence"] == "as your tables are"
    assert access_of(result.card) == ("restricted", "us")
    for split in ("cell", "drug", "both", "mixed"):
        assert "model" in result.card["held out"][split]
    assert steps[-1] == (5, 5)
    model = ResponsePredictor.load(result.folder)
    assert model.model.drugs_ == tuple(f"D{j}" for j in range(8))


def test_the_same_tables_give_the_same_bytes(tmp_path):
    tables = write_tables(tmp_path, lines=40)
    sums = [run(ResponseConfig(**tables, output=tmp_path / name)).folder / "SHA256SUMS" for name in ("a", "b")]
    assert sums[0].read_bytes() == sums[1].read_bytes()


def test_what_is_missing_is_told(tmp_path, monkeypatch):
    monkeypatch.delenv("PHARMAKON_DATA", raising=False)
    with pytest.raises(DataError, match="gdsc_tgsa needs"):
        run(ResponseConfig(output=tmp_path / "model"))
    with pytest.raises(ConfigError, match="--response"):
        run(ResponseConfig(expression=tmp_path / "x.csv"))
