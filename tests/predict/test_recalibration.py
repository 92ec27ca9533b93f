"""After recalibration, intervals hold a shifted laboratory's values as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from pharmakon.learn.calibrate import reliability
from pharmakon.predict.recalibration import Measured, judge, recalibrate
from pharmakon.predict.uncertainty import Answer, Calibration, bins


def scene(n: int, seed: int, *, shift: float = 0.0, slope: float = 1.0, noise: float = 1.0) -> Measured:
    """Errors that grow with the distance to the training set; the laboratory adds an offset and noise of its own."""
    random = np.random.default_rng(seed)
    similarity = random.uniform(0.1, 0.9, n)
    value = random.normal(size=n)
    y = slope * value + shift + noise * random.normal(size=n) * (1.2 - similarity)
    return Measured(np.column_stack([value + 0.1, value - 0.1]), value, similarity, y, np.arange(n) % 5)


def classes(n: int, seed: int, *, shift: float = 0.0, slope: float = 1.0) -> Measured:
    """Labels whose log-odds are those of the score, or moved from them."""
    random = np.random.default_rng(seed)
    odds = random.normal(0, 2, n)
    y = (random.uniform(size=n) < 1 / (1 + np.exp(-slope * odds - shift))).astype(float)
    score = 1 / (1 + np.exp(-odds))
    return Measured(np.column_stack([score, score]), score, random.uniform(0.1, 0.9, n), y, np.arange(n) % 5)


def fitted(lab: Measured, kind: str) -> Calibration:
    return Calibration(kind=kind).fit(lab.members, lab.value, lab.similarity, lab.y)  # type: ignore[arg-type]


def answered(calibration: Calibration, lab: Measured) -> Answer:
    return calibration.answer(lab.members, lab.value, lab.similarity)


def coverage(calibration: Calibration, lab: Measured) -> float:
    got = answered(calibration, lab)
    return float(((got.low <= lab.y) & (lab.y <= got.high)).mean())


def width(calibration: Calibration, lab: Measured) -> float:
    got = answered(calibration, lab)
    return float((got.high - got.low).mean())


SHIPPED = fitted(scene(5000, 0), "regression")
CLASSES = fitted(classes(5000, 0), "classification")


@pytest.mark.parametrize("n", [20, 60, 300])
@pytest.mark.parametrize(
    "lab", [{"shift": 1.0, "noise": 1.5}, {"shift": -0.6, "slope": 0.5, "noise": 1.3}, {"shift": 2.0, "noise": 0.6}]
)
def test_a_shifted_laboratory_is_covered_on_molecules_that_were_not_fitted(n: int, lab: dict[str, float]) -> None:
    held_out = scene(4000, 1, **lab)
    before = coverage(SHIPPED, held_out)
    after = [coverage(recalibrate(SHIPPED, scene(n, seed, **lab))[0], held_out) for seed in range(2, 42)]
    assert before < 0.85
    assert 0.87 <= np.mean(after) <= 0.93


@pytest.mark.parametrize("n", [20, 60, 300])
def test_an_unshifted_laboratory_changes_little(n: int) -> None:
    held_out = scene(4000, 1)
    made = [recalibrate(SHIPPED, scene(n, seed))[0] for seed in range(2, 42)]
    assert 0.89 <= np.mean([coverage(new, held_out) for new in made]) <= 0.93
    wider = np.array([width(new, held_out) for new in made]) / width(SHIPPED, held_out)
    assert np.mean(wider) < 1.15
    assert np.mean([abs(new.map_.shift) for new in made]) < 0.1


def test_near_and_far_have_their_own_width() -> None:
    lab = scene(600, 2, shift=0.5)
    far = lab.similarity < 0.3
    lab.y[far] += 2 * (lab.y - lab.value - 0.5)[far]  # the laboratory's distant molecules are three times as far off
    held_out = scene(4000, 3, shift=0.5)
    away = held_out.similarity < 0.3
    held_out.y[away] += 2 * (held_out.y - held_out.value - 0.5)[away]
    new, _ = recalibrate(SHIPPED, lab)
    got = answered(new, held_out)
    hit = (got.low <= held_out.y) & (held_out.y <= got.high)
    for which in range(4):
        assert hit[bins(held_out.similarity) == which].mean() == pytest.approx(0.9, abs=0.05)


def test_a_bin_without_molecules_keeps_its_shape() -> None:
    lab = scene(400, 4, noise=2.0)
    near = lab.take(lab.similarity > 0.6)
    new, _ = recalibrate(SHIPPED, near, form="identity")
    far = scene(50, 5)
    far = far.take(far.similarity < 0.3)
    assert width(new, far) / width(SHIPPED, far) == pytest.approx(2.0, rel=0.35)


def test_it_is_judged_as_it_will_be_met() -> None:
    lab = scene(300, 6, shift=1.0, noise=1.5)
    before, after = judge(SHIPPED, lab)
    told = float(((after.low <= lab.y) & (lab.y <= after.high)).mean())
    assert told == pytest.approx(coverage(recalibrate(SHIPPED, lab)[0], scene(4000, 7, shift=1.0, noise=1.5)), abs=0.04)
    assert np.abs(after.value - lab.y).mean() < np.abs(before.value - lab.y).mean()


def test_no_fold_is_judged_by_its_own_molecules() -> None:
    lab = scene(100, 8, shift=1.0)
    _, after = judge(SHIPPED, lab)
    lab.y[lab.fold == 0] += 50
    _, again = judge(SHIPPED, lab)
    mine = lab.fold == 0
    assert (again.value[mine] == after.value[mine]).all() and (again.high[mine] == after.high[mine]).all()


def test_a_given_form_is_kept() -> None:
    lab = scene(200, 9, shift=1.0)
    assert recalibrate(SHIPPED, lab, form="identity")[0].map_.shift == 0
    assert recalibrate(SHIPPED, lab)[1] == "offset"


def test_a_second_recalibration_starts_from_the_first() -> None:
    lab, held_out = scene(300, 10, shift=1.0, slope=0.5), scene(4000, 11, shift=3.0, slope=0.5)
    first, _ = recalibrate(SHIPPED, lab)
    second, _ = recalibrate(first, scene(300, 12, shift=3.0, slope=0.5))
    assert (second.map_.shift, second.map_.slope) == pytest.approx((3.0, 0.5), abs=0.2)
    assert coverage(second, held_out) == pytest.approx(0.9, abs=0.04)


def test_probabilities_mean_what_they_say_in_another_laboratory() -> None:
    moved = {"shift": -1.5, "slope": 0.6}
    held_out = classes(8000, 1, **moved)
    before = reliability(held_out.y, answered(CLASSES, held_out).value).error
    for n, limit in ((60, 0.11), (400, 0.05)):
        errors = []
        for seed in range(2, 12):
            new, _ = recalibrate(CLASSES, classes(n, seed, **moved))
            got = answered(new, held_out)
            errors.append(reliability(held_out.y, got.value).error)
            assert (got.low <= got.value + 1e-12).all() and (got.value <= got.high + 1e-12).all()
        assert np.mean(errors) < limit < before


@pytest.mark.parametrize("n", [60, 400])
def test_each_class_is_covered_in_another_laboratory(n: int) -> None:
    moved = {"shift": -1.5, "slope": 0.6}
    held_out = classes(8000, 1, **moved)
    hits = []
    for seed in range(2, 32):
        new, _ = recalibrate(CLASSES, classes(n, seed, **moved))
        hit = answered(new, held_out).labels[np.arange(len(held_out)), held_out.y.astype(int)]
        hits.append([hit[held_out.y == label].mean() for label in (0, 1)])
    assert (np.mean(hits, axis=0) >= 0.87).all() and (np.mean(hits, axis=0) <= 0.96).all()


def test_too_few_of_a_class_do_not_make_every_answer_dont_know() -> None:
    lab = classes(60, 3)
    rare = np.flatnonzero(lab.y > 0.5)[5:]
    lab = lab.take(~np.isin(np.arange(60), rare))
    new, _ = recalibrate(CLASSES, lab)
    assert np.isfinite(new.classes_.quantiles_).all()
    assert new.classes_.quantiles_[1] >= CLASSES.classes_.quantiles_[1]


def test_a_fold_may_hold_all_of_a_class() -> None:
    lab = classes(60, 3)
    first = np.flatnonzero(lab.y > 0.5)[:5]
    y, fold = np.zeros(60), np.where(np.isin(np.arange(60), first), 0, 1 + np.arange(60) % 4)
    y[first] = 1.0
    one_series = Measured(lab.members, lab.value, lab.similarity, y, fold)
    before, after = judge(fitted(classes(400, 1), "classification"), one_series)
    assert np.isfinite(after.value).all() and after.labels.shape == before.labels.shape
