"""The chain beside the data: who comes second is refused, and an altered chain releases nothing."""

import gzip
import threading

import pytest

from pharmakon.core.errors import BudgetSpent, ConfigError, RecordError
from pharmakon.workflows.benchmark_release import example
from pharmakon.workflows.release import ReleaseConfig, run

pytest.importorskip("opendp")


def paths(folder, **more):
    return example(folder, **({"epsilon": 0.25, "budget": 1.0} | more))


def release(cohort, request, output):
    return run(ReleaseConfig(cohort=cohort, config=request, output=output))


def test_the_budget_is_spent_to_the_end_and_no_further(tmp_path):
    cohort, request = paths(tmp_path)
    for i in range(4):
        release(cohort, request, tmp_path / f"o{i}")
    with pytest.raises(BudgetSpent):
        release(cohort, request, tmp_path / "o4")


def test_releases_at_once_do_not_pass_it(tmp_path):
    cohort, request = paths(tmp_path)
    made = []

    def one(i):
        try:
            made.append(release(cohort, request, tmp_path / f"o{i}"))
        except BudgetSpent:
            return

    threads = [threading.Thread(target=one, args=(i,)) for i in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(made) <= 4
    entries = (tmp_path / "patients.csv.budget.jsonl").read_text()
    assert entries.count('"reserved"') - entries.count('"returned"') == len(made)


def test_the_budget_cannot_be_raised_later(tmp_path):
    cohort, request = paths(tmp_path)
    release(cohort, request, tmp_path / "o")
    paths(tmp_path, budget=5.0)
    with pytest.raises(ConfigError, match="cannot be changed"):
        release(cohort, request, tmp_path / "o2")


@pytest.mark.parametrize("harm", ["edit", "drop"])
def test_an_altered_chain_releases_nothing(tmp_path, harm):
    cohort, request = paths(tmp_path)
    for i in range(2):
        release(cohort, request, tmp_path / f"o{i}")
    chain = tmp_path / "patients.csv.budget.jsonl"
    lines = chain.read_text().splitlines(keepends=True)
    if harm == "edit":
        lines[1] = lines[1].replace("0.25", "0.05")
    else:
        del lines[1]
    chain.write_text("".join(lines))
    with pytest.raises(RecordError, match="altered"):
        release(cohort, request, tmp_path / "o9")


def test_a_chain_that_was_cut_releases_nothing(tmp_path):
    cohort, request = paths(tmp_path)
    for i in range(2):
        release(cohort, request, tmp_path / f"o{i}")
    chain = tmp_path / "patients.csv.budget.jsonl"
    chain.write_text("".join(chain.read_text().splitlines(keepends=True)[:-1]))
    for asked in ({"plan": True}, {"output": tmp_path / "o9"}):
        with pytest.raises(RecordError, match="was cut"):
            run(ReleaseConfig(cohort=cohort, config=request, **asked))


def copied(folder, cohort, name):
    """The cohort once more, of a copy of its table under another name."""
    (folder / name).write_bytes((folder / "patients.csv").read_bytes())
    other = folder / f"{name}.toml"
    other.write_text(cohort.read_text().replace("patients.csv", name))
    return other


def test_a_copy_or_a_link_has_the_budget_of_the_file(tmp_path):
    cohort, request = paths(tmp_path, epsilon=0.6)
    release(cohort, request, tmp_path / "o")
    other = copied(tmp_path, cohort, "copy.csv")
    plan = run(ReleaseConfig(cohort=other, config=request, plan=True))
    assert plan.budget.name == "patients.csv.budget.jsonl" and not plan.affordable
    assert [(p.file, p.same, p.price.epsilon, p.statistics) for p in plan.before] == [
        ("patients.csv", True, 0.6, ("smokers",))
    ]
    with pytest.raises(BudgetSpent):
        release(other, request, tmp_path / "o2")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "patients.csv").symlink_to(tmp_path / "patients.csv")
    linked = tmp_path / "elsewhere" / cohort.name
    linked.write_text(cohort.read_text())
    with pytest.raises(BudgetSpent):
        release(linked, request, tmp_path / "o3")
    assert not (tmp_path / "o2").exists()
    assert not (tmp_path / "o3").exists()


def turned(text):
    head, *rows = (line.split(",") for line in text.splitlines())
    return "\n".join(";".join(f'"{cell}"' for cell in reversed(line)) for line in (head, *reversed(rows))) + "\n"


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("again.csv", lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()),
        ("again.csv.gz", lambda text: gzip.compress(text.encode())),
        ("again.csv", lambda text: turned(text).encode()),
    ],
    ids=["line-ends", "compressed", "turned"],
)
def test_a_copy_that_was_saved_again_is_of_the_same_people(tmp_path, name, saved):
    cohort, request = paths(tmp_path, epsilon=0.6)
    release(cohort, request, tmp_path / "o")
    other = copied(tmp_path, cohort, name)
    text = (tmp_path / "patients.csv").read_text()
    (tmp_path / name).write_bytes(saved(text))
    plan = run(ReleaseConfig(cohort=other, config=request, plan=True))
    assert plan.budget.name == "patients.csv.budget.jsonl" and [paid.same for paid in plan.before] == [True]
    with pytest.raises(BudgetSpent):
        release(other, request, tmp_path / "o2")
    (tmp_path / name).write_bytes(saved(text + text.splitlines()[-1] + "\n"))  # one more row: not a copy
    assert run(ReleaseConfig(cohort=other, config=request, plan=True)).before == []


def test_a_copy_pays_from_the_file_s_budget_and_keeps_to_it_when_it_is_changed(tmp_path):
    cohort, request = paths(tmp_path)
    release(cohort, request, tmp_path / "o")
    other = copied(tmp_path, cohort, "copy.csv")
    release(other, request, tmp_path / "o2")
    with (tmp_path / "copy.csv").open("a") as stream:
        stream.write("new,yes,3\n")
    plan = run(ReleaseConfig(cohort=other, config=request, plan=True))
    assert plan.account.left.epsilon == pytest.approx(0.5)
    assert [(p.file, p.same) for p in plan.before] == [("patients.csv", False), ("copy.csv", False)]
    assert plan.before[0].row()[1:] == ("epsilon 0.25", "patients.csv, which held other data then", "smokers")
    assert [path.name for path in tmp_path.glob("*.budget.jsonl")] == ["patients.csv.budget.jsonl"]


def test_another_table_has_a_budget_of_its_own_until_it_is_a_copy(tmp_path):
    cohort, request = paths(tmp_path)
    release(cohort, request, tmp_path / "o")
    other = copied(tmp_path, cohort, "other.csv")
    with (tmp_path / "other.csv").open("a") as stream:
        stream.write("new,yes,3\n")
    release(other, request, tmp_path / "o2")
    assert len(run(ReleaseConfig(cohort=other, config=request, plan=True)).before) == 1
    copied(tmp_path, cohort, "other.csv")
    for asked in ({"plan": True}, {"output": tmp_path / "o3"}):
        with pytest.raises(ConfigError, match="two budgets"):
            run(ReleaseConfig(cohort=other, config=request, **asked))


def test_a_copy_that_begins_a_budget_at_the_same_moment_pays_nothing(tmp_path, monkeypatch):
    from pharmakon.workflows import release as workflow

    cohort, request = paths(tmp_path)
    release(cohort, request, tmp_path / "o")
    other = copied(tmp_path, cohort, "copy.csv")
    monkeypatch.setattr(workflow, "budget_of", lambda data: data.with_name(data.name + ".budget.jsonl"))
    with pytest.raises(ConfigError, match="two budgets"):
        release(other, request, tmp_path / "o2")
    monkeypatch.undo()
    assert run(ReleaseConfig(cohort=other, config=request, plan=True)).account.left.epsilon == pytest.approx(0.75)


def test_a_chain_that_was_deleted_releases_nothing_and_leaves_no_folder(tmp_path):
    cohort, request = paths(tmp_path)
    release(cohort, request, tmp_path / "o")
    (tmp_path / "patients.csv.budget.jsonl").unlink()
    with pytest.raises(RecordError):
        release(cohort, request, tmp_path / "o2")
    assert not (tmp_path / "o2").exists()
