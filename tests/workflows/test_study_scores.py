import numpy as np
import pytest

from pharmakon.biomarkers.judging import Estimate
from pharmakon.workflows.study_scores import CHANCE, MEASURES, Null, called, high_risk, main_of, pooled, unscaled


def test_every_metric_has_a_name_for_people(discovered):
    for metrics in discovered.scores.models.values():
        assert set(metrics) <= set(MEASURES)
    assert discovered.scores.leading in CHANCE


def test_the_main_model_is_all_blocks_together():
    assert main_of(("clinical", "rna", "fused", "trees")) == "fused"
    assert main_of(("rna", "stable", "trees")) == "rna"
    assert called("rna") == "rna alone, elastic net"


def test_what_is_added_is_added_to_the_clinic(discovered):
    scores = discovered.scores
    assert "clinical" not in scores.added
    assert scores.added["fused"]["auc"].low > 0


def test_halves_of_risk_are_halves_of_each_fold(discovered):
    high = high_risk(discovered.nested, "fused")
    fold = discovered.nested.risks("fused").fold
    for one in np.unique(fold):
        assert abs(high[fold == one].mean() - 0.5) < 0.1


def test_groups_and_stability_are_there(discovered):
    assert [group.level for group in discovered.scores.groups["sex"]] == ["F", "M"]
    assert discovered.scores.stability["stable"]["rna"].mean_size > 0


def test_cohorts_are_pooled_on_the_logit_and_back():
    found = [Estimate(0.8, 0.7, 0.88, 50, 20), Estimate(0.6, 0.5, 0.69, 50, 20)]
    summary = pooled(found, "auc")
    assert 0.6 < unscaled("auc", summary.value) < 0.8
    assert pooled([*found, Estimate(np.nan, np.nan, np.nan, 3, 0)], "auc").weights[2] == 0
    assert pooled(found[:1], "auc") is None
    assert unscaled("r2", 0.3) == 0.3
    assert unscaled("auc", 0.0) == pytest.approx(0.5)


def test_few_permutations_have_no_interval():
    assert Null((0.4, 0.5, 0.6, 0.45, 0.55)).ends == "0.400 to 0.600"
    assert Null((0.5,)).ends == "none: of 1 run, 5 are needed"
    assert Null((0.4, 0.6)).ends == "none: of 2 runs, 5 are needed"
