"""Workers beside the server: started again when they die, told to stop when it does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time

import pytest

from pharmakon.core.errors import UsageError
from pharmakon.team.database import connect, migrate, newest, revision
from pharmakon.web import server
from pharmakon.web.settings import ServeConfig


def _until(found, *, seconds=60.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError("it never came")


def test_a_worker_that_dies_is_started_again_and_all_stop_with_the_server(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "AGAIN", 0.01)
    config = ServeConfig(data=tmp_path, workers=2)
    database = connect(config.url)
    migrate(database)
    database.close()
    began: list[subprocess.Popen] = []
    start = subprocess.Popen

    def kept(*args, **options):
        began.append(start(*args, **options))
        return began[-1]

    monkeypatch.setattr(server.subprocess, "Popen", kept)
    with server.workers(config):
        _until(lambda: len(began) == 2)
        os.kill(began[0].pid, signal.SIGKILL)
        _until(lambda: len(began) == 3)
        assert began[1].poll() is None
    assert all(process.poll() is not None for process in began)


def test_the_tables_are_there_before_a_worker_looks_for_jobs(tmp_path, monkeypatch):
    seen: list[str] = []

    @contextlib.contextmanager
    def workers(config):
        database = connect(config.url)
        seen.append(revision(database))
        database.close()
        raise UsageError("enough")
        yield

    monkeypatch.setattr(server, "workers", workers)
    with pytest.raises(UsageError, match="enough"):
        server.run(ServeConfig(data=tmp_path / "data", port=0), say=print)
    assert seen == [newest()]


def test_a_server_that_others_reach_wants_accounts(tmp_path):
    with pytest.raises(UsageError, match="--accounts"):
        server.run(ServeConfig(data=tmp_path, host="192.0.2.1"), say=print)
