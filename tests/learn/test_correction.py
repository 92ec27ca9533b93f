"""A correction is found where there is one, and none where there is none."""

import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.learn.correction import (
    FORMS,
    IDENTITY,
    SLOPES,
    LinearMap,
    absolute_loss,
    choose_form,
    fit_log_odds,
    fit_values,
    log_loss,
    out_of_fold,
)


def scene(n, seed, *, shift=0.0, slope=1.0, noise=0.5):
    random = np.random.default_rng(seed)
    value = random.normal(2, 1, n)
    return value, slope * value + shift + noise * random.normal(size=n)


def classes(n, seed, *, shift=0.0, slope=1.0):
    random = np.random.default_rng(seed)
    odds = random.normal(0, 1.5, n)
    probability = 1 / (1 + np.exp(-odds))
    return probability, (random.uniform(size=n) < 1 / (1 + np.exp(-slope * odds - shift))).astype(float)


def chosen(x, y, kind="values"):
    folds = np.arange(len(y)) % 5
    if kind == "values":
        return choose_form(fit_values, LinearMap.__call__, absolute_loss, x, y, folds=folds)
    return choose_form(fit_log_odds, LinearMap.odds, log_loss, x, y, folds=folds)


@pytest.mark.parametrize(("shift", "slope"), [(1.0, 1.0), (-0.5, 1.0), (-1.0, 0.4), (1.0, 1.6)])
def test_least_squares_finds_the_map(shift, slope):
    found = fit_values(*scene(2000, 1, shift=shift, slope=slope), "linear")
    assert (found.shift, found.slope) == pytest.approx((shift, slope), abs=0.06)


def test_an_offset_of_chance_is_left_out_and_a_sure_one_kept():
    random = np.random.default_rng(2)
    value = random.normal(size=20)
    noise = random.normal(size=20)
    noise -= noise.mean()
    assert fit_values(value, value + 0.2 + noise, "offset") == IDENTITY  # a fifth of one standard deviation, t < 1
    assert fit_values(value, value + 2 + noise, "offset").shift == pytest.approx(2, rel=0.05)
    assert 0 < fit_values(value, value + 0.4 + noise, "offset").shift < 0.4


def test_a_slope_never_turns_or_explodes():
    value, y = scene(200, 3)
    assert fit_values(value, -y, "linear").slope == pytest.approx(SLOPES[0])
    assert fit_values(value / 100, y, "linear").slope == pytest.approx(SLOPES[1])


@pytest.mark.parametrize(
    ("truth", "form"), [({}, "identity"), ({"shift": 1.0}, "offset"), ({"shift": 1.0, "slope": 0.5}, "linear")]
)
@pytest.mark.parametrize("kind", ["values", "classes"])
def test_the_form_that_is_there_is_chosen(kind, truth, form):
    scenes = [(scene if kind == "values" else classes)(400, seed, **truth) for seed in range(40)]
    forms = [chosen(x, y, kind) for x, y in scenes]
    assert forms.count(form) >= 30


def test_few_rows_seldom_get_a_correction_that_is_not_there():
    forms = [chosen(*scene(20, seed)) for seed in range(100)]
    assert forms.count("identity") >= 75


def test_the_log_odds_are_found_and_shrunk():
    found = fit_log_odds(*classes(5000, 4, shift=-1.0, slope=0.5), "linear")
    assert (found.shift, found.slope) == pytest.approx((-1.0, 0.5), abs=0.1)
    few = fit_log_odds(np.full(5, 0.5), np.ones(5), "offset")  # one class only: the likeliest offset is infinite
    assert 0 < few.shift < 2


@pytest.mark.parametrize("form", FORMS)
def test_each_row_is_corrected_by_the_others(form):
    value, y = scene(60, 5, shift=1.0)
    folds = np.arange(60) % 5
    got = out_of_fold(fit_values, LinearMap.__call__, value, y, folds=folds, form=form)
    wild = y.copy()
    wild[folds == 0] += 100
    again = out_of_fold(fit_values, LinearMap.__call__, value, wild, folds=folds, form=form)
    assert (again[folds == 0] == got[folds == 0]).all()


def test_maps_compose_and_come_back():
    first, second = LinearMap(1.0, 2.0), LinearMap(-3.0, 0.5)
    x = np.array([-1.0, 0.0, 4.0])
    assert second.after(first)(x) == pytest.approx(second(first(x)))
    assert first.inverse()(first(x)) == pytest.approx(x)


def test_certain_probabilities_stay_certain():
    assert LinearMap(1.0, 0.5).odds(np.array([0.0, 0.5, 1.0])) == pytest.approx([0.0, 0.731, 1.0], abs=1e-3)
    p = np.array([0.25])
    assert IDENTITY.odds(p) is p


def test_lengths_must_agree():
    with pytest.raises(UsageError, match="one each a row"):
        out_of_fold(fit_values, LinearMap.__call__, np.ones(3), np.ones(3), folds=np.zeros(2, int), form="offset")
