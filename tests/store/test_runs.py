import json
import logging
import math
import signal
import subprocess
import sys

import pytest

from pharmakon.core.config import Config
from pharmakon.core.errors import RecordError, UsageError
from pharmakon.core.files import sha256
from pharmakon.store import runs
from pharmakon.store.runs import Journal, RunFolder


class Design(Config):
    goals: tuple[str, ...] = ("egfr",)
    calls: int = 2000
    workers: int = 1


@pytest.fixture
def start(tmp_path):
    (tmp_path / "in.csv").write_text("smiles\nC\n")

    def start(config=None, *, path=tmp_path / "run", inputs=(tmp_path / "in.csv",), seed=1, **options):
        return RunFolder.create(path, verb="design", config=config or Design(), inputs=inputs, seed=seed, **options)

    return start


def test_run_json_says_what_was_asked_of_what_with_what(start, tmp_path):
    run = start().run
    assert json.loads((tmp_path / "run" / "run.json").read_text()) == run
    assert run["verb"] == "design"
    assert run["seed"] == 1
    assert run["config"] == {"goals": ["egfr"], "calls": 2000, "workers": 1}
    assert run["inputs"] == [{"path": str(tmp_path / "in.csv"), "sha256": sha256(tmp_path / "in.csv"), "bytes": 9}]
    assert {"python", "numpy", "rdkit", "scipy", "scikit-learn", "lightgbm"} <= run["versions"].keys()
    assert run["platform"]["machine"]
    assert run["started"].endswith("+00:00")
    assert RunFolder.open(tmp_path / "run").run == run


def test_versions_are_found_without_importing():
    code = "import sys; from pharmakon.store.runs import versions; versions(); print('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_taken_folder_is_not_touched(start):
    first = start()
    with pytest.raises(UsageError, match="add --resume to go on with it, or choose another -o") as caught:
        start()
    assert caught.value.exit_code == 2
    (first.path / "run.json").rename(first.path / "notes.txt")
    for options in ({}, {"overwrite": True}, {"resume": True}):
        with pytest.raises(UsageError, match="choose another -o"):
            start(**options)
    assert (first.path / "notes.txt").exists()
    with pytest.raises(UsageError, match="is a file"):
        start(path=first.path / "notes.txt")


def test_the_same_run_is_resumed(start):
    first = start()
    (first.path / ".x.01234567.partial").touch()
    again = start(resume=True)
    assert again.resumed
    assert not first.resumed
    assert again.run == first.run
    assert not list(first.path.glob(".*"))


def test_a_run_goes_on_where_its_input_lies_elsewhere_and_no_other_content_does(start, tmp_path):
    there, elsewhere, other = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv"
    for path, text in ((there, "C"), (elsewhere, "C"), (other, "N")):
        path.write_text(text)

    def begin(path):
        return start(Design(goals=(str(path),)), inputs=(path,), resume=True)

    begin(there)
    assert begin(elsewhere).resumed
    with pytest.raises(UsageError, match="content of"):
        begin(other)


def test_resuming_nothing_starts(start):
    assert not start(resume=True).resumed


@pytest.mark.parametrize(
    ("config", "options", "named"),
    [
        (Design(goals=("herg",)), {}, "config key 'goals'"),
        (Design(calls=5, goals=()), {}, r"config key 'calls' \(it was 2000\), config key 'goals'"),
        (Design(), {"seed": 2}, "seed"),
        (Design(), {"inputs": ()}, "number of input files"),
        (Design(workers=2), {}, r"config key 'workers' \(it was 1\)"),
    ],
)
def test_another_run_is_not_resumed_and_the_difference_is_named(start, config, options, named):
    start()
    with pytest.raises(UsageError, match=f"with another {named};"):
        start(config, resume=True, **options)


def test_what_cannot_change_a_result_may_differ(start):
    start()
    assert start(Design(workers=2), resume=True, ignore=["workers"]).resumed


def test_an_input_may_move_but_not_change(start, tmp_path):
    start()
    moved = tmp_path / "moved.csv"
    moved.write_text("smiles\nC\n")
    assert start(resume=True, inputs=(moved,)).resumed
    moved.write_text("smiles\nN\n")
    with pytest.raises(UsageError, match=r"another content of .*moved\.csv"):
        start(resume=True, inputs=(moved,))


def test_an_input_that_is_not_there(start, tmp_path):
    with pytest.raises(UsageError, match=r"nothing\.csv cannot be read"):
        start(inputs=(tmp_path / "nothing.csv",))
    assert not (tmp_path / "run").exists()


def test_overwriting_removes_the_earlier_run(start):
    first = start()
    first.write("designs.csv", "old")
    start(Design(calls=1), overwrite=True)
    assert [p.name for p in first.path.iterdir()] == ["run.json"]


def test_other_versions_are_warned_about(start, monkeypatch, caplog):
    start()
    monkeypatch.setattr(runs, "versions", lambda: {"rdkit": "0"})
    with caplog.at_level(logging.WARNING):
        start(resume=True)
    assert "goes on with 0" in caplog.text


@pytest.mark.parametrize(
    "content", ["{", "[" * 100_000, "[]", "{}", '{"verb": "x", "config": [], "inputs": 3, "seed": 0}']
)
def test_a_damaged_run_json_is_named(start, content):
    path = start().path
    (path / "run.json").write_text(content)
    with pytest.raises(RecordError, match=r"run\.json is damaged"):
        RunFolder.open(path)


def test_opening_what_is_no_run(tmp_path):
    with pytest.raises(RecordError, match="not a run folder"):
        RunFolder.open(tmp_path)


def test_a_journal_gives_back_what_was_appended(tmp_path):
    with Journal(tmp_path / "deep" / "x.jsonl") as journal:
        assert journal.read() == []
        journal.append({"b": 1, "a": [0.1, math.inf], "text": "two\nlines µ"})
        journal.append({})
        assert journal.read() == [{"b": 1, "a": [0.1, math.inf], "text": "two\nlines µ"}, {}]
        assert journal.dropped == ""
    assert list(Journal(tmp_path / "deep" / "x.jsonl").read()[0]) == ["b", "a", "text"]


@pytest.mark.parametrize("cut", [1, 3, 9])
def test_a_torn_last_line_is_dropped_and_cut_off(tmp_path, cut, caplog):
    path = tmp_path / "x.jsonl"
    whole = b'{"n":1}\n' + b'{"n":2}\n'
    torn = b'{"n":"a long one"}\n'[:cut]
    path.write_bytes(whole + torn)
    with Journal(path) as journal:
        assert journal.read() == [{"n": 1}, {"n": 2}]
        assert journal.dropped == torn.decode()
        assert "not finished" in caplog.text
        journal.append({"n": 3})
        assert journal.read() == [{"n": 1}, {"n": 2}, {"n": 3}]
        assert journal.dropped == ""
    assert path.read_bytes() == whole + b'{"n":3}\n'


@pytest.mark.parametrize("torn", [b"x" * 200_000, b'{"n":2}'])
def test_only_whole_lines_survive(tmp_path, torn):
    for before in (b"", b'{"n":1}\n'):
        (tmp_path / "x").write_bytes(before + torn)
        with Journal(tmp_path / "x") as journal:
            journal.append({"n": 9})
        assert (tmp_path / "x").read_bytes() == before + b'{"n":9}\n'


@pytest.mark.parametrize("bad", ["{", "[1]", "", "\0\0"])
def test_a_damaged_line_inside_is_named(tmp_path, bad):
    (tmp_path / "x").write_text('{"n":1}\n' + bad + '\n{"n":3}\n')
    with pytest.raises(RecordError, match="line 2"):
        Journal(tmp_path / "x").read()


def test_one_writer_at_a_time(tmp_path):
    with Journal(tmp_path / "x") as first:
        first.append({"n": 1})
        with pytest.raises(RecordError, match="another process is writing"):
            Journal(tmp_path / "x").append({"n": 2})
    with Journal(tmp_path / "x") as second:
        second.append({"n": 2})
        assert second.read() == [{"n": 1}, {"n": 2}]


def test_every_acknowledged_entry_survives_a_kill(tmp_path):
    code = (
        "import sys, itertools; from pharmakon.store.runs import Journal; j = Journal(sys.argv[1])\n"
        "for n in itertools.count(): j.append({'n': n, 'pad': 'x' * 5000}); print(n, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", code, tmp_path / "x"], stdout=subprocess.PIPE, text=True) as process:
        acknowledged = [int(process.stdout.readline()) for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        acknowledged += [int(text) for text in process.stdout.read().splitlines()]
    with Journal(tmp_path / "x") as journal:
        entries = [entry["n"] for entry in journal.read()]
        assert entries[: len(acknowledged)] == acknowledged
        assert entries == list(range(len(entries)))
        journal.append({"n": -1})


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/elsewhere/x"])
def test_no_name_leads_out_of_the_run_folder(tmp_path, name):
    folder = RunFolder.create(tmp_path / "run", verb="x", config={})
    with pytest.raises(UsageError, match="outside the run folder"):
        folder.write(name, "x")
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_run_that_began_before_an_option_was_there_goes_on_without_it(tmp_path):
    RunFolder.create(tmp_path / "run", verb="design", config={"calls": 5})
    RunFolder.create(tmp_path / "run", verb="design", config={"calls": 5, "patience": None}, resume=True)
    with pytest.raises(UsageError, match="patience"):
        RunFolder.create(tmp_path / "run", verb="design", config={"calls": 5, "patience": 3}, resume=True)
