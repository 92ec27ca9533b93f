"""Real jobs from the queue to their files: stopped, gone on with, killed, and never on both sides of an end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from pharmakon.core.errors import Unavailable
from pharmakon.core.files import sha256
from pharmakon.team.files import Files
from pharmakon.team.queue import Limits, Queue
from pharmakon.team.worker import Worker, attempts, output_folder

GOAL = {"goals": [{"property": "qed", "want": ">= 0.9"}], "batch": 5, "designs": 1, "proposals": 2}
FEW = {"smiles": ["CCO", "c1ccccc1O"]}
ROWS = 1500
TABLE = b"id,smiles\n" + b"".join(b"M%d,%s\n" % (n, b"C" * (n % 20 + 1) + b"O") for n in range(ROWS))
PREDICT = {"data": "mine.csv", "batch": 20, "profile": "fast", "models": ["lipophilicity"]}


@pytest.fixture
def jobs(database):
    return Queue(database, Limits(running=20))


@pytest.fixture
def worker(database, jobs, tmp_path):
    return Worker(jobs, Files(database, tmp_path / "files", largest=10**9), tmp_path / "jobs")


@pytest.fixture(autouse=True)
def _quick_beats(monkeypatch):
    monkeypatch.setattr("pharmakon.team.worker.BEAT", 0.2)


@contextlib.contextmanager
def working(worker):
    """A worker at work while the block runs."""
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stopping.set()
        thread.join(timeout=60)


def wait(look, *, seconds=90.0):
    """What a look at something gives once it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.05)
    pytest.fail("it did not happen")


def over(jobs, who, id):
    return wait(lambda: (job := jobs.get(who, id)).over and job)


def children():
    """Process ids of the tasks that this process started."""
    said = subprocess.run(
        ["pgrep", "-P", str(os.getpid()), "-f", "pharmakon.team.task"], check=False, capture_output=True, text=True
    )
    return [int(word) for word in said.stdout.split()]


def test_a_job_reads_an_upload_and_what_it_wrote_is_named_with_its_hash(jobs, worker, person, tmp_path):
    ada = person("analyst")
    file = worker.files.add(ada, "mine.csv", [TABLE[:60]], patient=False)
    job = jobs.add(ada, "mutagenicity", {"data": "mine.csv"}, files=[file.id])
    worker.work(jobs.claim("w"))
    job = jobs.get(ada, job.id)
    assert job.state == "done", job.error
    written, *record = job.result["files"]
    path = output_folder(worker.folder, job) / written["name"]
    assert (path.name, path.stat().st_size, sha256(path)) == ("mutagenicity.csv", written["size"], written["sha256"])
    assert {Path(one["name"]).parent.name for one in record} == {"mutagenicity.csv.record"}
    assert worker.files.path(file).read_bytes() == TABLE[:60]


@pytest.mark.parametrize(("goes_on", "told"), [(True, 80), (False, 20)])
def test_what_a_job_had_reached_is_lowered_only_where_it_begins_again(jobs, worker, person, tmp_path, goes_on, told):
    ada = person("analyst")
    id = jobs.add(ada, "design", GOAL).id
    first = jobs.claim("w")
    jobs.beat(first, done=80, total=2_000, note="")
    jobs.end(first, "paused")
    jobs.resume(ada, id)
    again = jobs.claim("w")
    said = [sys.executable, "-c", """print('{"progress": [20, 2000, ""]}')"""]
    with subprocess.Popen(said, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        worker._follow(again, tmp_path / "1", process, goes_on=goes_on)
    assert jobs.get(ada, id).done == told


def test_a_prediction_goes_on_from_the_rows_that_it_has(jobs, worker, person):
    ada = person("analyst")
    file = worker.files.add(ada, "mine.csv", [TABLE], patient=False)
    job = jobs.add(ada, "predict", PREDICT, files=[file.id])
    with working(worker):
        wait(lambda: jobs.get(ada, job.id).done)
        jobs.stop(ada, job.id, pause=True)
        stopped = over(jobs, ada, job.id)
        assert stopped.state == "paused" and stopped.result["partial"], stopped.error
        assert any("part-" in file["name"] for file in stopped.result["files"])
        jobs.resume(ada, job.id)
        wait(lambda: jobs.get(ada, job.id).state == "running")
        begun = wait(lambda: (now := jobs.get(ada, job.id)) and (now.done or now.over) and now)
        assert begun.done >= stopped.done  # it does not begin again
        done = over(jobs, ada, job.id)
    assert done.state == "done", done.error
    assert attempts(worker.folder, job.id) == [done.result["attempt"]] == [2]  # nothing else lies about
    lines = (output_folder(worker.folder, done) / "predicted.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [f"M{n}" for n in range(ROWS)]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestWhatStops:
    def test_a_design_is_paused_with_what_it_has_and_goes_on_from_there(self, jobs, worker, person):
        ada = person("analyst")
        job = jobs.add(ada, "design", {**GOAL, "calls": 40})
        with working(worker):
            wait(lambda: jobs.get(ada, job.id).done >= 5)
            jobs.stop(ada, job.id, pause=True)
            stopped = over(jobs, ada, job.id)
            assert stopped.state == "paused", stopped.error
            assert stopped.result["partial"] and any(
                f["name"].endswith("ledger.jsonl") for f in stopped.result["files"]
            )
            jobs.resume(ada, job.id)
            done = over(jobs, ada, job.id)
        assert done.state == "done", done.error
        assert "partial" not in done.result
        ledger = (output_folder(worker.folder, done) / "run" / "ledger.jsonl").read_text()
        assert '"resumed"' in ledger or "resume" in ledger
        assert attempts(worker.folder, job.id) == [done.result["attempt"]]  # nothing else lies about

    def test_a_child_that_is_killed_fails_its_job_with_a_sentence(self, jobs, worker, person):
        ada = person("analyst")
        job = jobs.add(ada, "design", {**GOAL, "calls": 5000})
        with working(worker):
            wait(lambda: jobs.get(ada, job.id).done)
            for child in children():
                os.kill(child, signal.SIGKILL)
            failed = over(jobs, ada, job.id)
        assert failed.state == "failed"
        assert failed.error == "the job's process ended without a word (signal 9): most often memory"

    @pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="the system does not say")
    def test_a_job_that_takes_too_much_memory_is_ended_and_says_so(self, jobs, worker, person):
        ada = person("analyst")
        job = jobs.add(ada, "design", {**GOAL, "calls": 5000})
        worker.memory = 40.0
        worker.work(jobs.claim("w"))
        failed = jobs.get(ada, job.id)
        assert failed.state == "failed" and "MB of memory, and may take 40 on this server" in failed.error
        assert not children()

    def test_what_cannot_run_fails_with_its_own_sentence_and_a_line_of_the_log(self, jobs, worker, person, caplog):
        caplog.set_level("INFO")
        ada = person("analyst")
        file = worker.files.add(ada, "mine.csv", [b"a,b\n1,2\n"], patient=False)
        job = jobs.add(ada, "predict", {"data": "mine.csv"}, files=[file.id])
        worker.work(jobs.claim("w"))
        failed = jobs.get(ada, job.id)
        assert failed.state == "failed" and "smiles" in failed.error.lower()
        assert "mine.csv" in failed.error and str(worker.folder) not in failed.error and "--" not in failed.error
        (line,) = [one for one in caplog.records if "failed" in one.getMessage()]
        assert line.getMessage().startswith(f"job {job.id} (predict) failed after ") and line.seconds > 0
        assert "mine.csv" not in line.getMessage() and (line.job, line.verb) == (job.id, "predict")

    def test_two_files_of_one_name_and_a_file_of_another_project_fail(self, jobs, worker, person):
        ada = person("analyst")
        ids = [worker.files.add(ada, "mine.csv", [TABLE], patient=False).id for _ in range(2)]
        twice = jobs.add(ada, "predict", {"data": "mine.csv"}, files=ids)
        foreign = jobs.add(ada, "predict", {"data": "mine.csv"}, files=["0" * 16])
        for job, said in ((twice, "two of the job's files"), (foreign, "the project has no file")):
            worker.work(jobs.claim("w"))
            failed = jobs.get(ada, job.id)
            assert failed.state == "failed" and said in failed.error

    def test_what_another_project_s_job_made_is_not_read(self, jobs, worker, person):
        ada = person("analyst")
        theirs = type(ada)("u", "Bob", "bob@example.org", "p", frozenset({"analyst"}))
        with pytest.raises(IntegrityError):
            jobs.add(theirs, "predict", FEW)
        job = jobs.add(ada, "dossier", {"subject": "job:" + "0" * 16})
        worker.work(jobs.claim("w"))
        assert "no job named" in jobs.get(ada, job.id).error

    def test_a_worker_told_to_stop_gives_its_job_back_and_the_next_goes_on(self, jobs, worker, person):
        ada = person("analyst")
        file = worker.files.add(ada, "mine.csv", [TABLE], patient=False)
        job = jobs.add(ada, "predict", PREDICT, files=[file.id])
        with working(worker):
            wait(lambda: jobs.get(ada, job.id).done)
        assert jobs.get(ada, job.id).state == "queued" and jobs.get(ada, job.id).resume
        with working(Worker(jobs, worker.files, worker.folder)):
            done = over(jobs, ada, job.id)
        assert done.state == "done", done.error

    def test_a_worker_that_lost_its_lease_stops_and_ends_nothing(self, jobs, worker, person):
        ada = person("analyst")
        job = jobs.add(ada, "design", {**GOAL, "calls": 5000})
        held = jobs.claim("w", lease=0.0)
        time.sleep(0.01)
        other = jobs.claim("other")
        assert other.id == held.id
        worker.work(held)  # returns, since the first beat says that the lease is another's
        assert jobs.get(ada, job.id).state == "running" and children() == []
        assert jobs.end(other, "done", result={"attempt": 1})

    def test_a_database_that_is_away_fails_no_job(self, jobs, worker, person, monkeypatch):
        ada = person("analyst")
        file = worker.files.add(ada, "mine.csv", [TABLE], patient=False)
        job = jobs.add(ada, "predict", {"data": "mine.csv"}, files=[file.id])
        with monkeypatch.context() as patch:
            patch.setattr(jobs, "beat", lambda *a, **k: (_ for _ in ()).throw(Unavailable("away")))
            worker.work(jobs.claim("w"))
        assert jobs.get(ada, job.id).state == "running"  # until the lease ends
