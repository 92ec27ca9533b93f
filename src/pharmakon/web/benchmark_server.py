"""A server in a process of its own, a PostgreSQL for it, and a client that tries again: for benchmarks and tests."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from pharmakon.core.errors import DataError

START = 300.0
"""Seconds in which a server must be up, on a machine that has much else to do."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`pharmakon serve` on a folder; it may be killed and started again."""

    def __init__(self, folder: Path, *, workers: int = 1, database: str = "", options: Sequence[str] = ()) -> None:
        self.data, self.port, self.log = folder / "data", free_port(), folder / "server.log"
        self._words = ["--port", str(self.port), "--data", str(self.data), "--workers", str(workers)]
        self._words += [
            "--running",
            "50",
            "--waiting",
            "1000",
            *(["--database", database] if database else []),
            *options,
        ]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None  # noqa: S101 - started when the block began
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        until = time.monotonic() + START
        while not self.answers():
            if time.monotonic() > until:
                raise DataError(f"the server did not start; {self.log} says why")
            time.sleep(0.2)
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is not None:
            workers = self.children()
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(60.0)
            for process in [self._process.pid, *workers]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self._process.wait()

    def start(self) -> None:
        """Start it (again); the one before is dead."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        with self.log.open("ab") as log:
            words = [sys.executable, "-m", "pharmakon", "serve", *self._words]
            self._process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)  # noqa: S603 - ours

    def alive(self) -> None:
        """Start it again where it ended, as a service manager does."""
        if self._process is not None and self._process.poll() is not None:
            self.start()

    def answers(self) -> bool:
        """Whether it is ready."""
        import httpx

        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{self.url}/ready", timeout=5.0).status_code == 200
        return False

    def children(self) -> list[int]:
        """The processes of its workers."""
        place = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        children: list[int] = []
        for task in place.parent.parent.glob("*/children") if place.exists() else ():
            with contextlib.suppress(OSError):
                children += [int(word) for word in task.read_text().split()]
        return children


class Client:
    """Asks a server that may be away, and says nothing where it was; the caller asks again."""

    def __init__(self, server: Server) -> None:
        self._server, self._csrf = server, ""

    def upload(self, name: str, content: bytes) -> str:
        """Upload a file; its id. Raises DataError where the server does not take it."""
        import httpx

        answer = httpx.post(
            f"{self._server.url}/api/v1/files",
            files={"file": (name, content)},
            headers={"X-CSRF-Token": self._token()},
            timeout=60.0,
        )
        if answer.status_code != 201:
            raise DataError(f"the server answered {answer.status_code}: {answer.text}")
        return str(answer.json()["id"])

    def post(self, path: str, body: Any, *, key: str = "") -> dict[str, Any]:
        """What the server answers; {} where it was away, or has another secret now."""
        import httpx

        headers = {"X-CSRF-Token": self._csrf, "Idempotency-Key": key}
        with contextlib.suppress(httpx.HTTPError):
            answer = httpx.post(f"{self._server.url}{path}", json=body, headers=headers, timeout=60.0)
            if answer.status_code < 300:
                return dict(answer.json())
            if answer.status_code == 403:
                self._token()
            elif answer.status_code < 500:
                raise DataError(f"the server answered {answer.status_code}: {answer.text}")
        time.sleep(0.2)
        return {}

    def jobs(self) -> dict[str, dict[str, Any]]:
        """Every job by its id; {} where the server was away."""
        import httpx

        found: dict[str, dict[str, Any]] = {}
        before: str | None = ""
        with contextlib.suppress(httpx.HTTPError, KeyError):
            while before is not None:
                asked = {"limit": "200", "before": before}
                page = httpx.get(f"{self._server.url}/api/v1/jobs", params=asked, timeout=60.0).json()
                found |= {job["id"]: job for job in page["items"]}
                before = page["next"]
            return found
        return {}

    def states(self) -> Counter[str]:
        """How many jobs are in each state."""
        return Counter(str(job["state"]) for job in self.jobs().values())

    def _token(self) -> str:
        """The secret that the server's forms bring back: each start of a server without accounts has another."""
        import httpx

        with contextlib.suppress(httpx.HTTPError):
            page = httpx.get(f"{self._server.url}/jobs", headers={"Accept": "text/html"}, timeout=60.0)
            if found := re.search(r'name="csrf" content="([^"]+)"', page.text):
                self._csrf = found[1]
        return self._csrf


class PostgreSQL:
    """A server of PostgreSQL of its own, in a folder of its own; it may be killed and started again."""

    def __init__(self) -> None:
        self._folder = Path("/tmp") / f"pharmakon-pg-{uuid.uuid4().hex[:8]}"  # noqa: S108 - a socket's path is short
        self._port = free_port()

    @staticmethod
    def binaries() -> Path | None:
        """Where its programs lie; None where it is not installed."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        return found[-1].parent if found else None

    @property
    def url(self) -> str:
        """The address of its database."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def __enter__(self) -> Self:
        self._folder.mkdir()
        if os.getuid() == 0:
            shutil.chown(self._folder, "postgres")
        self._run("initdb", "-D", self._folder / "data", "-U", "postgres", "-A", "trust")
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start it, also after it was killed."""
        options = f"-p {self._port} -k {self._folder} -c listen_addresses=127.0.0.1 -c max_connections=60"
        place = ("-D", self._folder / "data", "-w", "-t", "120", "-l", self._folder / "log")
        for _ in range(20):
            with contextlib.suppress(subprocess.CalledProcessError):  # what was killed may not be gone yet
                self._run("pg_ctl", *place, "-o", options, "start")
                return
            time.sleep(0.5)
        raise DataError(f"PostgreSQL does not start; {self._folder / 'log'} says why")

    def kill(self) -> None:
        """Kill every process of it at once."""
        pid = self._folder / "data" / "postmaster.pid"
        if not pid.is_file():
            return
        master = int(pid.read_text().split()[0])
        others = [int(word) for word in Path(f"/proc/{master}/task/{master}/children").read_text().split()]
        for process in (master, *others):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for _ in range(100):
            if not Path(f"/proc/{master}").exists():
                return
            time.sleep(0.05)

    def execute(self, statements: Sequence[str]) -> list[tuple[Any, ...]]:
        """Run statements; the rows of the last."""
        import psycopg

        rows: list[tuple[Any, ...]] = []
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                done = connection.execute(statement.encode())
                rows = done.fetchall() if done.description else []
        return rows

    def _run(self, program: str, *words: str | Path) -> None:
        bin = self.binaries()
        assert bin is not None  # noqa: S101 - asked before
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        subprocess.run([*as_user, bin / program, *words], check=True, stdout=subprocess.DEVNULL, cwd="/")  # noqa: S603 - ours
