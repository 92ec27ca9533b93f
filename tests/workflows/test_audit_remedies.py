import numpy as np

from pharmakon.workflows.audit_cohort import AuditCohortConfig
from pharmakon.workflows.audit_remedies import COMPONENTS, features_of, folds_of, remedies_of


def test_a_patient_is_in_one_fold():
    patients = np.repeat(np.arange(50), 3)
    fold = folds_of(patients, seed=1)
    assert {*fold.tolist()} == {0, 1, 2, 3, 4}
    assert all(len({*fold[patients == one].tolist()}) == 1 for one in range(50))


def test_many_features_become_components_and_gaps_the_mean(cohort_file):
    from pharmakon.biomarkers.cohort import read_cohort

    X = features_of(read_cohort(cohort_file(p=120)))
    assert X.shape[1] == COMPONENTS and np.isfinite(X).all()
    assert features_of(read_cohort(cohort_file(p=20))).shape[1] == 22  # genes, age, sex


def test_other_outcomes_and_small_groups_give_a_note(cohort, cohort_file):
    from dataclasses import replace

    from pharmakon.biomarkers.outcome import Outcome
    from pharmakon.fairness.groups import Groups

    groups = {"sex": Groups.of("sex", list(cohort.labels("sex")))}
    config = AuditCohortConfig(data="c.toml", mitigate=True)
    assert "fewer than two groups" in remedies_of(config, cohort, groups, None, 0.5)[1][0]
    number = replace(cohort, outcome=Outcome("x", "continuous", np.arange(60.0)))
    assert "two classes" in remedies_of(config, number, groups, None, 0.5)[1][0]
