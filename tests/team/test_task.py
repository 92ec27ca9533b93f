"""A job's own process: its messages are its own, and it dies with its worker."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from pharmakon.core.files import sha256
from pharmakon.team.task import worded, written

NOISE = """
import os, sys
import pharmakon.workflows.mutagenicity as verb
def run(config, progress=None, output=None):
    os.write(1, b"a library says hello\\n{\\"result\\": {}}\\n")
    print("and so does another")
    progress(1, 2, "half")
    {}
    return type("Result", (), {"notes": ["well done"]})()
verb.run = run
from pharmakon.team.task import main
sys.exit(main())
"""


def start(tmp_path, then: str = "", **more):
    process = subprocess.Popen(
        [sys.executable, "-c", NOISE.replace("    {}\n", f"    {then}\n" if then else "")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    (tmp_path / "in").mkdir()
    where = {"inputs": str(tmp_path / "in"), "output": str(tmp_path / "out"), "kept": str(tmp_path / "kept")}
    asked = {"verb": "mutagenicity", "config": {"smiles": ["CCO"]}, "made": {}, "resume": False, **where, **more}
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    return process


def finish(process) -> list[dict]:
    said = [json.loads(line) for line in process.stdout]
    process.stdin.close()
    process.stdout.close()
    process.wait()
    return said


def test_what_libraries_print_is_no_message(tmp_path):
    *_, last = said = finish(start(tmp_path))
    assert said[0] == {"progress": [1, 2, "half"]}
    assert last == {"result": {"notes": ["well done"], "files": []}}


def test_memory_and_surprises_end_with_a_sentence(tmp_path):
    for n, (then, sentence) in enumerate(
        {"raise MemoryError": "the job ran out of memory", "1 / 0": "ZeroDivisionError: division by zero"}.items()
    ):
        place = tmp_path / str(n)
        place.mkdir()
        assert finish(start(place, then))[-1] == {"error": sentence}


def test_it_stops_when_told_and_dies_with_its_worker(tmp_path):
    for n, told in enumerate((True, False)):
        place = tmp_path / str(n)
        place.mkdir()
        process = start(place, "import time; time.sleep(60)")
        assert "progress" in json.loads(process.stdout.readline())
        begun = time.monotonic()
        if told:
            process.stdin.write("stop\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline()) == {"stopped": True}
        process.stdin.close()
        assert process.wait(timeout=30) in ((130, -9, 1) if told else (-9, 1))
        process.stdout.close()
        assert time.monotonic() - begun < 60


def test_what_was_written_is_told_with_size_and_hash_and_no_link_or_hidden_file(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a.csv").write_text("x")
    (tmp_path / ".part").write_text("x")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (told,) = written(tmp_path, durable=True)
    assert told == {"name": "run/a.csv", "size": 1, "sha256": sha256(tmp_path / "run" / "a.csv")}


def test_what_it_writes_down_is_by_whom_it_works_for(tmp_path):
    said = finish(start(tmp_path, 'progress(2, 2, os.environ["PHARMAKON_USER"])', user="ada@example.org"))
    assert {"progress": [2, 2, "ada@example.org"]} in said


def test_a_sentence_names_neither_the_server_s_folders_nor_flags_of_a_terminal():
    asked = {"verb": "predict", "inputs": "/srv/jobs/a/1/inputs", "output": "/srv/jobs/a/1/output"}
    asked |= {"kept": "/srv/kept/p", "made": {"b0": "/srv/jobs/b0/2/output"}}
    said = {
        "no column named 'x' in /srv/jobs/a/1/inputs/one.csv; --smiles-column NAME chooses": "no column named 'x' in "
        "one.csv; smiles_column NAME chooses",
        "/srv/jobs/a/1/output/run is not empty": "run is not empty",
        "/srv/jobs/a/1/output is not empty": "the job's folder is not empty",
        "there is no /srv/jobs/b0/2/output/run, nor /elsewhere": "there is no job:b0/run, nor /elsewhere",
        "--frobnicate and a--batch stay": "--frobnicate and a--batch stay",
    }
    assert {text: worded(text, asked) for text in said} == said


def test_the_error_of_a_job_is_such_a_sentence(tmp_path):
    place = tmp_path / "in" / "one.csv"
    said = finish(start(tmp_path, f'raise FileNotFoundError("no file {place}")'))
    assert said[-1] == {"error": "FileNotFoundError: no file one.csv"}
