import numpy as np
import pytest

from pharmakon.core.errors import UsageError
from pharmakon.fairness.classification import Judged, by_group
from pharmakon.fairness.groups import Groups


def made(n=700, seed=0):
    random = np.random.default_rng(seed)
    groups = Groups.of("g", random.choice(list("abc"), n, p=[0.6, 0.3, 0.1]))
    risk = np.round(random.random(n), 2)  # with ties
    y = (random.random(n) < risk).astype(float)
    return groups, Judged(y, risk, (risk >= 0.5).astype(float))


def test_every_metric_is_fairlearns():
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate
    from sklearn.metrics import accuracy_score, brier_score_loss, precision_score, roc_auc_score

    groups, judged = made()
    words = np.array(groups.levels)[groups.code]
    found = by_group(judged, groups.code, 3)(np.ones((1, 700)))
    decided = {
        "tpr": true_positive_rate,
        "fpr": false_positive_rate,
        "selection_rate": selection_rate,
        "accuracy": accuracy_score,
        "ppv": precision_score,
    }
    scored = {"auc": roc_auc_score, "brier": brier_score_loss}
    for metrics, given in ((decided, judged.called), (scored, judged.risk)):
        frame = MetricFrame(metrics=metrics, y_true=judged.y, y_pred=given, sensitive_features=words)
        for name in metrics:
            assert found[name][0, :3] == pytest.approx(frame.by_group[name].to_numpy(), abs=1e-12)
            assert found[name][0, 3] == pytest.approx(frame.overall[name], abs=1e-12)


def test_counts_are_rows_written_out():
    groups, judged = made(200)
    counts = np.random.default_rng(3).integers(0, 4, 200)
    rows = np.repeat(np.arange(200), counts)
    short = Judged(judged.y[rows], judged.risk[rows], judged.called[rows])
    weighted = by_group(judged, groups.code, 3)(counts[None].astype(float))
    written = by_group(short, groups.code[rows], 3)(np.ones((1, len(rows))))
    for name, value in written.items():
        assert weighted[name] == pytest.approx(value, abs=1e-12)


def test_ranks_are_compared_within_a_fold():
    y, risk = np.array([1.0, 0, 1, 0]), np.array([0.2, 0.1, 0.9, 0.8])
    code = np.zeros(4, np.intp)
    one = np.ones((1, 4))
    pooled = by_group(Judged(y, risk, y), code, 1)(one)["auc"][0, 0]
    apart = by_group(Judged(y, risk, y, np.array([0, 0, 1, 1])), code, 1)(one)["auc"][0, 0]
    assert (pooled, apart) == (0.75, 1.0)


def test_weights_count_as_people():
    groups, judged = made(100)
    twice = Judged(judged.y, judged.risk, judged.called, weight=np.full(100, 2.0))
    for name, value in by_group(judged, groups.code, 3)(np.ones((1, 100))).items():
        assert by_group(twice, groups.code, 3)(np.ones((1, 100)))[name] == pytest.approx(value, nan_ok=True)


def test_a_group_of_one_class_has_no_auc_and_no_warning():
    judged = Judged(np.array([1.0, 1, 0, 1]), np.array([0.1, 0.2, 0.3, 0.4]), np.zeros(4))
    found = by_group(judged, np.array([0, 0, 1, 1]), 2)(np.ones((1, 4)))
    assert np.isnan(found["auc"][0, 0]) and np.isnan(found["ppv"][0, 0]) and found["auc"][0, 1] == 1


def test_outcomes_are_classes():
    with pytest.raises(UsageError):
        Judged(np.array([0.5]), np.array([0.5]), np.array([1.0]))
    with pytest.raises(UsageError):
        Judged(np.array([1.0]), np.array([0.5, 0.1]), np.array([1.0]))
