from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, UnknownName, UsageError
from pharmakon.predict.model import Model
from pharmakon.workflows.predict import PredictConfig, run


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def messy(tmp_path: Path, molecules: list[str]) -> Path:
    """Good rows among every kind of bad one, in Latin-1 with Windows line ends."""
    structures = [*molecules[:7], "", "C1CC", "C" * 1200, "CCN.Cl", "[13CH4]", "[Fe+2]", "CC.CCO", "C[N+](C)(C)C"]
    lines = [f"m{i};{s};café" for i, s in enumerate(structures)]
    path = tmp_path / "messy.csv"
    path.write_bytes("\r\n".join(["Name;Smiles;Where", *lines, "short;CCO", ""]).encode("latin-1"))
    return path


def test_no_row_and_no_column_is_lost(messy: Path, trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    got = run(PredictConfig(data=messy, output=out, models=(str(trained),), workers=1, batch=4))
    rows = read(out)
    assert got.rows == len(rows) == 16
    assert [r["Name"] for r in rows[:15]] == [f"m{i}" for i in range(15)]
    assert {r["Where"] for r in rows[:15]} == {"café"}
    for i, row in enumerate(rows):
        assert bool(row["problem"]) != bool(row["logs"]), (i, row)
    assert rows[7]["problem"] and rows[8]["problem"]
    assert "1,200" in rows[9]["problem"]
    assert "Cl" in rows[10]["changes"]
    assert got.problems == sum(bool(r["problem"]) for r in rows)


def test_the_file_says_what_the_model_says(messy: Path, trained: Path, tmp_path: Path, molecules: list[str]) -> None:
    out = tmp_path / "out.csv"
    run(PredictConfig(data=messy, output=out, models=(str(trained),), workers=1))
    estimates = Model.load(trained).predict(molecules[:7])
    for i, row in enumerate(read(out)[:7]):
        assert float(row["logs"]) == pytest.approx(estimates.value[i], rel=1e-4)
        assert float(row["logs_low"]) <= float(row["logs"]) <= float(row["logs_high"])
        assert row["logs_in_domain"] == ("yes" if estimates.in_domain[i] else "no")
        assert row["logs_nearest_id"] == estimates.nearest_id[i]


def test_workers_and_batches_change_no_byte(messy: Path, trained: Path, tmp_path: Path) -> None:
    outputs = []
    for workers, batch in ((1, 3), (2, 3), (1, 100)):
        out = tmp_path / f"{workers}-{batch}.csv"
        run(PredictConfig(data=messy, output=out, models=(str(trained),), workers=workers, batch=batch))
        outputs.append(out.read_bytes())
    assert outputs[0] == outputs[1] == outputs[2]


def test_an_input_column_of_our_name_is_kept(trained: Path, tmp_path: Path) -> None:
    table = tmp_path / "clash.csv"
    table.write_text("smiles,logs,problem\nCCO,mine,none\n")
    run(PredictConfig(data=table, output=tmp_path / "out.csv", models=(str(trained),), workers=1))
    row = read(tmp_path / "out.csv")[0]
    assert (row["logs"], row["problem"]) == ("mine", "none")
    assert float(row["pharmakon_logs"])


def test_structures_as_text(trained: Path) -> None:
    got = run(PredictConfig(smiles=("OCC", "CCN.Cl", "nonsense"), models=(str(trained),)))
    assert got.structures[:2] == ["CCO", "CCN"]
    assert [bool(r) for r in got.reasons] == [False, False, True]
    assert got.table is not None and len(got.table["logs"]) == 3
    assert any("CCN.Cl" in note for note in got.notes)


def test_bad_requests(trained: Path, messy: Path) -> None:
    with pytest.raises(ConfigError, match="either a file or structures"):
        build(PredictConfig, {})
    with pytest.raises(UnknownName, match="did you mean 'Smiles'"):
        run(PredictConfig(data=messy, smiles_column="smile", models=(str(trained),)))


def test_nothing_of_the_user_is_written_over(trained: Path, tmp_path: Path) -> None:
    table = tmp_path / "assay.v2.csv"
    table.write_text("smiles\nCCO\n")
    with pytest.raises(UsageError, match="is the input"):
        run(PredictConfig(data=table, output=table, models=(str(trained),), workers=1))
    got = run(PredictConfig(data=table, models=(str(trained),), workers=1))
    assert got.output == tmp_path / "assay.v2-predicted.csv"
    with pytest.raises(UsageError, match="exists already"):
        run(PredictConfig(data=table, models=(str(trained),), workers=1))
    (tmp_path / "out.csv.parts").mkdir()
    (tmp_path / "out.csv.parts" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="other files"):
        run(PredictConfig(data=table, output=tmp_path / "out.csv", models=(str(trained),), workers=1))
    assert (tmp_path / "out.csv.parts" / "notes.txt").read_text() == "mine"
    with pytest.raises(UsageError, match="no folder"):
        run(PredictConfig(data=table, output=tmp_path / "absent" / "out.csv", models=(str(trained),), workers=1))


def test_the_names_of_an_sdf_come_through(trained: Path, tmp_path: Path) -> None:
    from rdkit import Chem

    mol = Chem.MolFromSmiles("CCO")
    mol.SetProp("_Name", "ethanol")
    (tmp_path / "a.sdf").write_text(Chem.MolToMolBlock(mol) + "$$$$\nbroken\n\n\nnonsense\n$$$$\n")
    run(PredictConfig(data=tmp_path / "a.sdf", output=tmp_path / "out.csv", models=(str(trained),), workers=1))
    rows = read(tmp_path / "out.csv")
    assert [row["id"] for row in rows] == ["ethanol", "broken"]
    assert rows[1]["problem"]
