from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from pharmakon.core.access import access_of
from pharmakon.core.errors import ConfigError, DataError, UnknownName, UsageError
from pharmakon.predict.model import Model
from pharmakon.workflows.train import TrainConfig, run


@pytest.fixture(autouse=True)
def _few(few_trees: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    with few_trees():  # as `trained` was
        yield


def test_the_card_accounts_for_every_row(molecules: list[str], solubilities: list[float], tmp_path: Path) -> None:
    rows = [f"{s};{y};note" for s, y in zip(molecules[:60], solubilities, strict=False)]
    broken = ["C1CC;1;x", ";1;x", "CCO;;x", "CCCCCCO;>3;x", "CCN;abc;x"]
    table = tmp_path / "dirty.csv"
    table.write_bytes(("SMILES;log S;remark\r\n" + "\r\n".join(rows + broken) + "\r\n").encode("latin-1"))
    who = {"access": "controlled", "terms": "committee of the consortium"}
    got = run(TrainConfig(data=table, value="log S", output=tmp_path / "model", workers=1, **who))
    dataset = got.card["dataset"]
    assert access_of(got.card) == ("controlled", "committee of the consortium")
    assert dataset["rows"] == 65 == dataset["used"] + sum(dataset["set_aside"].values())
    assert len(got.problems) == 5
    assert {p.row for p in got.problems} == {61, 62, 63, 64, 65}
    assert json.loads((tmp_path / "model" / "card.json").read_text())["name"] == "log_s"


def test_every_row_set_aside_is_written_down_with_its_reason(
    molecules: list[str], solubilities: list[float], tmp_path: Path
) -> None:
    rows = [f"M{i},{s},{y}" for i, (s, y) in enumerate(zip(molecules[:60], solubilities, strict=False))]
    table = tmp_path / "assay.csv"
    table.write_text("\n".join(["id,smiles,y", *rows, "bad,C1CC,1", "none,,2", "bound,CCCCCCO,>3", "rough,CCCCCO,~6"]))
    got = run(TrainConfig(data=table, output=tmp_path / "model"))
    assert got.set_aside == tmp_path / "model" / "set_aside.csv"
    assert got.set_aside.read_text().splitlines() == [
        "row,id,reason,text",
        "61,bad,not a SMILES: unclosed ring 1,C1CC",
        "62,none,an empty structure,",
        "63,bound,censored value,>3",
    ]
    assert any("1 value is written as approximate, such as '~6'" in note for note in got.notes)
    assert Model.load(got.folder).name == "y"


def test_a_model_of_other_data_is_not_replaced_unasked(
    trained: Path, molecules: list[str], solubilities: list[float], tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(trained, folder)
    table = tmp_path / "other.csv"
    rows = [f"{s},{y}" for s, y in zip(molecules[:60], solubilities, strict=False)]
    table.write_text("smiles,logS\n" + "\n".join(rows))
    with pytest.raises(UsageError, match=r"holds the model 'logs' of assay\.csv.*--overwrite"):
        run(TrainConfig(data=table, output=folder))
    assert run(TrainConfig(data=table, output=folder, overwrite=True)).card["dataset"]["name"] == "other.csv"
    assert run(TrainConfig(data=table, output=folder, seed=1)).card["dataset"]["name"] == "other.csv"
    (folder / "card.json").write_text("{}")
    with pytest.raises(UsageError, match="a model whose card cannot be read"):
        run(TrainConfig(data=table, output=folder))


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
