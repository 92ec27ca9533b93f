import numpy as np

from pharmakon.fairness.classification import Judged
from pharmakon.fairness.groups import Groups
from pharmakon.fairness.mitigation import Outcome
from pharmakon.fairness.performance import of_risks
from pharmakon.learn.interval import Interval
from pharmakon.workflows.audit_cohort_tables import ends, gaps, remedy, scores


def found(n=600):
    random = np.random.default_rng(0)
    groups = Groups.of("g", ["a", "b"] * (n // 2 - 4) + ["c"] * 8)
    risk = random.random(n)
    y = (random.random(n) < np.where(groups.code == 0, 0.5, risk)).astype(float)
    return of_risks(Judged(y, risk, (risk >= 0.5).astype(float)), groups, resamples=100)


def test_what_is_worse_and_what_cannot_be_told_stand_in_the_cells():
    table = scores("g", found(), ("auc", "tpr"))
    assert table.rows[0][3].endswith(", worse") and not table.rows[1][3].endswith("worse")
    assert table.rows[2][3:] == ["cannot tell", "–"]
    assert [row[0] for row in table.rows] == ["a", "b", "c", "everybody"]
    assert gaps("g", found()).rows[0][0] == "equalised odds"


def test_a_cost_is_what_is_lost():
    figures = {name: Interval(0.8, 0.7, 0.9) for name in ("equalised_odds", "accuracy", "auc", "brier")}
    more = {"equalised_odds": Interval(-0.1, -0.2, -0.05), "accuracy": Interval(0.0, 0.0, 0.0)}
    row = remedy(Outcome("x", "m", figures, more, {}))
    assert row[2] == "+0.100 (+0.050 to +0.200)" and row[4] == ""
    assert ends(Interval(np.nan)) == "–"
