"""A server whose workers, whose own process and whose database are killed at random while it has a hundred jobs."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.core.errors import DataError
from pharmakon.core.files import sha256
from pharmakon.core.random import stream
from pharmakon.workflows.benchmark import BenchmarkConfig, Learner, Say

from .benchmark_server import Client, PostgreSQL, Server

JOBS, WORKERS = 100, 3
KINDS = ("worker", "server", "database")
PATIENCE = 1800.0
"""Seconds in which everything must have ended after the last fault."""
PATIENTS = "id,age,height,weight,race,cyp2c9,vkorc1,amiodarone,phenytoin\n"
TABLE = "CREATE TABLE ends (job TEXT)"
SQLITE = (
    "CREATE TRIGGER watch AFTER UPDATE OF state ON jobs WHEN NEW.state IN ('done', 'failed') "
    "BEGIN INSERT INTO ends VALUES (NEW.id); END"
)
FUNCTION = (
    "CREATE FUNCTION watch() RETURNS trigger AS $$ BEGIN IF NEW.state IN ('done', 'failed') "
    "THEN INSERT INTO ends VALUES (NEW.id); END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
)
TRIGGER = "CREATE TRIGGER watch AFTER UPDATE OF state ON jobs FOR EACH ROW EXECUTE FUNCTION watch()"
WATCH = {"sqlite": (TABLE, SQLITE), "postgresql": (TABLE, FUNCTION, TRIGGER)}
"""The database itself writes down each time a job ends, in the same transaction."""


class Faults:
    """Whether any job is lost, or ends twice, when whatever works on it is killed."""

    what = "server-faults: 100 jobs while workers, server and database are killed with SIGKILL"
    protocol = (
        f"A server with {WORKERS} workers gets {JOBS} jobs (verb dose) over its API, each under an idempotency key and "
        "sent again until the server says that it has it. From the first job on, each time that the server has been up "
        "for 2 to 6 seconds, something is killed with SIGKILL, drawn by seed: a worker (half of the times; the server "
        "starts another), the server (which is started again), the database (all processes of PostgreSQL, which is "
        "started again; with SQLite all processes that hold the file). After 20 faults nothing is killed any more. "
        "Lost: jobs that the server took and that are not done in the end. Twice: ends of jobs, as a trigger of the "
        "database counts them, beyond one each. Whole: results that are there with the recorded SHA-256"
    )
    published = "none: none may be lost, none may end twice"
    needs = ""
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return ["sqlite", "postgresql"]

    def files(self, task: str, root: Path) -> list[Path]:
        return []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        if task == "postgresql" and PostgreSQL.binaries() is None:
            return {"scores": {}, "anchors": {}, "note": "PostgreSQL is not installed"}
        n = config.limit or JOBS
        scores = trial(task, jobs=n, faults=max(3, n // 5), random=stream(config.seed, "faults", task), say=say)
        return {"scores": {name: {"value": value, "n": n} for name, value in scores.items()}, "anchors": {}}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """What was lost and what ended twice, over both databases."""
        return {
            name: sum(result["scores"][name]["value"] for result in results.values())
            for name in ("jobs", "faults", "lost", "twice", "failed", "whole")
        }


FAULTS = Faults()


def trial(
    kind: str, *, jobs: int, faults: int, random: np.random.Generator, say: Say, pause: tuple[float, float] = (2.0, 6.0)
) -> dict[str, float]:
    """One server and its jobs, with so many faults; what came of it."""
    folder = Path(tempfile.mkdtemp(prefix="pharmakon-faults-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        database = stack.enter_context(PostgreSQL()) if kind == "postgresql" else None
        server = stack.enter_context(Server(folder, workers=WORKERS, database=database.url if database else ""))
        _execute(folder, database, WATCH[kind])
        client = Client(server)
        table = client.upload("patients.csv", (PATIENTS + "M1,67,178,84,White,*1/*2,A/G,0,0\n").encode())
        done, sent, next_at = Counter[str](), 0, 0.0
        ids: dict[str, str] = {}
        until = 0.0
        while True:
            if sent < jobs:
                asked = {"verb": "dose", "config": {"drug": "warfarin", "patients": "patients.csv", "seed": sent}}
                if answer := client.post("/api/v1/jobs", {**asked, "files": [table]}, key=f"job-{sent}"):
                    ids[f"job-{sent}"] = answer["id"]
                    sent += 1
            server.alive()
            if sum(done.values()) < faults and time.monotonic() >= next_at and server.answers():
                if next_at:
                    done[_fault(random, server, database)] += 1
                    say(f"{sum(done.values())} of {faults} faults, {sent} of {jobs} jobs sent")
                while not server.answers():  # what is killed again before it stands does no work that could be lost
                    server.alive()
                    time.sleep(0.2)
                next_at = time.monotonic() + float(random.uniform(*pause))
                until = time.monotonic() + PATIENCE
            if sent == jobs and sum(done.values()) >= faults:
                states = client.states()
                if states and not states.keys() & {"queued", "running"}:
                    break
                if time.monotonic() > until:
                    raise DataError(f"jobs did not end: {dict(states)}")
                time.sleep(1.0)
        found = client.jobs()
        return {
            "jobs": len(found),
            "faults": sum(done.values()),
            **{f"faults of the {what}": done[what] for what in KINDS},
            "lost": sum(found.get(id, {}).get("state") != "done" for id in ids.values()),
            "twice": _ends(folder, database) - len(ids) + (len(found) - len(ids)),
            "failed": sum(job["state"] == "failed" for job in found.values()),
            "whole": sum(_whole(folder, job) for job in found.values()),
            "begun again": sum(job["attempts"] > 1 or job["result"].get("attempt", 1) > 1 for job in found.values()),
        }


def _fault(random: np.random.Generator, server: Server, database: PostgreSQL | None) -> str:
    """Kill something; what it was."""
    what = str(random.choice(("worker", "worker", "server", "database")))
    if what == "worker" and (workers := server.children()):
        _kill(int(random.choice(workers)))
        return what
    if what == "database" and database is not None:
        database.kill()
        time.sleep(random.uniform(0.0, 3.0))
        database.start()
        return what
    holding = server.children() if what == "database" else []
    for process in [server.pid, *holding]:
        _kill(process)
    time.sleep(random.uniform(0.0, 2.0))
    server.start()
    return "database" if holding else "server"


def _kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def _execute(folder: Path, database: PostgreSQL | None, statements: Sequence[str]) -> list[tuple[Any, ...]]:
    if database is not None:
        return database.execute(statements)
    with contextlib.closing(sqlite3.connect(folder / "data" / "server.db", timeout=30)) as connection:
        rows = [connection.execute(statement).fetchall() for statement in statements]
        connection.commit()
    return rows[-1]


def _ends(folder: Path, database: PostgreSQL | None) -> int:
    return int(_execute(folder, database, ["SELECT count(*) FROM ends"])[0][0])


def _whole(folder: Path, job: Mapping[str, Any]) -> bool:
    """Whether what a job says it wrote lies there, byte for byte."""
    result = job["result"]
    place = folder / "data" / "jobs" / job["id"] / str(result.get("attempt")) / "output"
    files = result.get("files", [])
    return bool(files) and all(
        (place / file["name"]).is_file() and sha256(place / file["name"]) == file["sha256"] for file in files
    )
