from __future__ import annotations

import json

import numpy as np
import pytest

from pharmakon.predict.uncertainty import Calibration, bins


def scene(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Errors that grow with the distance to the training set."""
    random = np.random.default_rng(seed)
    similarity = random.uniform(0.1, 0.9, n)
    truth = random.normal(size=n)
    value = truth + random.normal(size=n) * (1.2 - similarity)
    return np.column_stack([value + 0.1, value - 0.1]), value, similarity, truth


def test_intervals_cover_near_and_far() -> None:
    calibration = Calibration(kind="regression").fit(*scene(4000, 1))
    members, value, similarity, y = scene(4000, 2)
    answer = calibration.answer(members, value, similarity)
    hit = (answer.low <= y) & (y <= answer.high)
    for which in range(4):
        assert hit[bins(similarity) == which].mean() == pytest.approx(0.9, abs=0.03)
    width = answer.high - answer.low
    assert width[similarity < 0.3].mean() > 2 * width[similarity > 0.6].mean()


def test_probabilities_are_calibrated_and_bracketed() -> None:
    random = np.random.default_rng(3)
    score = random.uniform(size=5000)
    y = (random.uniform(size=5000) < score**2).astype(float)
    similarity = random.uniform(0.1, 0.9, 5000)
    calibration = Calibration(kind="classification").fit(np.column_stack([score, score]), score, similarity, y)
    answer = calibration.answer(np.column_stack([score, score]), score, similarity)
    assert np.abs(answer.value - score**2).mean() < 0.05
    assert (answer.low <= answer.value + 1e-12).all() and (answer.value <= answer.high + 1e-12).all()
    covered = answer.labels[np.arange(5000), y.astype(int)]
    assert covered.mean() == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize("kind", ["regression", "classification"])
def test_a_stored_calibration_answers_the_same(kind: str) -> None:
    members, value, similarity, y = scene(600, 4)
    if kind == "classification":
        y = (y > 0).astype(float)
    calibration = Calibration(kind=kind).fit(members, value, similarity, y)  # type: ignore[arg-type]
    facts = json.loads(json.dumps(calibration.to_dict()))
    again = Calibration.from_parts(facts, calibration.to_arrays(), kind=kind)  # type: ignore[arg-type]
    for one, two in zip(
        (calibration.answer(members, value, similarity), again.answer(members, value, similarity))[0].__slots__,
        again.answer(members, value, similarity).__slots__,
        strict=True,
    ):
        assert (
            getattr(calibration.answer(members, value, similarity), one)
            == getattr(again.answer(members, value, similarity), two)
        ).all()


def test_an_unknown_similarity_counts_as_far() -> None:
    assert bins(np.array([np.nan, 0.1, 0.9])).tolist() == [0, 0, 3]
