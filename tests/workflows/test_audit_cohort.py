import json
import re

import pytest

from pharmakon.core.errors import ConfigError, UnknownName
from pharmakon.workflows.audit_cohort import AuditCohortConfig, run

LIMITS = """
[fairness]
groups = ["sex", "race", "age"]
reference = "us-2020"
source = "ward 7"
signed = "A. Person"
[fairness.limits]
gap = { auc = 0.1 }
participation = 0.8
"""


def written(cohort_file, *, n=400, extra=LIMITS):
    """A cohort of men mostly, whose risks fail the women, who also lack a value more often."""
    import numpy as np

    random = np.random.default_rng(3)
    sex = random.choice(["F", "M"], n, p=[0.3, 0.7])
    path = cohort_file(
        n=n,
        sex=sex.tolist(),
        race=random.choice(["White", "Black", "Other"], n, p=[0.88, 0.1, 0.02]).tolist(),
        crp=["" if one == "F" and random.random() < 0.3 else "1.5" for one in sex],
    )
    path.write_text(path.read_text() + extra)
    rows = [line.split(",") for line in (path.parent / "clinical.csv").read_text().splitlines()]
    at = {name: j for j, name in enumerate(rows[0])}
    lines = ["sample,risk"]
    for row in rows[1:]:
        signal = 0.25 * (row[at["response"]] == "R") * (row[at["sex"]] == "M")
        lines.append(f"{row[0]},{random.uniform(0.1, 0.7) + signal:.3f}")
    (path.parent / "risks.csv").write_text("\n".join(lines))
    return path


@pytest.fixture
def audited(cohort_file):
    path = written(cohort_file)
    return run(AuditCohortConfig(data=path, risks=path.parent / "risks.csv", resamples=100))


def test_who_is_missing_for_whom_it_fails_and_what_cannot_be_told(audited):
    said = " ".join(one.sentence for one in audited.findings)
    assert audited.failed
    assert "Limit missed: gap of AUC at most 0.1. sex" in said
    assert "sex female is under-represented" in said
    assert "crp is missing more often in sex female" in said
    assert "sex female: AUC" in said
    small = [cell.cell for cell in audited.cells if cell.small]
    assert small and all("other" not in cell or cell in small for cell in (c.cell for c in audited.cells))
    assert [one.column for one in audited.representation] == ["sex", "race", "age"]


def test_every_output_is_written(audited, cohort_file, tmp_path):
    path = tmp_path / "cohort.toml"
    outputs = tuple(tmp_path / name for name in ("a.html", "a.json", "a.csv"))
    config = AuditCohortConfig(data=path, risks=tmp_path / "risks.csv", resamples=60, output=outputs, mitigate=True)
    found = run(config)
    page = outputs[0].read_text()
    titles = re.findall(r'<h2 id="[a-z]+" tabindex="-1">([^<]*?) *<', page)
    assert [title.split(".")[0] for title in titles] == ["What was found", *map(str, range(1, 14))]
    assert titles[7] == "7. For whom it works" and "A. Person" in page and "ward 7" in page
    assert json.loads(outputs[1].read_text())["failed"] is True
    assert outputs[2].read_text().startswith("part,column,group,n,events,measure,value")
    assert {one.remedy for one in found.remedies["sex"]} >= {"group thresholds", "reweighing"}


def test_without_a_reference_and_risks_it_says_what_it_does_not_know(cohort_file):
    path = written(cohort_file, extra="")
    found = run(AuditCohortConfig(data=path, fail_on="warning"))
    assert any("no reference population" in note for note in found.notes)
    assert any("no risks" in note for note in found.notes)
    assert not found.performance and not found.limits and list(found.groups) == ["sex", "age", "race"]
    assert found.failed  # crp is missing more often among women


def test_survival_needs_no_more_than_a_horizon(cohort_file):
    path = written(cohort_file)
    text = path.read_text().replace(
        'kind = "binary"\ncolumn = "response"\npositive = "R"\nnegative = "NR"',
        'kind = "survival"\ntime = "time"\nevent = "dead"',
    )
    path.write_text(text)
    found = run(
        AuditCohortConfig(data=path, risks=path.parent / "risks.csv", groups=("sex",), horizon=5.0, mitigate=True)
    )
    assert 0.3 < found.performance["sex"].overall["uno_c"].value < 0.7
    assert any("two classes" in note for note in found.notes)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"output": ("a.pdf",)}, ConfigError),
        ({"constraint": "justice"}, ConfigError),
        ({"groups": ("height",)}, UnknownName),
        ({"reference": "atlantis"}, UnknownName),
        ({"groups": ("response",)}, ConfigError),
    ],
)
def test_a_request_that_makes_no_sense(cohort_file, options, error):
    with pytest.raises(error):
        run(AuditCohortConfig(data=written(cohort_file), **options))


def test_a_limit_on_nothing_is_told_before_anything_runs(cohort_file):
    path = written(cohort_file, extra="[fairness.limits]\ngap = { justice = 0.1 }\n")
    with pytest.raises(UnknownName, match="justice"):
        run(AuditCohortConfig(data=path))
