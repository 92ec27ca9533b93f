"""A screen as a whole: the same bytes whoever works, in what shards and however often killed, and the right ones."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from pharmakon.chem.standardize import standardize
from pharmakon.core.errors import ConfigError, DataError, RecordError, UnknownName, UsageError
from pharmakon.design.objective import Objective
from pharmakon.predict.panel import Panel
from pharmakon.record import crate
from pharmakon.record.ledger import Ledger, verify
from pharmakon.store.writers import write_parquet
from pharmakon.workflows.design import DesignConfig
from pharmakon.workflows.screen import SHARDS, ScreenConfig, run

GOAL = """
goals = [
  { property = "solubility", want = ">= -2" },
  { property = "herg", want = "<= 4.5", weight = 2 },
  { property = "logp", want = "1..2" },
]
constraints = [{ property = "mw", want = "<= 200" }, { avoid = "C#N" }]
"""
SAME = ("top.csv", "top.parquet", "sketches.json", "problems.csv", "quarantine.csv", "scaffolds.csv", "report.html")


@pytest.fixture(scope="module")
def place(tmp_path_factory, molecules):
    """A goal file, and a library in two files: 500 rows of CSV, some spoilt or repeated, and Parquet."""
    folder = tmp_path_factory.mktemp("library")
    rows = [{"name": f"M{i}", "smiles": s} for i, s in enumerate(molecules)]
    spoilt = {7: "", 77: "C1CC", 150: "no"}
    more = [{"name": f"N{i}", "smiles": spoilt.get(i, s)} for i, s in enumerate([*molecules, *molecules[:40]])]
    write_parquet(folder / "a.parquet", ("name", "smiles"), rows)
    text = "name,smiles\n" + "".join(f"{row['name']},{row['smiles']}\n" for row in more)
    (folder / "b.csv").write_text(text, encoding="utf-8")
    (folder / "goal.toml").write_text(GOAL, encoding="utf-8")
    return folder


def config(place, output, **options):
    asked = {"objective": place / "goal.toml", "top": 60, "rows": 100, "workers": 1, **options}
    return ScreenConfig(inputs=(str(place / "a.parquet"), str(place / "b.csv")), output=output, **asked)


def files(folder):
    return {name: (folder / name).read_bytes() for name in SAME}


@pytest.fixture(scope="module")
def undisturbed(place, tmp_path_factory):
    """A screen by one worker that nobody disturbs."""
    return run(config(place, tmp_path_factory.mktemp("one") / "run"))


class Killed(Exception):
    """What stops a run in a test."""


def stopping_after(shards):
    def progress(done, total, note):
        if note == "shards" and done == shards:
            raise Killed

    return progress


def brute(place):
    """Every row predicted, judged and sorted, without shards: (score, SMILES, file, row, id)."""
    goal = DesignConfig.from_toml(place / "goal.toml")
    panel = Panel.load(["solubility", "herg"], "fast")
    objective = Objective(goal.goals, goal.constraints, scorer=panel)
    found = []
    for name in ("a.parquet", "b.csv"):
        from pharmakon.store.tables import open_table

        for row in open_table(place / name).rows():
            done = standardize(row.structure)
            if not done.problem:
                found.append((done.smiles, name, row.number, row.id))
    evaluations = objective.evaluate([smiles for smiles, *_ in found])
    held = [(round(e.score, 10), *row) for row, e in zip(found, evaluations, strict=True) if e.feasible]
    return sorted(held, key=lambda one: (-one[0], *one[1:4]))


def test_the_list_is_that_of_predicting_judging_and_sorting_every_row(place, undisturbed):
    expected = brute(place)
    with (undisturbed.folder / "top.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert undisturbed.feasible == len(expected) > 60
    got = [(float(r["score"]), r["smiles"], r["file"], int(r["row"]), r["id"]) for r in rows]
    assert got == expected[:60]
    assert [int(r["rank"]) for r in rows] == list(range(1, 61))
    assert all(float(r["mw"]) <= 200 and float(r["avoid C#N"]) == 0 for r in rows)


def test_what_became_of_every_row_adds_up(place, undisturbed):
    told = json.loads((undisturbed.folder / "sketches.json").read_text())
    counts = told["counts"]
    fates = ("unreadable", "set_aside", "infeasible", "no_estimate", "scheduled", "feasible")
    assert counts["rows"] == undisturbed.rows == sum(counts[name] for name in fates)
    assert counts["unreadable"] == 3
    assert max(told["broken_constraints"].values()) <= counts["infeasible"] <= sum(told["broken_constraints"].values())
    for name, found in told["histograms"].items():
        seen = sum(found["counts"]) + found["below"] + found["above"] + found["missing"]
        assert seen == (counts["feasible"] if name == "score" else counts["rows"] - 3)
    with (undisturbed.folder / "problems.csv").open(encoding="utf-8", newline="") as stream:
        assert [(r["file"], r["row"], r["id"]) for r in csv.DictReader(stream)] == [
            ("b.csv", "8", "N7"),
            ("b.csv", "78", "N77"),
            ("b.csv", "151", "N150"),
        ]


def test_the_record_is_sound_and_the_shards_are_gone(undisturbed):
    assert verify(undisturbed.folder / "ledger.jsonl").problems == ()
    assert (undisturbed.folder / "ro-crate-metadata.json").is_file()
    assert not (undisturbed.folder / SHARDS).exists()


def test_two_workers_and_other_shards_give_the_same_bytes(place, undisturbed, tmp_path):
    two = run(config(place, tmp_path / "two", workers=2))
    assert files(two.folder) == files(undisturbed.folder)
    wide = run(config(place, tmp_path / "wide", rows=177))
    same = [name for name in SAME if name != "report.html"]  # which shows the request, and so the rows a shard
    assert [files(wide.folder)[name] for name in same] == [files(undisturbed.folder)[name] for name in same]


@pytest.mark.parametrize("shards", [1, 4])
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(place, undisturbed, tmp_path, shards):
    with pytest.raises(Killed):
        run(config(place, tmp_path / "run"), progress=stopping_after(shards))
    lines = (tmp_path / "run" / SHARDS / "manifest.jsonl").read_text().splitlines()
    assert sum('"sha256"' in line for line in lines) == shards
    assert sum('"claimed"' in line for line in lines) >= shards
    with pytest.raises(UsageError, match="--resume"):
        run(config(place, tmp_path / "run"))
    seen = []
    resumed = run(
        config(place, tmp_path / "run", resume=True),
        progress=lambda done, total, note: seen.append(done) if note == "shards" else None,
    )
    assert seen[0] == shards
    assert files(resumed.folder) == files(undisturbed.folder)
    assert verify(resumed.folder / "ledger.jsonl").problems == ()
    assert run(config(place, tmp_path / "run", resume=True)).head == resumed.head


def test_a_run_that_was_killed_goes_on_to_the_same_bytes(place, undisturbed, tmp_path):
    script = tmp_path / "screening.py"
    script.write_text(
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from pharmakon.workflows.screen import ScreenConfig, run\n"
        "def progress(done, total, note):\n"
        "    if note == 'shards' and done == 2:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "run(ScreenConfig.model_validate_json(sys.argv[1]), progress=progress)\n"
    )
    asked = config(place, tmp_path / "run").model_dump_json()
    done = subprocess.run([sys.executable, str(script), asked], env=os.environ, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-500:]
    assert not (tmp_path / "run" / "top.csv").exists()
    resumed = run(config(place, tmp_path / "run", resume=True))
    assert files(resumed.folder) == files(undisturbed.folder)


def test_a_run_that_was_killed_at_its_end_computes_no_shard_again(place, undisturbed, tmp_path, monkeypatch):
    def die(*_, **__):
        raise Killed

    for name in ("seal", "describe"):  # before the ledger is closed, and after
        output = tmp_path / name
        with monkeypatch.context() as patch:
            patch.setattr(*((Ledger, name, die) if name == "seal" else (crate, name, die)))
            with pytest.raises(Killed):
                run(config(place, output))
        with monkeypatch.context() as patch:
            patch.setattr("pharmakon.workflows.screen_shard.score", die)
            result = run(config(place, output, resume=True))
        assert files(output) == files(undisturbed.folder)
        assert result.rows == undisturbed.rows and not (output / SHARDS).exists()
        assert verify(output).ok
        listed = crate.read((output / crate.METADATA).read_bytes())
        assert listed.whole and not any(name.startswith(SHARDS) for name in listed.files)


def test_a_finished_run_whose_list_is_gone_or_changed_is_not_said_to_be_there(place, undisturbed, tmp_path):
    output = tmp_path / "run"
    shutil.copytree(undisturbed.folder, output)
    assert run(config(place, output, resume=True)).head == undisturbed.head
    (output / "top.csv").write_text("mine")
    with pytest.raises(RecordError, match=r"top\.csv"):
        run(config(place, output, resume=True))
    (output / "top.csv").unlink()
    with pytest.raises(RecordError, match=r"top\.csv"):
        run(config(place, output, resume=True))


def test_limits_may_be_given_otherwise_and_the_ledger_has_both(place, undisturbed, tmp_path):
    with pytest.raises(Killed):
        run(config(place, tmp_path / "run", seconds_per_molecule=9), progress=stopping_after(2))
    run(config(place, tmp_path / "run", seconds_per_molecule=30, resume=True))
    assert files(tmp_path / "run")["top.csv"] == files(undisturbed.folder)["top.csv"]
    assert json.loads((tmp_path / "run" / "run.json").read_text())["config"]["seconds_per_molecule"] == 9
    entries = map(json.loads, (tmp_path / "run" / "ledger.jsonl").read_text().splitlines())
    (again,) = [entry["data"] for entry in entries if entry["event"] == "resumed"]
    assert again["seconds_per_molecule"] == 30


def test_a_run_is_not_gone_on_with_for_another_wish_or_library(place, tmp_path):
    with pytest.raises(Killed):
        run(config(place, tmp_path / "run"), progress=stopping_after(1))
    other = tmp_path / "goal.toml"
    other.write_text(GOAL.replace("<= 4.5", "<= 5"), encoding="utf-8")
    with pytest.raises(UsageError, match="another"):
        run(config(place, tmp_path / "run", resume=True, objective=other))
    with pytest.raises(UsageError, match="another"):
        run(config(place, tmp_path / "run", resume=True, top=10))


def test_every_row_can_be_kept(place, undisturbed, tmp_path):
    import duckdb

    whole = run(config(place, tmp_path / "run", keep="all", models=("ames",)))
    parts = str(whole.folder / SHARDS / "*.parquet")
    kept = duckdb.read_parquet(parts)
    rows = kept.aggregate("count(*), count(ames), sum(feasible::INT), max(score)").fetchall()[0]
    assert rows == (whole.rows, whole.rows - 3, whole.feasible, pytest.approx(whole.best))
    name = "top.csv"
    strip = [line.split(b",")[:5] for line in (undisturbed.folder / name).read_bytes().splitlines()]
    assert [line.split(b",")[:5] for line in (whole.folder / name).read_bytes().splitlines()] == strip


def test_without_an_objective_there_are_estimates_and_no_list(place, tmp_path):
    with pytest.raises(ValueError, match="objective"):
        config(place, tmp_path / "none", objective=None)
    found = run(config(place, tmp_path / "run", objective=None, models=("herg",)))
    assert found.best is None and found.listed == 0
    assert not (found.folder / "top.csv").exists()
    assert list((found.folder / SHARDS).glob("*.parquet"))
    assert "herg" in json.loads((found.folder / "sketches.json").read_text())["histograms"]


def test_keys_of_a_search_are_named_and_left_aside(place, undisturbed, tmp_path):
    goal = tmp_path / "search.toml"
    goal.write_text("calls = 50\ndesigns = 5\n" + GOAL, encoding="utf-8")
    found = run(config(place, tmp_path / "run", objective=goal))
    assert found.notes == [f"{goal}: calls, designs are of a search, and not used"]
    assert (found.folder / "top.csv").read_bytes() == (undisturbed.folder / "top.csv").read_bytes()


def test_what_cannot_be_asked_is_refused_before_there_is_a_folder(place, tmp_path):
    goal = tmp_path / "own.toml"
    goal.write_text(
        'goals = [{ property = "mine", want = ">= 1" }]\n[[scorers]]\nname = "mine"\npython = "a:b"\n', encoding="utf-8"
    )
    with pytest.raises(UsageError, match="scorer of your own"):
        run(config(place, tmp_path / "run", objective=goal))
    goal.write_text('goals = [{ property = "hergg", want = ">= 1" }]\n', encoding="utf-8")
    with pytest.raises(UnknownName, match="herg"):
        run(config(place, tmp_path / "run", objective=goal))
    goal.write_text("gaols = []\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="gaols"):
        run(config(place, tmp_path / "run", objective=goal))
    with pytest.raises(DataError, match="no file"):
        run(ScreenConfig(inputs=(str(tmp_path / "*.csv"),), models=("herg",), output=tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_a_molecule_that_models_say_nothing_of_is_counted_and_stops_nothing(place, tmp_path):
    table = tmp_path / "odd.csv"
    odd = ["O", "[Na+].[Cl-]", "CC[Pt]CC", "CCO", "CP(=O)(F)OC(C)C", "c1ccccc1O"]  # sarin is never ranked
    table.write_text("id,smiles\n" + "".join(f"{i},{s}\n" for i, s in enumerate(odd)), encoding="utf-8")
    found = run(
        ScreenConfig(inputs=(str(table),), objective=place / "goal.toml", output=tmp_path / "run", workers=1, rows=100)
    )
    counts = json.loads((found.folder / "sketches.json").read_text())["counts"]
    assert counts["rows"] == 6 and counts["unreadable"] == 0
    assert counts["scheduled"] == 1
    listed = (found.folder / "top.csv").read_text()
    assert "CCO" in listed and "P(" not in listed


def test_the_python_verb_takes_one_file_or_many(place, tmp_path):
    import pharmakon

    found = pharmakon.screen_library(place / "b.csv", output=tmp_path / "run", objective=place / "goal.toml", workers=1)
    assert found.rows == len((place / "b.csv").read_text(encoding="utf-8").splitlines()) - 1


def test_a_library_and_a_run_may_lie_at_an_address_and_the_bytes_are_the_same(place, undisturbed, tmp_path):
    fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed (extra `cloud`)")
    store = fsspec.filesystem("memory")
    for name in ("a.parquet", "b.csv"):
        store.pipe_file(f"/screen/in/{name}", (place / name).read_bytes())
    options = {"objective": place / "goal.toml", "top": 60, "rows": 100, "workers": 1}
    asked = {"inputs": ("memory://screen/in/*",), "output": "memory://screen/run", **options}
    with pytest.raises(Killed):
        run(ScreenConfig(**asked), progress=stopping_after(3))
    assert store.isfile("/screen/run/shards/part-000001.json.gz")
    with pytest.raises(UsageError, match="memory://screen/run is not empty; add --resume"):
        run(ScreenConfig(**asked))
    found = run(ScreenConfig(**asked, resume=True))
    assert found.url == "memory://screen/run" and not found.folder.exists()
    for name in SAME:
        got = store.cat_file(f"/screen/run/{name}")
        if name != "report.html":  # which shows the addresses
            assert got == (undisturbed.folder / name).read_bytes(), name
    assert not store.exists("/screen/run/shards") and not store.exists("/screen/run/lease")
    assert json.loads(store.cat_file("/screen/run/run.json"))["inputs"][0]["path"] == "memory:///screen/in/a.parquet"
    store.get("/screen/run", str(tmp_path / "fetched"), recursive=True)
    assert verify(tmp_path / "fetched" / "ledger.jsonl").problems == ()
