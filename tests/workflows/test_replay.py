"""A run's molecules come out again from their recorded steps, and a changed step is named."""

import json
from pathlib import Path

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.design.lineage import Evaluation
from pharmakon.design.modes import Mode, guard_of
from pharmakon.design.optimise import Optimiser, Settings
from pharmakon.store.runs import Journal
from pharmakon.workflows.replay import replay

STRANGER = "O=c1[nH]c(-c2ccsc2)nc2ccccc12"


@pytest.fixture(scope="module")
def run(molecules: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    settings = Settings(calls=80, batch=10, initial=20, proposals=6, generations=2, parents=20, points=40, strange=0.9)
    journal = Journal(folder / "calls.jsonl")
    start = [s for s in molecules if len(s) > 12]
    Optimiser(
        lambda smiles: [Evaluation(s.count("N") / len(s)) for s in smiles],
        settings,
        start=start,
        strangers=[STRANGER],
        journal=journal,
    ).run()
    journal.close()
    return folder


def test_every_molecule_is_made_again(run: Path) -> None:
    found = replay(run)
    assert found.ok
    visited = f'"smiles":"{STRANGER}"' in (run / "calls.jsonl").read_text().replace(" ", "")
    assert (found.made, found.began) == (60 - visited, 20 + visited)  # it may be scored as it came
    assert set(found.outside) <= {STRANGER}


def test_a_changed_step_is_named(run: Path, tmp_path: Path) -> None:
    text = (run / "calls.jsonl").read_text()
    assert '"swap_atom"' in text
    (tmp_path / "calls.jsonl").write_text(text.replace('"swap_atom"', '"add_atom"'))
    assert 0 < len(replay(tmp_path).different) < 60


def test_only_the_folder_of_a_design_run_is_replayed(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="only the folder of a design run"):
        replay(tmp_path)


def test_a_mode_is_replayed_with_its_own_operators(tmp_path: Path) -> None:
    mode = Mode(kind="decorate", scaffold="c1ccc2c(c1)nc([*:1])nc2[*:2]")
    settings = Settings(calls=60, batch=10, initial=20, proposals=6, generations=2, parents=20, points=40)
    journal = Journal(tmp_path / "calls.jsonl")
    Optimiser(
        lambda smiles: [Evaluation(s.count("N") / len(s)) for s in smiles],
        settings,
        guard=guard_of(mode),
        journal=journal,
    ).run()
    journal.close()
    assert replay(tmp_path).different  # as if anything went
    (tmp_path / "run.json").write_text(json.dumps({"config": {"mode": mode.model_dump()}}))
    assert replay(tmp_path).ok
