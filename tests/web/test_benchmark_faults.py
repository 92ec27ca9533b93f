"""The short form of the hardest promise: what is killed loses no job, and none ends twice."""

from __future__ import annotations

import pytest

from pharmakon.core.random import stream
from pharmakon.web.benchmark_faults import FAULTS, trial
from pharmakon.web.benchmark_server import PostgreSQL


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_two_jobs_and_a_fault(kind):
    if kind == "postgresql":
        pytest.importorskip("psycopg")
        if PostgreSQL.binaries() is None:
            pytest.skip("PostgreSQL is not installed")
    said: list[str] = []
    found = trial(kind, jobs=2, faults=1, random=stream(1, kind), say=said.append, pause=(0.5, 1.5))
    assert {name: found[name] for name in ("jobs", "faults", "lost", "twice", "failed", "whole")} == {
        "jobs": 2, "faults": 1, "lost": 0, "twice": 0, "failed": 0, "whole": 2,
    }  # fmt: skip
    assert said[-1].startswith("1 of 1 faults")


def test_both_databases_are_summed():
    scores = {"jobs": 100, "faults": 25, "lost": 0, "twice": 0, "failed": 0, "whole": 100}
    result = {"scores": {name: {"value": value, "n": 100} for name, value in scores.items()}}
    assert FAULTS.summary({"sqlite": result, "postgresql": result})["jobs"] == 200
