"""How long the workbench's pages take: fresh molecules, twenty readers at once, and the weight of the first page."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pharmakon.core.errors import DataError
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of

from .benchmark import BenchmarkConfig, Learner, Say
from .benchmark_library import percentiles, timed
from .benchmark_speed import SETS, molecules

if TYPE_CHECKING:
    from httpx import Client

MOLECULES, USERS, VISITS, THINK = 200, 20, 15, 1.0
PAGES = ("/molecule", "/molecule?smiles=gefitinib", "/library", "/jobs", "/files")
"""Pages that compute nothing new: the card of gefitinib was asked for before."""
START = 180.0
"""Seconds that a server may take to start."""


class Workbench:
    """A server started as a user starts it, asked over HTTP."""

    what = "pages of the workbench: seconds of a fresh molecule's card, of known pages with 20 readers, and bytes"
    protocol = (
        "`pharmakon serve` on SQLite with one worker that has nothing to do. molecule: cards of molecules that the "
        "server has not seen, fast profile, one after the other, models loaded. pages: 20 readers, each with a "
        "connection of its own, who load a page and read for a second, pages that compute nothing new. first page: "
        "bytes of a card's page with its styles, scripts and drawings, as they are sent"
    )
    published = "none"
    needs = data_set(SETS[0]).files[0].path
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return ["molecule", "pages", "first page"]

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(name) for name in SETS] if task == "molecule" else []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        before = os.getloadavg()[0]
        with served() as address:
            if task == "molecule":
                scores = percentiles("a fresh molecule", _cards(address, config.limit or MOLECULES))
            elif task == "pages":
                scores = percentiles(f"{USERS} readers", _readers(address))
            else:
                scores = {"bytes": {"value": _weight(address), "n": 1}}
        load = {"before": round(before, 1), "after": round(os.getloadavg()[0], 1), "cores": os.cpu_count()}
        return {"scores": scores, "anchors": {}, "load": load}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Medians, 95th percentiles, bytes."""
        return {name: score["value"] for found in results.values() for name, score in found["scores"].items()}


WORKBENCH = Workbench()


@contextmanager
def served() -> Iterator[str]:
    """A server in a folder of its own; its address. Raises DataError where it does not start."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pharmakon", "serve", "--port", "0", "--data", folder]
        environment = os.environ | {"PYTHONUNBUFFERED": "1"}
        with subprocess.Popen(  # noqa: S603
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        ) as process:
            try:
                yield _address(process)
            finally:
                process.terminate()
                process.wait(timeout=60)


def _address(process: subprocess.Popen[str]) -> str:
    import httpx

    said: list[str] = []

    def read() -> None:
        for line in process.stdout or ():
            said.extend(re.findall(r"http://[\w.:]+", line))

    threading.Thread(target=read, daemon=True).start()
    until = time.monotonic() + START
    while time.monotonic() < until and process.poll() is None:
        if said:
            try:
                if httpx.get(f"{said[0]}/ready").status_code == 200:
                    return said[0]
            except httpx.TransportError:
                pass
        time.sleep(0.2)
    raise DataError("the server did not start")


def _cards(address: str, n: int) -> list[float]:
    import httpx

    with httpx.Client(base_url=address, timeout=60, headers={"accept": "text/html"}) as client:
        _page(client, "/molecule?smiles=CCO")
        asked = itertools.islice(molecules(), n)
        return [timed(lambda: _page(client, "/molecule", smiles=smiles))[1] for smiles in asked]  # noqa: B023


def _readers(address: str) -> list[float]:
    import httpx

    taken: list[float] = []

    def read(reader: int) -> None:
        with httpx.Client(base_url=address, timeout=60, headers={"accept": "text/html"}) as client:
            time.sleep(reader * THINK / USERS)
            for visit in range(VISITS):
                taken.append(timed(lambda: _page(client, PAGES[(reader + visit) % len(PAGES)]))[1])  # noqa: B023
                time.sleep(THINK)

    with httpx.Client(base_url=address, timeout=60, headers={"accept": "text/html"}) as client:
        for path in PAGES:
            _page(client, path)
    readers = [threading.Thread(target=read, args=(number,)) for number in range(USERS)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return taken


def _weight(address: str) -> int:
    """Bytes of a card's page and of everything that it loads at once."""
    import httpx

    with httpx.Client(base_url=address, timeout=60, headers={"accept": "text/html"}) as client:
        page = _page(client, "/molecule?smiles=gefitinib")
        found = re.findall(r'(?:src|href)="(/(?:static|depict\.svg)[^"]+)"', page)
        parts = [client.get(path.replace("&amp;", "&")) for path in dict.fromkeys(found)]
        return len(page.encode()) + sum(len(part.content) for part in parts)


def _page(client: Client, path: str, **asked: str) -> str:
    answer = client.get(path, params=asked or None)
    if answer.status_code != 200:
        raise DataError(f"{path} answered {answer.status_code}")
    return answer.text
