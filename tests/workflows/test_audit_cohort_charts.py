import numpy as np

from pharmakon.fairness.classification import Judged
from pharmakon.fairness.groups import Groups
from pharmakon.fairness.performance import of_risks
from pharmakon.record.plot import plot
from pharmakon.workflows.audit_cohort_charts import calibrations, forests


def test_each_group_has_a_line_and_a_worse_one_is_red():
    random = np.random.default_rng(0)
    groups = Groups.of("sex", ["f", "m"] * 300 + ["x"] * 5)
    risk = random.random(605)
    y = (random.random(605) < np.where(groups.code == 0, 0.5, risk)).astype(float)
    found = {"sex": of_risks(Judged(y, risk, y), groups, resamples=60)}
    (forest,) = forests(found)
    assert forest.plot.names == ["m", "f"] and any(curve.css == "other" for curve in forest.plot.curves)
    assert plot(forest.plot)
    (lines,) = calibrations(found)
    assert [curve.name for curve in lines.plot.curves] == ["as said", "f", "m"]
