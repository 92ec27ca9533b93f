"""A server in a process of its own, which comes back when it is killed, and a client that asks again."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from pharmakon.web.benchmark_server import Client, Server


def test_it_is_killed_and_comes_back_and_the_client_goes_on(tmp_path):
    with Server(tmp_path, workers=0) as server:
        client = Client(server)
        assert client.upload("a.csv", b"id\n")
        os.kill(server.pid, signal.SIGKILL)
        asked = {"verb": "mutagenicity", "config": {"smiles": ["CCO"]}}
        made: dict = {}
        until = time.monotonic() + 200
        while not made and time.monotonic() < until:
            server.alive()
            made = client.post("/api/v1/jobs", asked, key="k")
        assert client.post("/api/v1/jobs", asked, key="k")["id"] == made["id"]
        assert client.states() == {"queued": 1}
        before = server.pid
    assert not Path(f"/proc/{before}").exists()
