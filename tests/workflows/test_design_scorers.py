"""A design with a scorer of the user's own: it fails loudly, is mended, resumed, and asked once for all runs."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import pharmakon
from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, ScorerError, UsageError
from pharmakon.design.scorers import ScorerConfig
from pharmakon.record.ledger import verify
from pharmakon.workflows.design import DesignConfig, run
from pharmakon.workflows.design_scorers import OwnScorers, all_scorers, check_same

PROGRAM = """
import json, os, sys
from rdkit.Chem import MolFromSmiles
for line in sys.stdin:
    one = json.loads(line)
    mol = MolFromSmiles(one["smiles"])
    said = {"value": -0.3 * mol.GetNumAtoms()}
    # mishap
    print(json.dumps({"id": one["id"], **said}), flush=True)
"""
FAILS = 'if "F" in one["smiles"]: said = {"error": "no charges for F"}'
DIES = 'if "F" in one["smiles"]: print("segmentation fault", file=sys.stderr); os._exit(11)'
SCORER = {"name": "dock", "command": [sys.executable, "dock.py"], "title": "Docking score", "unit": "kcal/mol"}
GOALS = [{"property": "dock", "want": "<= -9"}, {"property": "qed", "want": ">= 0.9"}]
START = ["Cc1ccccc1F", "CCc1ccccc1O", "c1ccc2[nH]ccc2c1", "CC(=O)Nc1ccc(O)cc1", "Oc1ccccc1C(F)(F)F", "CCN(CC)c1ccccc1"]


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    """A working directory with the program, and a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PHARMAKON_CACHE", str(tmp_path / "cache"))
    (tmp_path / "dock.py").write_text(PROGRAM)
    return tmp_path


def design(output, *, scorer=SCORER, functions=None, resume=False, **keys):
    wishes = {
        "goals": GOALS,
        "start": START,
        "calls": 20,
        "batch": 10,
        "designs": 1,
        "proposals": 4,
        "scorers": [scorer],
        **keys,
    }
    config = build(DesignConfig, wishes)
    return run(config, output=Path(output), resume=resume, workers=1, functions=functions or {})


def entries(folder, event):
    lines = map(json.loads, Path(folder, "ledger.jsonl").read_text().splitlines())
    return [line["data"] for line in lines if line["event"] == event]


def counts(folder):
    found = [data["scorers"]["dock"] for event in ("batch", "failed") for data in entries(folder, event)]
    return [sum(one[key] for one in found) for key in ("asked", "cached")]


def test_a_scorer_that_fails_stops_the_run_and_once_mended_it_goes_on_to_the_same_bytes(workshop):
    design("undisturbed", cache=False)
    said = "it ended with exit status 11; it said: segmentation fault"
    (workshop / "dock.py").write_text(PROGRAM.replace("# mishap", DIES))
    with pytest.raises(ScorerError, match=rf"'dock' failed on '.*F.*': {said}; mend the scorer, .* --resume"):
        design("stopped")
    (failed,) = entries("stopped", "failed")
    assert failed["scorer"] == "dock" and "F" in failed["molecule"] and failed["reason"] == said
    assert not (workshop / "stopped" / "designs.csv").exists()
    (workshop / "dock.py").write_text(PROGRAM)
    design("stopped", resume=True)
    for name in ("calls.jsonl", "designs.csv", "designs.sdf"):
        assert (workshop / "stopped" / name).read_bytes() == (workshop / "undisturbed" / name).read_bytes()
    assert verify(workshop / "stopped").ok
    started, resumed = entries("stopped", "started")[0], entries("stopped", "resumed")[0]
    assert started["scorers"]["dock"]["files"] != resumed["scorers"]["dock"]["files"]


def test_answers_are_kept_for_other_runs_and_the_record_says_so(workshop):
    design("one")
    assert counts("one") == [20, 0]
    again = design("two", scorer={**SCORER, "timeout": 5})
    assert counts("two") == [0, 20]
    assert "dock was asked about 0 molecules; 20 answers were known already." in again.summary
    assert (workshop / "one" / "calls.jsonl").read_bytes() == (workshop / "two" / "calls.jsonl").read_bytes()


def test_failures_may_make_molecules_infeasible_and_are_listed(workshop):
    (workshop / "dock.py").write_text(PROGRAM.replace("# mishap", FAILS))
    result = design("run", scorer={**SCORER, "on_error": "infeasible", "workers": 2}, designs=3)
    with (workshop / "run" / "failed.csv").open(newline="") as stream:
        failed = list(csv.DictReader(stream))
    assert len(failed) >= 2
    assert {row["reason"] for row in failed} == {"no charges for F"}
    assert all("F" in row["smiles"] and row["property"] == "dock" for row in failed)
    assert any("failed.csv says why" in line for line in result.summary)
    with (workshop / "run" / "designs.csv").open(newline="") as stream:
        designs = list(csv.DictReader(stream))
    assert len(designs) == 3
    for row in designs:
        assert "F" not in row["smiles"]
        assert float(row["dock_low"]) == float(row["dock"]) == float(row["dock_high"]) < 0
    page = (workshop / "run" / "report.html").read_text()
    assert "Docking score" in page and "your scorer dock" in page and "kcal/mol" in page
    assert verify(workshop / "run").ok


def test_a_python_function_and_a_function_in_memory_score_alike(workshop):
    (workshop / "mine.py").write_text("def score(smiles):\n    return [-0.5 * s.count('c') for s in smiles]\n")
    design("module", scorer={"name": "dock", "python": "mine:score"})
    goal = workshop / "goal.toml"
    start = json.dumps(START)
    goal.write_text(
        f"calls = 20\nbatch = 10\ndesigns = 1\nstart = {start}\n"
        'goals = [{ property = "dock", want = "<= -9" }, { property = "qed", want = ">= 0.9" }]\n'
    )
    pharmakon.design_molecules(
        goal, output="memory", workers=1, scorers={"dock": lambda smiles: [-0.5 * s.count("c") for s in smiles]}
    )
    calls = [(workshop / name / "calls.jsonl").read_bytes() for name in ("module", "memory")]
    assert calls[0] == calls[1]
    assert set(entries("module", "started")[0]["scorers"]["dock"]["files"]) == {"mine.py"}


def test_a_server_is_asked_and_its_secret_is_nowhere(workshop, monkeypatch):
    seen = set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            smiles = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["smiles"]
            seen.add(self.headers["Authorization"])
            self.send_response(200 if len(smiles) < 4 else 500)
            self.end_headers()
            self.wfile.write(json.dumps({"values": [-0.1 * len(text) for text in smiles]}).encode())

        def log_message(self, *arguments):
            """Nobody wants to read it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("DOCK_KEY", "Bearer hush-hush")
    try:
        url = f"http://127.0.0.1:{server.server_port}/score"
        design("run", scorer={"name": "dock", "url": url, "authorization_env": "DOCK_KEY", "workers": 2, "at_once": 3})
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert seen == {"Bearer hush-hush"}
    files = [path for path in workshop.rglob("*") if path.is_file()]
    assert any(b"DOCK_KEY" in path.read_bytes() for path in files)
    assert [path for path in files if b"hush-hush" in path.read_bytes()] == []
    monkeypatch.delenv("DOCK_KEY")
    with pytest.raises(ConfigError, match="environment variable DOCK_KEY"):
        design("other", scorer={"name": "dock", "url": url, "authorization_env": "DOCK_KEY"})


def test_ctrl_c_leaves_no_program_behind_and_the_run_can_go_on(workshop):
    slow = "open('pid', 'w').write(str(os.getpid())); import time; time.sleep(600)"
    (workshop / "dock.py").write_text(PROGRAM.replace("# mishap", slow))
    words = ", ".join(f'"{word}"' for word in SCORER["command"])
    (workshop / "goal.toml").write_text(
        "calls = 10\nbatch = 5\ngoals = [{ property = 'dock', want = '<= -9' }]\n"
        f"scorers = [{{ name = 'dock', command = [{words}], timeout = 600 }}]\n"
    )
    command = [sys.executable, "-m", "pharmakon", "design", "goal.toml", "-o", "run", "--workers", "1"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - a shell's & ignores it
    )
    while process.poll() is None and not ((workshop / "pid").exists() and (workshop / "pid").read_text()):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    with pytest.raises(ProcessLookupError):
        os.kill(int((workshop / "pid").read_text()), 0)
    (workshop / "dock.py").write_text(PROGRAM)
    assert subprocess.run([*command, "--resume"], check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("scorer", "said"),
    [
        ({"name": "herg", "command": ["python"]}, "has the name of a model"),
        ({"name": "chembl279", "command": ["python"]}, "has the name of a model"),
        ({"name": "qed", "command": ["python"]}, "has the name of a descriptor"),
        ({"name": "score", "command": ["python"]}, "has the name of a column"),
        ({"name": "front", "command": ["python"]}, "has the name of a column"),
        ({"name": "R2", "command": ["python"]}, "has the name of a column"),
        ({"name": "dock", "url": "http://x.y/z?api_token=s3"}, "holds a password"),
        ({"name": "herg_low", "command": ["python"]}, "has the name of a column"),
        ({"name": "dock", "command": ["/no/such/vina"]}, "not a program: /no/such/vina"),
        ({"name": "dock", "python": "dock:scor"}, "dock:scor, is not there: dock.py has no 'scor'"),
        ({"name": "dock"}, "one of python, command and url, or a function; has none"),
    ],
)
def test_what_cannot_be_asked_is_told_before_anything_runs(workshop, scorer, said):
    with pytest.raises(ConfigError, match=said):
        design("run", scorer=scorer)
    assert not (workshop / "run").exists()


def test_names_and_ways_are_each_given_once():
    one = ScorerConfig(name="dock", command=("vina",))
    with pytest.raises(ConfigError, match="two scorers are called 'dock'"):
        all_scorers([one, one], {})
    with pytest.raises(ConfigError, match="a function and a way of its own"):
        all_scorers([one], {"dock": len})
    assert all_scorers([ScorerConfig(name="dock", unit="kcal/mol")], {"dock": len, "other": len}) == (
        ScorerConfig(name="dock", unit="kcal/mol"),
        ScorerConfig(name="other"),
    )


def test_a_resumed_run_may_ask_in_another_way_but_not_for_something_else():
    one = ScorerConfig(name="dock", command=("vina",), unit="kcal/mol")
    held = [json.loads(one.model_dump_json())]
    check_same(held, [one.model_copy(update={"command": ("smina",), "timeout": 5.0, "on_error": "infeasible"})])
    with pytest.raises(UsageError, match="another unit, version of scorer 'dock'"):
        check_same(held, [one.model_copy(update={"unit": "kJ/mol", "version": "2"})])
    with pytest.raises(UsageError, match="other scorers"):
        check_same([], [one])


def test_a_secret_that_is_no_header_is_not_shown(monkeypatch):
    monkeypatch.setenv("DOCK_KEY", "hush\nhush")
    config = ScorerConfig(name="dock", url="http://127.0.0.1:1/", authorization_env="DOCK_KEY")
    with pytest.raises(ConfigError) as caught:
        OwnScorers([config], functions={}, cache=False, taken=())
    assert "hush" not in str(caught.value)
