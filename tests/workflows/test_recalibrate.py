"""A laboratory's table in, a model folder with the same weights out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from pharmakon.cli.main import main
from pharmakon.core.access import access_of
from pharmakon.core.errors import DataError, UnknownName, UsageError
from pharmakon.predict.model import Model
from pharmakon.workflows import train
from pharmakon.workflows.recalibrate import RecalibrateConfig, RecalibrateResult, run

WEIGHTS = ("kernel.npz", "trees.npz", "blend.npz", "training.npz")
Ask = Callable[..., RecalibrateResult]


def table(path: Path, smiles: Sequence[str], values: Sequence[object]) -> Path:
    rows = [f"{s},{v}" for s, v in zip(smiles, values, strict=True)]
    path.write_text("smiles,measured\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def shifted(model: Model, smiles: list[str], seed: int = 0, *, offset: float = 1.0, noise: float = 0.8) -> np.ndarray:
    """What a laboratory measures whose assay reads higher and scatters more than the model's."""
    return model.predict(smiles).value + offset + noise * np.random.default_rng(seed).normal(size=len(smiles))


@pytest.fixture
def ask(trained: Path, tmp_path: Path) -> Ask:
    def go(smiles: Sequence[str], values: Sequence[object], **options: object) -> RecalibrateResult:
        data = table(tmp_path / "lab.csv", smiles, values)
        options = {"model": str(trained), "output": tmp_path / "new", **options}
        return run(RecalibrateConfig(data=data, **options))  # type: ignore[arg-type]

    return go


def test_held_out_molecules_are_covered(ask: Ask, trained: Path, strangers: list[str], tmp_path: Path) -> None:
    old = Model.load(trained)
    half = np.random.default_rng(1).permutation(len(strangers)) % 2 == 0
    held_out = np.array(strangers)[~half].tolist()
    before = old.predict(held_out)
    hits = []
    for seed in range(4):
        y = shifted(old, strangers, seed)
        after = Model.load(ask(np.array(strangers)[half], y[half], output=tmp_path / f"{seed}").folder).predict(
            held_out
        )
        assert after.value == pytest.approx(before.value + 1.0, abs=0.5)
        hits.append([np.mean((got.low <= y[~half]) & (y[~half] <= got.high)) for got in (before, after)])
    was, now = np.mean(hits, axis=0)
    assert was < 0.6
    assert 0.87 <= now <= 0.93


def test_weights_stay_and_the_card_says_whose_data(
    ask: Ask, trained: Path, strangers: list[str], tmp_path: Path
) -> None:
    before = {name: hashlib.sha256((trained / name).read_bytes()).hexdigest() for name in WEIGHTS}
    got = ask(strangers, shifted(Model.load(trained), strangers), access="controlled", terms="ours")
    card = json.loads((got.folder / "card.json").read_text())
    assert access_of(card) == ("controlled", "ours")
    assert {name: card["files"][name] for name in WEIGHTS} == before
    assert card["recalibration"]["sha256"] == hashlib.sha256((tmp_path / "lab.csv").read_bytes()).hexdigest()
    assert (
        card["recalibration"]["model_card_sha256"] == hashlib.sha256((trained / "card.json").read_bytes()).hexdigest()
    )
    assert card["name"] == "logs_recalibrated"
    assert card["dataset"]["used"] == len(Model.load(trained).training.ids)  # the weights' data are what they were


def test_training_molecules_are_noticed_and_left_out(
    ask: Ask, trained: Path, molecules: list[str], strangers: list[str], tmp_path: Path
) -> None:
    y = shifted(Model.load(trained), strangers)
    got = ask([*strangers, *molecules[:30]], [*y, *[0.0] * 30], output=tmp_path / "both")
    alone = ask(strangers, y, output=tmp_path / "alone")
    assert any("30 of" in note and "trained on" in note for note in got.notes)
    assert got.card["recalibration"]["left_out_as_training_molecules"] == 30
    assert Model.load(got.folder).calibration.to_dict() == Model.load(alone.folder).calibration.to_dict()


def test_too_few_molecules_are_refused(ask: Ask, molecules: list[str], strangers: list[str], tmp_path: Path) -> None:
    known = [*strangers[:12], *molecules[:30]]
    with pytest.raises(DataError, match=r"12 usable molecules \(30 more are among .*\) are too few.*20 is the least"):
        ask(known, range(len(known)))
    assert not (tmp_path / "new").exists()


def test_twenty_are_enough(ask: Ask, trained: Path, strangers: list[str]) -> None:
    few = strangers[:: len(strangers) // 20][:20]
    got = ask(few, shifted(Model.load(trained), few, offset=3.0))
    assert got.card["recalibration"]["correction"] in {"offset", "linear"}
    assert got.card["coverage"]["laboratory"]["observed"] >= 0.75
    estimates = Model.load(got.folder).predict(strangers)
    assert np.isfinite(estimates.low).all() and np.isfinite(estimates.high).all()


def test_the_same_table_gives_the_same_bytes(ask: Ask, trained: Path, strangers: list[str], tmp_path: Path) -> None:
    y = shifted(Model.load(trained), strangers)
    one, two = (ask(strangers, y, output=tmp_path / name).folder for name in ("one", "two"))
    assert [(file.name, file.read_bytes()) for file in sorted(one.iterdir())] == [
        (file.name, file.read_bytes()) for file in sorted(two.iterdir())
    ]


def test_the_model_itself_is_never_overwritten(ask: Ask, trained: Path, strangers: list[str]) -> None:
    with pytest.raises(UsageError, match="is the model itself"):
        ask(strangers, range(len(strangers)), output=trained)


def test_another_laboratorys_model_is_replaced_only_when_asked(
    ask: Ask, trained: Path, strangers: list[str], tmp_path: Path
) -> None:
    y = shifted(Model.load(trained), strangers)
    ask(strangers, y)
    ask(strangers, y)  # the same model and table may be done again
    with pytest.raises(UsageError, match=r"recalibrated to lab\.csv, not made of this model.*--overwrite"):
        ask(strangers, y + 1.0)
    assert ask(strangers, y + 1.0, overwrite=True).folder == tmp_path / "new"


def test_a_wrong_column_gets_a_suggestion(ask: Ask, strangers: list[str]) -> None:
    with pytest.raises(UnknownName, match="did you mean 'measured'"):
        ask(strangers, range(len(strangers)), value="mesured")


def test_the_new_folder_predicts_on_the_command_line(
    ask: Ask, trained: Path, strangers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ask(strangers, shifted(Model.load(trained), strangers)).folder
    assert main(["predict", "-s", strangers[0], "--models", f"{trained},{folder}"]) == 0
    shown = capsys.readouterr().out
    assert "logs, recalibrated" in shown


def test_a_classifier(
    molecules: list[str],
    solubilities: list[float],
    strangers: list[str],
    few_trees: Callable[[], AbstractContextManager[None]],
    tmp_path: Path,
) -> None:
    labels = ["active" if y > -1.5 else "inactive" for y in solubilities]
    data = table(tmp_path / "labels.csv", molecules, labels)
    with few_trees():
        old = train.run(train.TrainConfig(data=data, output=tmp_path / "old", better="high")).folder
    random = np.random.default_rng(0)
    p = Model.load(old).predict(strangers).value
    lab = ["hit" if random.uniform() < 0.05 + 0.4 * x else "miss" for x in p]  # another cut-off: hits are rarer
    config = RecalibrateConfig(
        model=str(old), data=table(tmp_path / "lab.csv", strangers, lab), positive="hit", output=tmp_path / "new"
    )
    got = run(config)
    scores = got.card["scores"]["laboratory"]
    assert scores["model"]["brier"][0] < scores["before"]["brier"][0]
    new = Model.load(got.folder).predict(strangers)
    assert new.value.mean() == pytest.approx(np.mean([text == "hit" for text in lab]), abs=0.07)
    assert ((new.low <= new.value) & (new.value <= new.high)).all()


@pytest.mark.data
def test_the_shipped_model_covers_another_laboratory(data: Path, tmp_path: Path) -> None:
    """ExpansionRx logD: 300 molecules to fit, 1,000 others to judge."""
    import csv

    with (data / "admet/openadmet_expansionrx/train.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["SMILES"], row["LogD"]) for row in csv.DictReader(file) if row["LogD"]]
    order = np.random.default_rng(0).permutation(len(rows))
    fitted, held_out = ([rows[i] for i in part] for part in (order[:300], order[300:1300]))
    data_file = table(tmp_path / "lab.csv", *zip(*fitted, strict=True))
    new = run(RecalibrateConfig(model="lipophilicity", data=data_file, output=tmp_path / "new")).folder
    smiles, truth = [s for s, _ in held_out], np.array([float(v) for _, v in held_out])
    got = Model.load(new).predict(smiles)
    assert 0.87 <= np.mean((got.low <= truth) & (truth <= got.high)) <= 0.93
