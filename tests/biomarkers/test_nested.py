"""What is not allowed is tested first: chance must score as chance, however many features there are."""

from dataclasses import replace

import numpy as np
import pytest

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.calibration_curve import calibration
from pharmakon.biomarkers.judging import within_fold_auc
from pharmakon.biomarkers.nested import Study, collect, nested, plan, run_fold
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.biomarkers.simulate import simulate
from pharmakon.biomarkers.stability import StabilityRecipe
from pharmakon.core.errors import DataError, UnknownName

RECIPE = Recipe(
    alphas=(1.0,), n_lambda=8, inner_folds=3, inner_pairs=2, stability=StabilityRecipe(pairs=3, n_lambda=6, fdr=None)
)


def study(n=120, p=80, true=5, effect=1.0, seed=0, **options):
    made = simulate(n, p, true=true, effect=effect, random_state=seed)
    clinical = Block("clinical", np.random.default_rng(seed).normal(size=(n, 2)), ("age", "sex"))
    return Study({"omics": made.block, "clinical": clinical}, made.outcome, np.arange(n), RECIPE, **options)


def noise(seed):
    """133 patients, 1,768 features, 42 responders, and no truth in it."""
    rng = np.random.default_rng(seed)
    block = Block("omics", rng.normal(size=(133, 1768)), tuple(map(str, range(1768))))
    return Study(
        {"omics": block},
        Outcome("response", "binary", rng.permutation(np.repeat([1.0, 0.0], [42, 91]))),
        np.arange(133),
    )


def test_pure_noise_of_a_cohort_like_imvigor210_scores_a_half():
    """With features selected on all patients, permuted outcomes score 0.76 there."""
    found = []
    for seed in range(6):
        made = replace(noise(seed), recipe=replace(RECIPE, stability=None, challenger=False))
        result = nested(made, folds=4, random_state=seed)
        found += [within_fold_auc(made.outcome, result.risks("omics")), within_fold_auc(*result.permuted("omics"))]
    assert np.mean(found) == pytest.approx(0.5, abs=0.05)


def test_stable_markers_and_trees_of_pure_noise_score_about_a_half():
    found = {"stable": [], "trees": []}
    for seed in range(2):
        made = noise(seed)
        part = replace(
            made.blocks["omics"], values=made.blocks["omics"].values[:, :300], features=tuple(map(str, range(300)))
        )
        made = replace(made, blocks={"omics": part}, recipe=RECIPE)
        result = nested(made, folds=4, random_state=seed)
        for model, values in found.items():
            values += [within_fold_auc(made.outcome, result.risks(model)), within_fold_auc(*result.permuted(model))]
    assert np.mean(found["stable"]) == pytest.approx(0.5, abs=0.1)
    assert np.mean(found["trees"]) == pytest.approx(0.5, abs=0.1)


def test_markers_that_are_there_are_found_and_permuted_outcomes_are_not():
    result = nested(study(n=200), folds=4, repeats=2)
    assert result.models == ("clinical", "omics", "fused", "stable", "trees")
    for model in ("omics", "fused", "stable", "trees"):
        assert within_fold_auc(result.study.outcome, result.risks(model)) > 0.65
        assert within_fold_auc(*result.permuted(model)) < 0.65
    assert within_fold_auc(result.study.outcome, result.risks("clinical")) < 0.65
    assert result.selections("stable", "omics").shape == (8, 80)
    assert result.selections("stable", "omics").sum() > 8
    assert not np.array_equal(result.risks("fused").value, result.risks("fused", 1).value)
    with pytest.raises(UnknownName):
        result.risks("best")


def test_left_out_patients_cannot_change_anything_but_their_own_risks():
    """Other values and outcomes for one left-out patient: the other risks of the fold are the same to the bit."""
    before = study()
    task = plan(before)[0]
    one = task.test[0]
    after = study()
    after.blocks["omics"].values[one] = 1e6
    after.blocks["clinical"].values[one] = -1e6
    after.outcome.value[one] = 1 - after.outcome.value[one]
    a, b = run_fold(before, task), run_fold(after, task)
    for model in a.value:
        np.testing.assert_array_equal(a.value[model][1:], b.value[model][1:])


def test_groups_stay_together_and_folds_cover_every_known_patient_once():
    groups = np.repeat(np.arange(40), 3)
    made = replace(study(), groups=groups)
    made.outcome.value[:6] = np.nan
    for task in plan(made, folds=4, repeats=2, permutations=2):
        assert not set(groups[task.train]) & set(groups[task.test])
    for repeat in (0, 1):
        left_out = np.concatenate(
            [t.test for t in plan(made, folds=4, repeats=2) if t.repeat == repeat and not t.permuted]
        )
        assert sorted(left_out) == list(range(6, 120))


def test_permuted_outcomes_stay_in_their_stratum_and_with_their_group():
    groups, sites = np.repeat(np.arange(60), 2), np.repeat(["a", "b"], 60)
    made = replace(study(), groups=groups)
    task = next(t for t in plan(made, strata=sites) if t.permuted)
    assert (sites[task.given] == sites).all()
    assert (groups[task.given][::2] == groups[task.given][1::2]).all()
    assert (task.given != np.arange(120)).mean() > 0.9
    assert sorted(task.given) == list(range(120))


SHOWN = []


class Centred:
    """A step that remembers whom it was shown."""

    def fit(self, X, batch):
        SHOWN.append((len(X), set(batch)))
        self.mean = {b: X[batch == b].mean(axis=0) for b in set(batch)}

    def transform(self, X, batch):
        return X - np.array([self.mean[b] for b in batch])


def test_preparation_is_learnt_from_training_patients_and_given_their_batches():
    batch = np.array(["x", "y"] * 60)
    made = study(prepare={"omics": [Centred]}, batches={"omics": batch})
    made = replace(made, recipe=replace(RECIPE, stability=None, challenger=False))
    task = plan(made)[0]
    run_fold(made, task)
    assert [(len(task.train), {"x", "y"})] == SHOWN


def test_folds_run_anywhere_in_any_order_give_the_same():
    made = replace(study(n=100), recipe=replace(RECIPE, stability=None))
    seen, notes = [], []
    whole = nested(made, folds=3, progress=lambda done, total, note: notes.append((done, total)), finished=seen.append)
    again = collect(made, [run_fold(made, task) for task in reversed(plan(made, folds=3))])
    assert len(seen) == 6
    assert notes[-1] == (6, 6)
    for model in whole.models:
        np.testing.assert_array_equal(whole.risks(model).value, again.risks(model).value)


def test_all_folds_of_survival_give_risks_at_one_time_and_honest_ones():
    made = simulate(400, 20, true=3, effect=0.8, kind="survival", random_state=0)
    recipe = replace(RECIPE, stability=None, challenger=False)
    whole = Study({"omics": made.block}, made.outcome, np.arange(400), recipe)
    assert whole.horizon == np.median(made.outcome.value[made.outcome.event > 0])
    risks = nested(whole, folds=3).risks("omics")
    found = calibration(made.outcome, risks.value, horizon=whole.horizon)
    assert abs(found.intercept) < 0.3
    assert 0.7 < found.slope < 1.4


def test_patients_who_are_alike_are_judged_and_the_same_ones_are_not():
    made = study()
    values = np.column_stack([np.arange(120) // 2, np.zeros((120, 5))])  # each patient has a double
    made.blocks["clinical"] = Block("clinical", values, tuple("abcdef"))
    task = plan(made, folds=3)[0]
    assert np.isfinite(run_fold(made, task).value["clinical"]).all()
    with pytest.raises(DataError, match="judge patients by a model that was made with them"):
        run_fold(made, replace(task, test=np.append(task.test, task.train[0])))
