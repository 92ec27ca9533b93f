"""A program that is kept running: answers in any order, one program for many, and whatever goes wrong is said."""

import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from pharmakon.engine.callers import Callers, Failed
from pharmakon.engine.command import Command

HEAD = """
import json, os, sys, time
def say(**answer): print(json.dumps(answer), flush=True)
for line in sys.stdin:
    one = json.loads(line)
"""


@pytest.fixture
def program(tmp_path):
    """Makes the words of a program whose loop over what it is asked has this body."""

    def words(body):
        path = tmp_path / "program.py"
        path.write_text(HEAD + textwrap.indent(textwrap.dedent(body), "    "))
        return [sys.executable, str(path)]

    return words


def call(words, items, **options):
    command = Command(words, **{"timeout": 60.0, **options})
    try:
        return command.call(items)
    finally:
        command.close()


def gone(pid):
    """Whether a process has ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def test_one_program_answers_many_in_any_order(program):
    words = program(
        """
        held = globals().setdefault("held", [])
        held.append(one)
        if not one["left"]:
            for each in reversed(held):
                say(id=each["id"], value=len(each["smiles"]), pid=os.getpid())
            held.clear()
        """
    )
    command = Command(words, timeout=60)
    found = [command.call(items) for items in (["C", "CC", "CCC"], ["CCCC"])]
    command.close()
    assert [[found[0][i]["value"] for i in range(3)], found[1][0]["value"]] == [[1, 2, 3], 4]
    pids = {answer["pid"] for several in found for answer in several.values()}
    assert len(pids) == 1
    assert gone(pids.pop())


def test_an_error_is_its_molecules_own(program):
    words = program('say(id=one["id"], **({"error": "no pose"} if "N" in one["smiles"] else {"value": 1}))')
    found = call(words, ["C", "N", "O"])
    assert found[1] == Failed("no pose")
    assert found[0]["value"] == found[2]["value"] == 1


@pytest.mark.parametrize(
    ("body", "reason", "blame"),
    [
        ("print('Vina 1.2', flush=True)", "printed 'Vina 1.2', which is not JSON", "none"),
        ("print('[1, 2]', flush=True)", "not a JSON object", "none"),
        ("say(id=77, value=1)", "whose id was not asked for", "none"),
        ("say(value=1)", "whose id was not asked for", "none"),
        ("print('no licence', file=sys.stderr); sys.exit(3)", "ended with exit status 3; it said: no licence", "any"),
        ("sys.exit()", "exit status 0 (it has to go on reading", "any"),
        ("os.kill(os.getpid(), 9)", "ended by SIGKILL", "any"),
    ],
)
def test_what_went_wrong_is_said(program, body, reason, blame):
    found = call(program(body), ["C"])
    assert reason in found[0].reason
    assert found[0].blame == blame


def test_a_program_that_is_not_there():
    found = call(["/no/such/program"], ["C"])
    assert found[0] == Failed("/no/such/program cannot be started: No such file or directory", "none")


def test_one_that_takes_too_long_is_ended_with_what_it_started_and_named(program, tmp_path, monkeypatch):
    words = program(
        """
        if one["smiles"] == "N":
            import subprocess
            child = subprocess.Popen(["sleep", "600"])
            open("pids", "w").write(f"{os.getpid()} {child.pid}")
            child.wait()
        say(id=one["id"], value=1)
        """
    )
    monkeypatch.chdir(tmp_path)
    with Callers(lambda: Command(words, timeout=1, startup=60)) as callers:
        found = dict(callers.ask(["C", "N", "O"]))
    assert (found[0]["value"], found[2]["value"]) == (1, 1)
    assert found[1].reason.startswith("no answer within 1 s, so it was stopped")
    assert all(gone(pid) for pid in (tmp_path / "pids").read_text().split())


def test_one_that_dies_is_started_anew_and_the_guilty_is_found(program):
    words = program("os._exit(1) if one['smiles'] == 'N' else say(id=one['id'], value=1)")
    with Callers(lambda: Command(words, timeout=60), at_once=4) as callers:
        found = dict(callers.ask(["C", "N", "O", "S"]))
    assert [isinstance(found[i], Failed) for i in range(4)] == [False, True, False, False]


def test_a_program_that_does_not_read_is_ended_too(tmp_path):
    words = [sys.executable, "-c", "import time; time.sleep(600)"]
    many = ["C" * 2000] * 100  # more than a pipe holds
    found = call(words, many, timeout=0.005)
    assert set(found) == set(range(100))
    assert "no answer within" in found[0].reason
    assert "not flushed" in found[0].reason


def test_closing_ends_one_that_works(program, tmp_path):
    words = program(f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    command = Command(words, timeout=600)
    found = []
    asking = threading.Thread(target=lambda: found.append(command.call(["C"])))
    asking.start()
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        time.sleep(0.01)
    command.close()
    asking.join(60)
    assert isinstance(found[0][0], Failed)
    assert gone((tmp_path / "pid").read_text())
    assert command.call(["C"])[0] == Failed("it was closed", "none")
