"""Tasks beside one another give what they give one after the other."""

from __future__ import annotations

import json

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError
from pharmakon.workflows.benchmark import BenchmarkConfig, run

TASKS = ("continuous, independent", "binary, independent")


def measured(folder, **options):
    config = BenchmarkConfig(name="selection", repeats=1, limit=20, tasks=TASKS, output=folder, **options)
    told = []
    run(config, progress=lambda done, total, note: told.append((done, total, note)))
    record = json.loads((folder / "selection.json").read_text())
    for task in record["tasks"].values():
        task.pop("seconds", None)
    return record, told


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    return measured(tmp_path_factory.mktemp("serial"))[0]


def test_two_processes_give_the_same_record(serial, tmp_path):
    record, told = measured(tmp_path, processes=2)
    assert record == serial
    assert told[0] == (0, 2, "continuous, independent, binary, independent beside one another")
    assert (1, 2, "binary, independent is done") in told and told[-1] == (2, 2, "")


def test_what_is_done_is_not_done_again(serial, tmp_path):
    (tmp_path / "selection.json").write_text(json.dumps(serial))
    record, told = measured(tmp_path, processes=2)
    assert record == serial and told == [(2, 2, "")]


def test_what_is_timed_runs_alone():
    with pytest.raises(ConfigError, match="one at a time"):
        build(BenchmarkConfig, {"name": "similarity", "processes": 2})
    with pytest.raises(ConfigError, match="Ray cluster"):
        build(BenchmarkConfig, {"name": "tdc", "address": "head:6379"})
    assert BenchmarkConfig(name="similarity", processes=1).processes == 1
