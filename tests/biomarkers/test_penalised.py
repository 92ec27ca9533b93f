import numpy as np
import pytest

from pharmakon.biomarkers.penalised import tune
from pharmakon.biomarkers.simulate import simulate
from pharmakon.learn.metrics import auroc
from pharmakon.learn.splits import random_folds


@pytest.mark.parametrize("kind", ["binary", "continuous", "survival"])
def test_out_of_fold_scores_are_those_of_models_without_the_fold(kind):
    cohort = simulate(150, 80, true=5, effect=0.8, kind=kind, random_state=0)
    X, folds = cohort.block.values, random_folds(150, n_folds=4)
    tuned = tune(X, cohort.outcome, folds, alphas=(0.5, 1.0), n_lambda=10)
    assert np.corrcoef(tuned.out_of_fold, cohort.signal)[0, 1] > 0.5
    changed = X.copy()
    changed[folds == 2] *= -1  # new values of one fold change its scores by its own model, and no training of it
    again = tune(changed, cohort.outcome, folds, alphas=(tuned.alpha,), n_lambda=10)
    assert not np.allclose(again.out_of_fold[folds == 1], tuned.out_of_fold[folds == 1])


def test_scores_of_noise_do_not_know_the_outcome():
    found = []
    for seed in range(10):
        cohort = simulate(80, 300, true=0, random_state=seed)
        tuned = tune(
            cohort.block.values, cohort.outcome, random_folds(80, random_state=seed), alphas=(1.0,), n_lambda=8
        )
        found.append(auroc(cohort.outcome.value, tuned.out_of_fold))
    assert np.mean(found) < 0.55


def test_without_penalty_it_is_the_plain_model():
    from sklearn.linear_model import LogisticRegression

    cohort = simulate(400, 4, true=2, effect=1.0, random_state=0)
    tuned = tune(cohort.block.values, cohort.outcome, random_folds(400), alphas=(1.0,), n_lambda=8, penalised=False)
    plain = LogisticRegression(C=1e6).fit(cohort.block.values, cohort.outcome.value)
    np.testing.assert_allclose(tuned.coefficients, plain.coef_[0], atol=0.02)
