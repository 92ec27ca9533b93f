"""Faults on purpose: they happen, and cost what they should."""

from __future__ import annotations

import sys

import pytest

from pharmakon.workflows import benchmark_screen_faults
from pharmakon.workflows.benchmark_screen_faults import ASIDE, DIFFER, EVIL, KILLED, MISTAKEN, killed, spoilt
from pharmakon.workflows.benchmark_speed import write

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(sys.platform != "linux", reason="molecules have limits on Linux alone"),
]


@pytest.fixture
def asked(tmp_path):
    """Flags of a screen that needs no model."""
    goal = tmp_path / "goal.toml"
    goal.write_text('goals = [{ property = "logp", want = "1..4" }]\nconstraints = [{ avoid = "[N+](=O)[O-]" }]\n')
    return ["--objective", str(goal), "--rows", "100", "--top", "50"]


def test_each_evil_molecule_is_named_and_no_other(tmp_path, asked, monkeypatch):
    monkeypatch.setattr(benchmark_screen_faults, "ONE_IN", 40)
    monkeypatch.setattr(benchmark_screen_faults, "SECONDS", 4)
    found = spoilt(tmp_path / "library.csv", 120, asked, tmp_path)
    assert {name: found[name]["value"] for name in (EVIL, MISTAKEN, DIFFER)} == {EVIL: 3, MISTAKEN: 0, DIFFER: 0}


def test_killed_workers_change_no_byte(tmp_path, asked, monkeypatch):
    monkeypatch.setattr(benchmark_screen_faults, "KILLS", 2)
    monkeypatch.setattr(benchmark_screen_faults, "EVERY", 0.05)  # as soon as there is one to kill
    write(tmp_path / "library.csv", 600, broken=False)
    command = [sys.executable, "-m", "pharmakon", "screen", str(tmp_path / "library.csv"), *asked]
    found = killed([*command, "--workers", "2", "-o"], tmp_path, seed=0)
    assert found[KILLED]["value"] == 2
    assert found[DIFFER]["value"] == found[ASIDE]["value"] == 0
