"""A passport judges itself: what was made again, and what was rebuilt."""

from dataclasses import replace

import pytest

from pharmakon.record.passport import Opinion, Passport, Replay, Score, Spelling, Term

TERM = Term("mw", "Weight", "at most 300", 310.0, 310.0, 310.0, "g/mol", True, 0.5, 0.5, 1.0, 0.7, 1.0, "computed")
SCORE = Score("product", "the product", 0.5, 0.5, [TERM], [], True)
SAME = Replay(2, 2, "KEY", "KEY")
PASSPORT = Passport("D001", "CCO", SCORE, SAME, "CC", [], Spelling("prior", "CCO"), [], [], [], [])


def test_both_checks_must_hold() -> None:
    assert PASSPORT.ok
    assert PASSPORT.verdict == "replayed (2 steps): same molecule; total rebuilt (largest error 0)"
    for replay in (Replay(2, 1, "KEY", "KEY"), Replay(2, 2, "KEY", "OTHER")):
        changed = replace(PASSPORT, replay=replay)
        assert not changed.ok
        assert "another molecule" in changed.verdict


@pytest.mark.parametrize(
    "score", [replace(SCORE, rebuilt=0.5 + 2e-9), replace(SCORE, goals=[replace(TERM, regraded=0.6)])]
)
def test_a_score_that_is_not_rebuilt_says_so(score: Score) -> None:
    changed = replace(PASSPORT, score=score)
    assert not changed.ok
    assert "total not rebuilt" in changed.verdict


def test_what_no_scorer_could_judge_is_not_rebuilt() -> None:
    changed = replace(PASSPORT, score=replace(SCORE, problem="a scorer gave no value"))
    assert not changed.ok
    assert changed.verdict.endswith("a scorer gave no value")


def test_tokens_are_held_against_their_total() -> None:
    assert Spelling("prior", "CC", ["C", "C"], [-1.0, -2.0], total=-3.5).error == 0.5


def test_a_gap_is_judged_by_the_usual_one() -> None:
    usual = Opinion("x", "X", "", "kernel", 5.0, "trees", 4.0, usual=0.9, deviation=0.1)
    assert not usual.flagged
    assert replace(usual, second_value=3.5).flagged
    assert not replace(usual, deviation=float("nan")).flagged
