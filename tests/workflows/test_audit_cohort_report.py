from pharmakon.workflows.audit_cohort import AuditCohortConfig, run
from pharmakon.workflows.audit_cohort_report import PERSON, page


def test_what_only_a_person_knows_is_left_to_one(cohort_file):
    config = AuditCohortConfig(data=cohort_file(), reference="us-2020")
    found = run(config)
    text = page(found, config)
    assert text.count(PERSON) >= 5  # source, date, licence, label, signature
    assert "No limits were written before the audit" in text
    assert "2020 Census" in text and "<script" not in text
    assert text == page(found, config)
