import numpy as np
import pytest

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.positivity import arm_from, positivity

N = 80
RANDOM = np.random.default_rng(0)
ARM = np.array(["a", "b"])[RANDOM.integers(0, 2, N)]
PATIENTS = np.array([f"P{i}" for i in range(N)])
NOISE = RANDOM.normal(size=(N, 50))
IDS = [f"S{i:03}" for i in range(N)]


def checks(arm, values=NOISE, *, ids=IDS, randomised=False):
    blocks = {"rna": Block("rna", values, tuple(f"g{j}" for j in range(values.shape[1])))}
    return {check.name: check for check in positivity(arm, blocks, PATIENTS, ids=ids, randomised=randomised)}


def test_one_arm_can_claim_nothing():
    assert checks(None)["arms"].forbids == "predictive"
    assert checks(np.array(["a"] * N))["arms"].severity == "refused"
    assert checks(np.array(["a"] * (N - 3) + ["b"] * 3))["arms"].severity == "refused"


def test_a_fair_trial_passes():
    found = checks(ARM, randomised=True)
    assert {check.severity for check in found.values()} == {"passed"}
    assert checks(ARM)["not-randomised"].severity == "warning"


def test_arms_of_two_series_are_refused_by_what_is_measured():
    shifted = NOISE + 3 * (ARM == "a")[:, None]
    assert arm_from(ARM, shifted, PATIENTS) > 0.95
    check = checks(ARM, shifted)["overlap-lines-rna"]
    assert check.severity == "refused"
    assert check.forbids == "predictive"
    assert arm_from(ARM, NOISE, PATIENTS) < 0.8


def test_arms_of_two_series_are_refused_by_their_names_where_the_data_were_centred():
    ids = [f"GSM{411 if arm == 'a' else 615}{i:03}" for i, arm in enumerate(ARM)]
    assert checks(ARM, ids=ids)["series"].severity == "refused"
    assert checks(ARM, ids=ids, randomised=True)["series"].severity == "warning"
    assert checks(ARM)["series"].severity == "passed"
    halves = np.repeat(["a", "b"], N // 2)
    for name in ("{}", "P{}", "P-{}-x"):  # as people count, 9 comes before 10
        ids = [name.format(i + 1) for i in range(N)]
        check = checks(halves, ids=ids)["series"]
        assert check.severity == "refused"
        assert f"a: {ids[0]} to {ids[N // 2 - 1]}" in check.sentence


def test_gaps_and_constant_columns_do_no_harm():
    values = NOISE.copy()
    values[::3, 0] = np.nan
    values[:, 1] = 5
    assert 0.5 <= arm_from(ARM, values, PATIENTS) < 0.8
    assert arm_from(ARM, np.full((N, 2), np.nan), PATIENTS) == pytest.approx(0.5)
