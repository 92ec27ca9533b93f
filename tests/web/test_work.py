"""A worker that somebody starts elsewhere, on a server's folder and database."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from pharmakon.core.errors import UsageError
from pharmakon.team.database import connect, migrate
from pharmakon.web.settings import ServeConfig, WorkerConfig
from pharmakon.web.state import State
from pharmakon.web.work import run, worker_of


def test_it_wants_a_server_s_folder_and_tables_of_its_own_version(tmp_path):
    with pytest.raises(UsageError, match="no folder"):
        run(WorkerConfig(data=tmp_path / "absent", database=f"sqlite:///{tmp_path}/x.db"), say=print)
    with pytest.raises(UsageError, match="first start the server"):
        run(WorkerConfig(data=tmp_path), say=print)


def test_it_takes_the_server_s_jobs_until_it_is_told_to_stop(tmp_path, monkeypatch):
    monkeypatch.setattr("pharmakon.web.work.set_up", lambda kind: None)
    held = State.open(ServeConfig(data=tmp_path))
    ada = held.local()
    asked = {"drug": "warfarin", "patients": "p.csv"}
    rows = b"id,age,height,weight,race,cyp2c9,vkorc1,amiodarone,phenytoin\nM1,67,178,84,White,*1/*2,A/G,0,0\n"
    file = held.files.add(ada, "p.csv", [rows], patient=True)
    job = held.jobs.add(ada, "dose", asked, files=[file.id], patient=True)
    said: list[str] = []

    def stop():
        until = time.monotonic() + 120
        while not held.jobs.get(ada, job.id).over and time.monotonic() < until:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    watching = threading.Thread(target=stop)
    try:
        watching.start()
        run(WorkerConfig(data=tmp_path), say=said.append)
    finally:
        watching.join()
        for number, handler in before.items():
            signal.signal(number, handler)
    done = held.jobs.get(ada, job.id)
    assert done.state == "done", done.error
    assert (held.made(done) / "doses.csv").is_file()
    assert said[0].startswith("worker ") and str(tmp_path) in said[0]
    held.database.close()


def test_two_workers_share_a_database_and_have_different_names(tmp_path):
    migrate(connect(WorkerConfig(data=tmp_path).url))
    workers = [worker_of(WorkerConfig(data=tmp_path)) for _ in range(2)]
    assert all(one.folder == tmp_path / "jobs" for one in workers)
    assert str(os.getpid()) in workers[0].name
    for one in workers:
        one.jobs.database.close()
