"""The harness: tasks run once, results kept as each finishes, and never mixed with results of something else."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, DataError, UnknownName
from pharmakon.core.random import stream
from pharmakon.workflows import benchmark as harness
from pharmakon.workflows.benchmark import BENCHMARKS, BenchmarkConfig, anchors, missing, run, sample, score


class Toy:
    """Two tasks, each a file of one number; the score is that number."""

    what = protocol = published = "toy"
    needs = "toy"
    repeats = 2

    def __init__(self):
        self.ran = []
        self.fail = False

    def tasks(self):
        return ["a", "b"]

    def files(self, task, root):
        return [root / "toy" / task]

    def run(self, task, root, config, learner, say):
        say("half way")
        if self.fail:
            raise KeyboardInterrupt
        self.ran.append(task)
        value = float((root / "toy" / task).read_text())
        return {"scores": {"mae": {"value": value, "low": None, "high": None, "n": 1}}, "anchors": {"mae": {}}}

    def summary(self, results, *, rivals):
        ours = {"sum": sum(found["scores"]["mae"]["value"] for found in results.values())}
        return ours | ({"theirs": 9.0} if rivals else {})


@pytest.fixture
def toy(monkeypatch, tmp_path):
    (tmp_path / "toy").mkdir()
    for name, value in (("a", "1"), ("b", "2")):
        (tmp_path / "toy" / name).write_text(value)
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    made = Toy()
    monkeypatch.setattr(harness, "BENCHMARKS", {"toy": made})
    return made


@pytest.fixture
def ask(toy, tmp_path):
    def go(**options):
        return run(BenchmarkConfig(name="toy", output=tmp_path / "out", **options), learner=len)

    return go


def test_the_record_says_what_made_it(ask):
    found = ask(seed=3)
    record = json.loads(found.path.read_text(encoding="utf-8"))
    assert record == found.record
    assert record["command"] == "pharmakon benchmark toy --seed 3"
    protocol = {"limit": None, "repeats": 2, "calls": 10_000, "max_points": 11_000, "seed": 3}
    assert record["settings"] == protocol | {"network": None, "workers": None}
    assert record["versions"]["numpy"] == np.__version__
    assert len(record["code"]) == 16
    assert record["summary"] == {"sum": 3.0, "theirs": 9.0}
    assert ask(repeats=1).record["summary"] == {"sum": 3.0}  # a slice is compared with nothing
    assert [*record["tasks"]] == ["a", "b"]
    assert record["tasks"]["a"]["data"] == {"toy/a": "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"}


def test_what_was_not_measured_is_measured_later(ask, toy):
    nothing = {"scores": {}, "anchors": {}, "note": "not here"}
    toy.run = lambda task, *_: nothing if task == "b" else Toy.run(toy, task, *_)
    assert [*ask().record["tasks"]] == ["a"]
    del toy.run
    assert [*ask().record["tasks"]] == ["a", "b"]


@pytest.mark.parametrize("given", [{"name": "moleculeace"}, {"name": "expansionrx", "seed": 1}])
def test_a_network_is_refused_where_it_may_have_met_the_test(given, tmp_path):
    with pytest.raises(ConfigError, match="network"):
        build(BenchmarkConfig, {**given, "network": tmp_path})


def test_progress_tells_task_and_how_far(toy, tmp_path):
    told = []
    run(
        BenchmarkConfig(name="toy", output=tmp_path / "out"),
        learner=len,
        progress=lambda done, total, note: told.append((done, total, note)),
    )
    assert told == [(0, 2, "a"), (0, 2, "a, half way"), (1, 2, "b"), (1, 2, "b, half way"), (2, 2, "")]


@pytest.mark.parametrize(
    ("options", "comparable"),
    [
        ({}, True),
        ({"limit": 20}, False),
        ({"repeats": 1}, False),
        ({"repeats": 3}, True),
        ({"calls": 100}, False),
        ({"pool": 1000}, False),
    ],
)
def test_a_slice_is_marked_as_one(ask, options, comparable):
    assert ask(**options).record["comparable"] is comparable


def test_a_second_run_goes_on_where_the_first_stopped(ask, toy):
    ask(tasks=("b",))
    found = ask()
    assert toy.ran == ["b", "a"]
    assert [*found.record["tasks"]] == ["a", "b"]


def test_an_interrupted_run_keeps_what_was_finished(ask, toy, tmp_path):
    ask(tasks=("a",))
    toy.fail = True
    with pytest.raises(KeyboardInterrupt):
        ask()
    assert [*json.loads((tmp_path / "out" / "toy.json").read_text())["tasks"]] == ["a"]


def test_changed_data_runs_its_task_again(ask, toy, tmp_path):
    ask()
    (tmp_path / "toy" / "b").write_text("5")
    assert ask().record["summary"] == {"sum": 6.0, "theirs": 9.0}
    assert toy.ran == ["a", "b", "b"]


@pytest.mark.parametrize("change", ["settings", "code"])
def test_results_of_something_else_are_not_mixed_in(ask, toy, monkeypatch, change):
    ask()
    if change == "code":
        monkeypatch.setattr(harness, "code_identity", lambda: "0" * 16)
    found = ask(tasks=("a",), seed=1 if change == "settings" else 0)
    assert [*found.record["tasks"]] == ["a"]
    assert toy.ran == ["a", "b", "a"]


def test_a_file_that_is_not_ours_is_left_alone(ask, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "toy.json").write_text("hello")
    with pytest.raises(DataError, match="not a results file"):
        ask()
    assert (tmp_path / "out" / "toy.json").read_text() == "hello"


def test_absent_data_says_what_to_set(ask, monkeypatch, tmp_path):
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path / "out"))
    with pytest.raises(DataError, match="set PHARMAKON_DATA"):
        ask()
    (tmp_path / "out").mkdir()
    assert "toy, which is not in" in missing(SimpleNamespace(needs="toy"))


def test_a_benchmark_without_data_runs_without_data(ask, toy, monkeypatch):
    ask(tasks=("a",))
    monkeypatch.delenv("PHARMAKON_DATA")
    toy.needs, toy.files = "", lambda task, root: []
    assert missing(toy) == ""
    with pytest.raises(FileNotFoundError):  # it ran: its toy file is below no data root
        ask(tasks=("b",))


def test_models_are_for_coverage_alone():
    with pytest.raises(ValueError, match="models are for the coverage benchmark"):
        BenchmarkConfig(name="tdc", models=("herg",))


def test_a_wrong_task_gets_a_suggestion():
    with pytest.raises(UnknownName, match="no task named 'caco2_wan' in tdc; did you mean 'caco2_wang'"):
        run(BenchmarkConfig(name="tdc", tasks=("caco2_wan",)))


@pytest.mark.parametrize("name", ["tdc", "moleculeace", "pmo", "guacamol", "distribution", "modes", "coverage"])
def test_every_benchmark_describes_itself(name):
    item = BENCHMARKS[name]
    assert item.what
    assert item.protocol
    assert item.published
    assert item.repeats >= 1


def test_anchors_have_the_22_and_the_20_tasks():
    assert len(anchors()["tdc"]) == 22
    assert len(anchors()["pmo"]) == 20
    assert all(facts["metric"] in {"mae", "auroc", "auprc", "spearman"} for facts in anchors()["tdc"].values())
    assert all(facts["clean"] > 0 for facts in anchors()["tdc"].values())
    sums = {
        who: sum(facts[who] for facts in anchors()["pmo"].values()) for who in ("gp_bo", "genetic_gfn", "invirtuogen")
    }
    # The authors print these sums over the 20 tasks; the rows are rounded to three decimals.
    assert sums == pytest.approx({"gp_bo": 13.740, "genetic_gfn": 13.594, "invirtuogen": 13.912}, abs=0.005)


def test_the_sums_of_guacamol_are_those_printed():
    sums = {who: sum(facts[who] for facts in anchors()["guacamol"].values()) for who in ("graph_ga", "crem", "lstm")}
    assert sums == pytest.approx({"graph_ga": 17.983, "crem": 17.919, "lstm": 17.341})


def test_guacamol_asks_for_more_calls(tmp_path):
    assert BenchmarkConfig(name="guacamol").paid == 20_000
    assert BenchmarkConfig(name="pmo").paid == 10_000
    assert BenchmarkConfig(name="guacamol", calls=50).paid == 50


def test_a_sample_keeps_both_classes_in_their_share():
    labels = np.array([1.0] * 90 + [0.0] * 10)
    rows = sample(labels, 20, kind="classification", random=stream(0))
    assert len(rows) == 20
    assert labels[rows].sum() == 18
    assert (np.diff(rows) > 0).all()


def test_a_sample_of_a_rare_class_has_at_least_one():
    labels = np.array([1.0] + [0.0] * 999)
    assert labels[sample(labels, 20, kind="classification", random=stream(0))].sum() == 1


def test_a_sample_is_the_seeds():
    labels = np.arange(100.0)
    first, again, other = (sample(labels, 30, kind="regression", random=stream(seed)) for seed in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()
    assert (sample(labels, None, kind="regression", random=stream(0)) == np.arange(100)).all()


def test_a_score_that_is_not_defined_is_null():
    found = score("auroc", np.ones(5), np.arange(5.0))
    assert found == {"value": None, "low": None, "high": None, "n": 5}


def test_a_score_lies_in_its_interval():
    truth = np.arange(50.0)
    found = score("mae", truth, truth + stream(0).normal(size=50))
    assert found["low"] < found["value"] < found["high"]
