"""release end to end: a plan that spends nothing, numbers near the truth, a budget that is kept."""

import json

import pytest

from pharmakon.core.errors import BudgetSpent, ConfigError
from pharmakon.record.ledger import verify
from pharmakon.workflows.benchmark_release import example
from pharmakon.workflows.release import ReleaseConfig, run

pytest.importorskip("opendp")

EVERYTHING = """
people = 400
[budget]
epsilon = 60.0
[[statistics]]
name = "smokers"
kind = "count"
epsilon = 8.0
where = {smoker = "yes"}
[[statistics]]
name = "age"
kind = "mean"
column = "age"
low = 0
high = 100
epsilon = 8.0
[[statistics]]
name = "stage"
kind = "histogram"
column = "stage"
categories = ["I", "II", "none such"]
epsilon = 8.0
[[statistics]]
name = "ages"
kind = "histogram"
column = "age"
edges = [0, 30, 50, 101]
epsilon = 8.0
[[statistics]]
name = "curve"
kind = "survival"
times = [10, 20, 30]
by = "arm"
groups = ["a", "b"]
epsilon = 8.0
"""
COHORT = """
name = "made"
context_of_use = "prognostic"
[clinical]
file = "patients.csv"
patient = "who"
[outcome]
kind = "survival"
time = "months"
event = "dead"
positive = "1"
[[blocks]]
name = "markers"
features = ["age"]
"""


@pytest.fixture
def made(tmp_path):
    """400 people; the first 50 have a second row, which must not count."""
    rows = []
    for i in [*range(400), *range(50)]:
        arm = "ab"[i % 2]
        smoker = "yes" if i % 4 == 0 else "no"
        months = 5 + i % 37 + (10 if arm == "a" else 0)
        rows.append(
            f"s{len(rows)},p{i},{20 + i % 60},{smoker},{['I', 'II', 'III'][i % 3]},{arm},{months},{i % 5 > 0:d}"
        )
    (tmp_path / "patients.csv").write_text("\n".join(["id,who,age,smoker,stage,arm,months,dead", *rows]) + "\n")
    (tmp_path / "cohort.toml").write_text(COHORT)
    (tmp_path / "release.toml").write_text(EVERYTHING)
    return tmp_path


def released(folder, **more):
    return run(ReleaseConfig(cohort=folder / "cohort.toml", config=folder / "release.toml", **more))


def test_numbers_come_out_near_with_little_noise_and_one_row_a_person(made):
    result = released(made, output=made / "out")
    values = {(x.statistic, x.group, x.at): x.value for x in result.lines}
    assert values["smokers", "", ""] == pytest.approx(100, abs=6)
    assert values["age", "", "people with a value"] == pytest.approx(400, abs=8)
    assert values["age", "", "mean"] == pytest.approx(48.67, abs=1.5)
    assert values["stage", "", "I"] == pytest.approx(134, abs=6)
    assert abs(values["stage", "", "none such"]) <= 6
    assert values["ages", "", "[0, 30)"] == pytest.approx(70, abs=6)
    assert values["curve", "a", "30"] > values["curve", "b", "30"]
    assert result.total.epsilon == pytest.approx(40)
    assert result.account.left.epsilon == pytest.approx(20)
    assert verify(result.folder).ok
    assert verify(result.budget).ok
    said = json.loads((result.folder / "result.json").read_text())
    assert said["spent"]["epsilon"] == pytest.approx(40)
    assert said["statistics"][0]["mechanism"] == "discrete Laplace"
    page = (result.folder / "report.html").read_text()
    for text in ("Neighbouring relation", "What privacy costs", "log10 epsilon", "Side channels"):
        assert text in page


def test_a_plan_spends_nothing_and_reads_no_patient(made):
    (made / "patients.csv").write_text("nothing\n")
    result = released(made, plan=True)
    assert result.folder is None
    assert not result.lines
    assert not result.budget.exists()
    assert len(result.expected) == 5
    assert result.account.left.epsilon == 60
    assert result.affordable


def test_an_overspend_is_refused_and_leaves_nothing(made):
    released(made, output=made / "out")
    before = (made / "patients.csv.budget.jsonl").read_bytes()
    with pytest.raises(BudgetSpent, match="nothing was released"):
        released(made, output=made / "again")
    assert not (made / "again").exists()
    assert not released(made, plan=True).affordable
    assert (made / "patients.csv.budget.jsonl").read_bytes() == before


def test_changed_data_has_no_fresh_budget(made):
    released(made, output=made / "out")
    with (made / "patients.csv").open("a") as file:
        file.write("new,new,40,yes,I,a,7,1\n")
    with pytest.raises(BudgetSpent):
        released(made, output=made / "again")


def test_a_curve_of_a_cohort_without_times_is_refused(tmp_path):
    cohort, request = example(tmp_path, epsilon=0.1, budget=1.0)
    text = request.read_text() + '[[statistics]]\nname = "c"\nkind = "survival"\ntimes = [1]\nepsilon = 0.1\n'
    request.write_text(text)
    with pytest.raises(ConfigError, match="is a survival curve"):
        run(ReleaseConfig(cohort=cohort, config=request, plan=True))
