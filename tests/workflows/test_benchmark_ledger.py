"""Attacks are found and named, the untouched record is whole, and a verifier that sees nothing scores nothing."""

import pytest

from pharmakon.workflows import benchmark_ledger
from pharmakon.workflows.benchmark import BenchmarkConfig
from pharmakon.workflows.benchmark_ledger import CONTROL, FOUND, LEDGERS, NAMED, _names
from pharmakon.workflows.ledger_attacks import KINDS


def run(task, tmp_path, **options):
    config = BenchmarkConfig(name="ledger", output=tmp_path, **options)
    return LEDGERS.run(task, tmp_path, config, None, lambda _: None)["scores"]


def test_every_kind_is_found_and_named(tmp_path):
    scores = run("attacks", tmp_path, limit=2 * len(KINDS))
    assert {name: score["value"] for name, score in scores.items()} == dict.fromkeys(scores, 1.0)
    assert scores[f"all: {FOUND}"]["n"] == 2 * len(KINDS)
    assert len(scores) == 2 * len(KINDS) + 3


def test_a_verifier_that_sees_nothing_scores_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark_ledger, "_problems", lambda *_: [])
    scores = run("attacks", tmp_path, limit=2 * len(KINDS))
    assert scores[f"all: {FOUND}"]["value"] == scores[f"all: {NAMED}"]["value"] == 0.0
    assert scores[CONTROL]["value"] == 1.0
    monkeypatch.setattr(benchmark_ledger, "_problems", lambda *_: ["something is wrong"])
    scores = run("attacks", tmp_path, limit=2 * len(KINDS))
    assert (scores[f"all: {FOUND}"]["value"], scores[f"all: {NAMED}"]["value"]) == (1.0, 0.0)
    assert scores[CONTROL]["value"] == 0.0


@pytest.mark.parametrize(
    ("problem", "touched", "of_signatures", "named"),
    [
        ("entry 12 was edited", (12,), False, True),
        ("entry 12 was edited", (2,), False, False),
        ("entries 3-7 are missing", (4, 5), False, True),
        ("entries 3-7 are missing", (4, 8), False, False),
        ("entry 3 was edited (entry 4 does not follow)", (4,), False, False),
        ("signature 2 (reviewed, Ada): it does not hold", (2,), True, True),
        ("signature 2 (reviewed, Ada): it does not hold", (2,), False, False),
        ("the head x was edited", ("head",), False, True),
    ],
)
def test_a_place_is_named_or_not(problem, touched, of_signatures, named):
    assert _names([problem], touched, of_signatures=of_signatures) is named


def test_speed_is_measured_and_nothing_is_lost(tmp_path):
    assert all(score["value"] > 0 for score in run("appends", tmp_path, limit=20, repeats=1).values())
    scores = run("writers", tmp_path, limit=20)
    assert {name: score["value"] for name, score in scores.items()} == {
        "2 writers: kept": 1.0,
        "4 writers: kept": 1.0,
    }
    assert LEDGERS.summary({"writers": {"scores": scores}})["4 writers: kept"] == 1.0
