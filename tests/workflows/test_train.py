from __future__ import annotations

import json
from pathlib import Path

import pytest

from pharmakon.core.errors import ConfigError, DataError, UnknownName
from pharmakon.predict.model import Model
from pharmakon.workflows.train import TrainConfig, run


def test_the_card_accounts_for_every_row(molecules: list[str], solubilities: list[float], tmp_path: Path) -> None:
    rows = [f"{s};{y};note" for s, y in zip(molecules[:60], solubilities, strict=False)]
    broken = ["C1CC;1;x", ";1;x", "CCO;;x", "CCCCCCO;>3;x", "CCN;abc;x"]
    table = tmp_path / "dirty.csv"
    table.write_bytes(("SMILES;log S;remark\r\n" + "\r\n".join(rows + broken) + "\r\n").encode("latin-1"))
    got = run(TrainConfig(data=table, value="log S", output=tmp_path / "model", workers=1))
    dataset = got.card["dataset"]
    assert dataset["rows"] == 65 == dataset["used"] + sum(dataset["set_aside"].values())
    assert len(got.problems) == 5
    assert {p.row for p in got.problems} == {61, 62, 63, 64, 65}
    assert json.loads((tmp_path / "model" / "card.json").read_text())["name"] == "log_s"


def test_labels_make_a_classifier(molecules: list[str], solubilities: list[float], tmp_path: Path) -> None:
    rows = [f"{s},{'active' if y > -0.5 else 'inactive'}" for s, y in zip(molecules, solubilities, strict=True)]
    table = tmp_path / "labels.csv"
    table.write_text("smiles,outcome\n" + "\n".join(rows) + "\n")
    got = run(TrainConfig(data=table, output=tmp_path / "model", better="high", workers=1))
    assert got.card["property"]["kind"] == "classification"
    assert got.card["scores"]["scaffold"]["model"]["auroc"][0] > 0.7
    estimates = Model.load(got.folder).predict(molecules)
    assert ((estimates.low >= 0) & (estimates.high <= 1)).all()


def test_the_same_seed_gives_the_same_bytes(trained: Path, tmp_path: Path) -> None:
    table = trained.parent / "assay.csv"
    config = TrainConfig(
        data=table,
        value="logS",
        unit="log10(mol/L)",
        better="high",
        threshold=-1.0,
        workers=1,
        output=tmp_path / "again",
    )
    again = run(config).folder
    for file in trained.iterdir():
        assert (again / file.name).read_bytes() == file.read_bytes(), file.name


def test_a_wrong_column_gets_a_suggestion(trained: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'logS'"):
        run(TrainConfig(data=trained.parent / "assay.csv", value="logs"))


def test_several_value_columns_must_be_told_apart(tmp_path: Path) -> None:
    table = tmp_path / "two.csv"
    table.write_text("smiles,a,b\nCCO,1,2\n")
    with pytest.raises(ConfigError, match="--value"):
        run(TrainConfig(data=table))


def test_a_table_without_anything_usable(tmp_path: Path) -> None:
    table = tmp_path / "bad.csv"
    table.write_text("smiles,y\nC1CC,1\n,2\n")
    with pytest.raises(DataError, match="none of the 2 rows"):
        run(TrainConfig(data=table))
