"""Requests that schemathesis makes up from the API's own description, sent to a server that runs: none may break it."""

from __future__ import annotations

import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pharmakon.core.errors import PharmakonError
from pharmakon.core.lazy import require
from pharmakon.core.random import stream

from .benchmark import BenchmarkConfig, Learner, Say

CASES = 20_000
ERRORS, SENT = "server errors", "cases"
PATIENCE = 120.0
"""Seconds for a server to start."""
ROLES = ("reader", "analyst", "curator", "approver", "admin")
PATIENTS = "id,age,well\n" + "".join(f"P{i},{40 + i % 31},{'yes' if i % 3 else 'no'}\n" for i in range(40))
COHORT = {
    "name": "Forty",
    "context_of_use": "response",
    "clinical": {"file": "patients.csv"},
    "outcome": {"kind": "binary", "column": "well", "positive": "yes"},
    "blocks": [{"name": "values", "features": ["age"]}],
}
PASSWORD = "a long enough password"  # noqa: S105 - of a server that lives for minutes, in a folder that goes with it


class ApiFuzz:
    """As many requests as config.limit, or 20,000, over all operations of the API."""

    what = "the API: 20,000 requests made up from its description, and no error of the server"
    protocol = (
        "pharmakon serve --accounts on SQLite, without workers; requests from its OpenAPI document by schemathesis, as "
        "many for each operation, half of them as the document wants, half not; half by a token of all roles, half by "
        "the session of an administrator of the server with all roles; half of the ids in paths are those of files, "
        "cohorts, jobs, tokens and accounts that are there. A request without an answer within 30 seconds counts as an "
        "error"
    )
    published = "none: no answer may be 5xx"
    needs = ""
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return ["api"]

    def files(self, task: str, root: Path) -> list[Path]:
        return []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        require("schemathesis", extra="dev", needed_for="making requests up")
        with tempfile.TemporaryDirectory() as folder, _serving(Path(folder)) as (base, secret):
            target = _Target.ready(base, secret)
            found = _Found()
            _fuzz(target, config.limit or CASES, config.seed, found, say)
        sent = found.statuses.total()
        statuses = {f"answered {status}": {"value": n, "n": sent} for status, n in sorted(found.statuses.items())}
        scores = {SENT: {"value": sent, "n": sent}, ERRORS: {"value": len(found.errors), "n": sent}}
        scores |= {"operations": {"value": len(found.operations), "n": sent}, **statuses}
        return {"scores": scores, "anchors": {}, "errors": found.errors[:20]}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Errors of all that was sent."""
        scores = results.get("api", {}).get("scores", {})
        return {ERRORS: f"{scores[ERRORS]['value']:,} of {scores[SENT]['value']:,}"} if scores else {}


@dataclass(slots=True)
class _Found:
    statuses: Counter[int] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    operations: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Target:
    """A server with somebody who may do everything, and ids of what is there."""

    base: str
    document: dict[str, Any]
    callers: list[dict[str, str]]
    ids: list[str]

    @classmethod
    def ready(cls, base: str, secret: str) -> _Target:
        import httpx

        with httpx.Client(base_url=base, timeout=60.0, follow_redirects=True) as browser:
            page = browser.get("/setup").text
            asked = {"csrf": _hidden(page), "secret": secret, "email": "all@example.org", "name": "All"}
            browser.post("/setup", data=asked | {"password": PASSWORD, "project": "Fuzz"}).raise_for_status()
            csrf = _hidden(browser.get("/account").text)
            headers = {"X-CSRF-Token": csrf}
            browser.put("/api/v1/members/all@example.org", json={"roles": [*ROLES]}, headers=headers).raise_for_status()
            wanted = {"name": "fuzz", "roles": [*ROLES]}
            made, other = (
                browser.post("/api/v1/tokens", json=wanted, headers=headers).raise_for_status().json() for _ in range(2)
            )
            ids = [other["token"]["id"]]  # of one that may be taken back
            upload = {"file": ("a.csv", b"smiles\nCCO\nCCN\n")}
            files = [browser.post("/api/v1/files", files=upload, headers=headers).raise_for_status() for _ in range(3)]
            ids += [answer.json()["id"] for answer in files]
            upload = {"file": ("patients.csv", PATIENTS.encode())}
            browser.post("/api/v1/files", files=upload, data={"patient": "true"}, headers=headers).raise_for_status()
            cohort = browser.post("/api/v1/cohorts", json=COHORT, headers=headers).raise_for_status()
            ids.append(cohort.json()["file"]["id"])
            job = {"verb": "predict", "config": {"smiles": ["CCO"]}}
            jobs = [browser.post("/api/v1/jobs", json=job, headers=headers).raise_for_status() for _ in range(3)]
            ids += [answer.json()["id"] for answer in jobs]
            document = browser.get("/api/v1/openapi.json").raise_for_status().json()
            cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
            token = {"Authorization": f"Bearer {made['secret']}"}
        return cls(base, document, [token, headers | {"Cookie": cookies}], ids)


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[str, str]]:
    """A server's address and the secret of its first account, while it runs."""
    command = [sys.executable, "-m", "pharmakon", "serve", "--accounts", "--port", "0", "--data", str(folder)]
    command += ["--workers", "0", "--rate", "100000000", "--logins", "100000000", "--waiting", "1000"]
    own = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=own)  # noqa: S603
        heard: queue.SimpleQueue[str] = queue.SimpleQueue()
        reader = threading.Thread(target=_read, args=(process, heard), daemon=True)
        reader.start()
        try:
            said = ""
            while not (base := re.search(r"http://[\d.]+:\d+", said)) or " secret " not in said:
                said += _line(heard, folder)
            _wait(base[0])
            yield base[0], said.partition(" secret ")[2].split()[0]
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30.0)
            process.kill()
            process.wait()
            reader.join(timeout=5.0)
            if process.stdout is not None:
                process.stdout.close()


def _wait(base: str) -> None:
    import httpx

    began = time.monotonic()
    while True:
        try:
            httpx.get(f"{base}/health")
        except httpx.TransportError:
            if time.monotonic() - began > PATIENCE:
                raise
            time.sleep(0.2)
        else:
            return


def _read(process: subprocess.Popen[str], heard: queue.SimpleQueue[str]) -> None:
    for line in process.stdout or ():
        heard.put(line)
    heard.put("")


def _line(heard: queue.SimpleQueue[str], folder: Path) -> str:
    with suppress(queue.Empty):
        if line := heard.get(timeout=PATIENCE):
            return line
    raise PharmakonError(f"the server did not start: {(folder / 'log').read_text(encoding='utf-8')[-500:]}")


def _fuzz(target: _Target, cases: int, seed: int, found: _Found, say: Say) -> None:
    """Send rounds of requests until there are enough of them."""
    import schemathesis
    from schemathesis import GenerationMode

    schema: Any = schemathesis.openapi.from_dict(target.document)
    # A made-up token or session is turned away at the door; what lies behind it is what is tried here.
    schema.config.generation.with_security_parameters = False
    operations = [result.ok() for result in schema.get_all_operations()]
    ways = [
        (operation, mode, caller)
        for operation in operations
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        for caller in target.callers
    ]
    for round_ in range(1000):
        before = found.statuses.total()
        for n, (operation, mode, caller) in enumerate(ways):
            left = cases - found.statuses.total()
            if left <= 0:
                return
            say(f"{found.statuses.total():,} of {cases:,} requests")
            share = min(left, max(1, cases // len(ways)))
            _send(target, operation, mode, caller, share, seed=seed * 1000 + round_, found=found, number=n)
        if found.statuses.total() == before:
            return


def _send(
    target: _Target,
    operation: Any,
    mode: Any,
    caller: Mapping[str, str],
    share: int,
    *,
    seed: int,
    found: _Found,
    number: int,
) -> None:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis.errors import HypothesisException

    random = stream(seed, "api", str(number))
    name = f"{operation.method.upper()} {operation.path}"

    def send(case: Any) -> None:
        import requests

        # A stream of events ends with its job, which no worker here ends.
        if not operation.path.endswith("/events"):
            for key in case.path_parameters or {}:
                if random.random() < 0.5:
                    case.path_parameters[key] = target.ids[int(random.integers(len(target.ids)))]
        try:
            status = case.call(base_url=target.base, headers=dict(caller), timeout=30.0).status_code
        except requests.RequestException as error:
            status = 599
            found.errors.append(f"{name}: {type(error).__name__}")
        else:
            if status >= 500:
                found.errors.append(f"{status} {case.as_curl_command()}"[:2000])
        found.statuses[status] += 1
        found.operations.add(name)

    rules = settings(
        max_examples=share,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
    )
    with suppress(HypothesisException):  # an operation that nothing can be wrong with has no wrong request
        seeded(seed)(rules(given(case=operation.as_strategy(generation_mode=mode))(send)))()


def _hidden(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
    if not found:
        raise PharmakonError("the server's page has no form")
    return found[1]


API_FUZZ = ApiFuzz()
