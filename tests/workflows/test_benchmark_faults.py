"""The benchmark of disturbed screens, and a full disk at its first, middle and last write."""

from __future__ import annotations

import os

import pytest

from pharmakon.core.errors import PharmakonError
from pharmakon.core.random import stream
from pharmakon.record.ledger import verify
from pharmakon.workflows import benchmark_faults as module
from pharmakon.workflows.benchmark_faults import OVERHEAD, SAME, SCREEN_FAULTS, Trial, full_disk
from pharmakon.workflows.screen import run


@pytest.fixture(scope="module")
def trial(tmp_path_factory, molecules):
    def write(path, rows, *, broken):
        text = "".join(f"M{i},{smiles}\n" for i, smiles in enumerate(["C1CC", *molecules[:rows]]))
        path.write_text("compound,smiles\n" + text, encoding="utf-8")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "write", write)
        return Trial(tmp_path_factory.mktemp("faults"), rows=220)


@pytest.mark.parametrize("moment", [0.0, 0.5, 1.0])
def test_a_disk_that_fills_up_is_told_and_the_run_goes_on_when_there_is_room(trial, moment):
    name = f"full-{moment}"
    after = round(moment * (trial.writes - 2))  # the last is of a folder, and not heeded
    with full_disk(after=after), pytest.raises(PharmakonError, match="cannot be written: No space left"):
        run(trial.asked(name))
    done = run(trial.asked(name, resume=True))
    assert trial.files(done.folder) == trial.expected
    assert verify(done.folder / "ledger.jsonl").problems == ()


def test_one_bit_of_one_shard_is_altered(tmp_path):
    parts = [tmp_path / "a", tmp_path / "b"]
    for part in parts:
        part.write_bytes(bytes(40))
    module._alter(parts, stream(0, "altered"))
    assert sum(byte.bit_count() for part in parts for byte in part.read_bytes()) == 1


def test_the_disk_is_as_before_afterwards():
    before = os.fsync
    with full_disk(after=0) as seen, pytest.raises(OSError, match="No space"):
        os.fsync(0)
    assert seen == [1]
    assert os.fsync is before


def test_the_summary_tells_the_worst():
    told = SCREEN_FAULTS.summary(
        {
            "killed": {"scores": {SAME: {"value": 1.0}}},
            "altered": {"scores": {SAME: {"value": 0.95}}},
            "ray": {"scores": {OVERHEAD: {"value": 1.04}}},
        }
    )
    assert told == {f"{SAME}, worst": 0.95, OVERHEAD: 1.04}
