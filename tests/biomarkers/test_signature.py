import json

import numpy as np
import pytest

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.biomarkers.signature import Signature, fit
from pharmakon.biomarkers.simulate import simulate
from pharmakon.biomarkers.stability import StabilityRecipe
from pharmakon.core.errors import DataError, ModelError, UsageError
from pharmakon.learn.metrics import auroc

RECIPE = Recipe(alphas=(1.0,), n_lambda=10, inner_folds=4, inner_pairs=4, stability=StabilityRecipe(pairs=6))


def cohort(kind="binary", n=300, seed=0):
    made = simulate(n, 60, true=5, effect=0.8, kind=kind, random_state=seed)
    rng = np.random.default_rng(seed)
    clinical = np.column_stack([0.4 * made.signal + rng.normal(size=n), rng.normal(size=n)])
    blocks = {"omics": made.block, "clinical": Block("clinical", clinical, ("stage", "age"))}
    return blocks, made.outcome, made.signal


def part(blocks, rows):
    return {name: block.take(rows) for name, block in blocks.items()}


TRAIN, TEST = np.arange(200), np.arange(200, 300)


@pytest.mark.parametrize("select", [False, True])
@pytest.mark.parametrize("kind", ["binary", "continuous", "survival"])
def test_new_patients_get_risks_that_go_with_the_truth(kind, select):
    blocks, outcome, signal = cohort(kind)
    signature = fit(RECIPE, part(blocks, TRAIN), outcome.take(TRAIN), TRAIN, select=select)
    risks = signature.apply(part(blocks, TEST)).fair()
    assert np.corrcoef(risks.score, signal[TEST])[0, 1] > 0.6
    assert (np.argsort(risks.value) == np.argsort(risks.score)).all()
    if kind != "continuous":
        assert ((risks.value > 0) & (risks.value < 1)).all()
    names, added = signature.contributions(part(blocks, TEST))
    assert names == signature.markers
    assert np.ptp(risks.score - added.sum(axis=1)) < 1e-9


def test_a_patient_without_a_block_is_given_what_the_other_block_says():
    blocks, outcome, _ = cohort()
    signature = fit(RECIPE, part(blocks, TRAIN), outcome.take(TRAIN), TRAIN)
    new = part(blocks, TEST)
    new["omics"].values[:10] = np.nan
    new["omics"].values[0:1], new["clinical"].values[0:1] = np.nan, np.nan
    risks, alone = signature.apply(new), signature.apply({"clinical": new["clinical"]})
    assert np.isnan(risks.value[0])
    np.testing.assert_array_equal(risks.value[1:10], alone.value[1:10])
    assert not np.allclose(risks.value[10:], alone.value[10:])
    with pytest.raises(UsageError, match="takes the blocks"):
        signature.apply({"protein": new["omics"]})


def test_no_risk_depends_on_who_else_is_asked_for():
    blocks, outcome, _ = cohort()
    signature = fit(RECIPE, part(blocks, TRAIN), outcome.take(TRAIN), TRAIN)
    together = signature.apply(part(blocks, TEST)).value
    alone = np.concatenate([signature.apply(part(blocks, [i])).value for i in TEST[:5]])
    np.testing.assert_allclose(together[:5], alone)


def test_training_patients_are_known_again_and_cannot_be_judged():
    blocks, outcome, _ = cohort()
    signature = fit(RECIPE, part(blocks, TRAIN), outcome.take(TRAIN), TRAIN)
    risks = signature.apply(blocks)
    assert risks.seen.tolist() == [True] * 200 + [False] * 100
    with pytest.raises(DataError, match="200 of 300"):
        risks.fair()


def test_risks_are_calibrated():
    blocks, outcome, _ = cohort(n=2000)
    train, test = np.arange(1000), np.arange(1000, 2000)
    risks = fit(RECIPE, part(blocks, train), outcome.take(train), train).apply(part(blocks, test))
    truth = outcome.value[test]
    assert auroc(truth, risks.value) > 0.75
    for low, high in ((0.1, 0.35), (0.35, 0.65), (0.65, 0.9)):
        here = (risks.value > low) & (risks.value < high)
        assert truth[here].mean() == pytest.approx(risks.value[here].mean(), abs=0.07)


def test_a_signature_is_saved_as_numbers_and_words():
    blocks, outcome, _ = cohort("survival")
    signature = fit(RECIPE, part(blocks, TRAIN), outcome.take(TRAIN), TRAIN)
    card = json.loads(json.dumps(signature.card()))
    again = Signature.from_arrays(signature.to_arrays(), card)
    np.testing.assert_array_equal(again.apply(blocks).value, signature.apply(blocks).value)
    np.testing.assert_array_equal(again.apply(blocks).seen, signature.apply(blocks).seen)
    assert again.card()["sha256"] == card["sha256"]
    arrays = signature.to_arrays()
    arrays["omics/weights"] = arrays["omics/weights"] + 1e-9
    with pytest.raises(ModelError, match="card"):
        Signature.from_arrays(arrays, card)


def test_patients_without_outcome_teach_nothing_and_misfits_are_refused():
    blocks, outcome, _ = cohort()
    outcome.value[:50] = np.nan
    signature = fit(RECIPE, blocks, outcome, np.arange(300))
    assert signature.patients == 250
    assert signature.apply(blocks).seen[:50].sum() == 0
    with pytest.raises(DataError, match="same patients"):
        fit(RECIPE, blocks, outcome, np.arange(10))
