import numpy as np
import pytest

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.block_model import fit_block
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.biomarkers.simulate import simulate
from pharmakon.biomarkers.stability import StabilityRecipe
from pharmakon.core.errors import DataError
from pharmakon.learn.metrics import auroc

RECIPE = Recipe(alphas=(1.0,), n_lambda=10, inner_folds=4, inner_pairs=5)
SELECTION = StabilityRecipe(pairs=8, n_lambda=10)


def test_a_block_that_some_patients_lack():
    cohort = simulate(200, 60, true=4, effect=1.0, random_state=0)
    cohort.block.values[:40] = np.nan
    cohort.block.values[50, 3] = np.nan
    model, scores = fit_block(
        cohort.block, cohort.outcome, np.arange(200), recipe=RECIPE, selection=None, random_state=0
    )
    assert np.isnan(scores[:40]).all()
    assert np.isfinite(scores[40:]).all()
    assert np.isnan(model.score(cohort.block)[:40]).all()
    terms = model.terms(cohort.block)
    np.testing.assert_allclose(terms[40:].sum(axis=1) + model.intercept, model.score(cohort.block)[40:])
    assert len(model.features) < 60


def test_a_feature_that_is_not_there_is_named():
    cohort = simulate(120, 20, true=4, effect=1.0, random_state=0)
    model, _ = fit_block(cohort.block, cohort.outcome, np.arange(120), recipe=RECIPE, selection=None, random_state=0)
    lost = model.features[0]
    keep = [i for i, name in enumerate(cohort.block.features) if name != lost]
    less = Block("omics", cohort.block.values[:, keep], tuple(cohort.block.features[i] for i in keep))
    with pytest.raises(DataError, match=lost):
        model.score(less)


def test_stable_markers_are_fewer_and_their_out_of_fold_scores_do_not_know_noise():
    found = []
    for seed in range(6):
        cohort = simulate(80, 200, true=0, random_state=seed)
        selection = StabilityRecipe(pairs=5, n_lambda=8, fdr=None)  # the lenient rule does select, of noise too
        _, scores = fit_block(
            cohort.block, cohort.outcome, np.arange(80), recipe=RECIPE, selection=selection, random_state=seed
        )
        found.append(auroc(cohort.outcome.value, scores))
    assert np.mean(found) < 0.6
    cohort = simulate(300, 200, true=5, effect=1.0, random_state=1)
    stable, _ = fit_block(
        cohort.block, cohort.outcome, np.arange(300), recipe=RECIPE, selection=SELECTION, random_state=0
    )
    plain, _ = fit_block(cohort.block, cohort.outcome, np.arange(300), recipe=RECIPE, selection=None, random_state=0)
    true = {f for f, yes in zip(cohort.block.features, cohort.true, strict=True) if yes}
    assert true <= set(stable.features)
    assert len(stable.features) < len(plain.features)


def test_raw_counts_are_refused():
    cohort = simulate(60, 10, true=2, random_state=0)
    counts = Block("rna", np.round(np.exp(cohort.block.values)), cohort.block.features, "counts")
    with pytest.raises(DataError, match="normalise"):
        fit_block(counts, cohort.outcome, np.arange(60), recipe=RECIPE, selection=None, random_state=0)
