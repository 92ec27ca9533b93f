"""A client of a workbench for programs: typed answers, the server's sentences as errors, retries that do no harm.

from pharmakon.web.client import Client

with Client("https://pharmakon.example.org", token="phk_...") as workbench:
    table = workbench.upload("molecules.csv")
    job = workbench.start("predict", {"data": table.name}, files=[table.id])
    workbench.wait(job.id)
    workbench.download(job.id, "predicted.csv", "out.csv")
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import BaseModel, TypeAdapter

from pharmakon.core.errors import Denied, PharmakonError, TooMany, Unavailable, UnknownName, UsageError
from pharmakon.core.types import Profile, Progress, silent

from .api_drugs import DrugOut
from .api_files import FileOut, FilePage
from .api_jobs import JobOut, JobPage, VerbOut
from .api_journal import EntryOut, JournalPage
from .api_models import CardOut, ModelOut
from .api_molecules import Card
from .api_people import MemberOut
from .api_records import RecordOut, RecordPage, Standing
from .api_server import Me

M = TypeVar("M", bound=BaseModel)
OVER = frozenset({"done", "failed", "cancelled", "paused"})
TRIES, LOOK = 4, 1.0
"""Times that a request is sent while the server is away; seconds between two looks at a job."""


class Client:
    """A workbench at an address, as the user of a token; without one, the server of this machine.

    `http` is an httpx.Client to use in place of an own one. A context manager that closes it.
    """

    def __init__(self, server: str = "http://127.0.0.1:8080", *, token: str = "", http: Any = None) -> None:
        import httpx

        self._http: Any = http or httpx.Client(base_url=server, timeout=60.0)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._csrf = "" if token else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def me(self) -> Me:
        """Who the server takes the caller for."""
        return Me.model_validate(self._ask("GET", "/api/v1/me").json())

    def molecules(self, smiles: str | Sequence[str], *, profile: Profile | None = None) -> list[Card]:
        """The card of each structure, at most 100; more are a job of the verb predict."""
        given = [smiles] if isinstance(smiles, str) else list(smiles)
        found = self._ask("POST", "/api/v1/molecules", json={"smiles": given, "profile": profile})
        return TypeAdapter(list[Card]).validate_python(found.json())

    def explain(self, smiles: str, model: str) -> dict[str, Any]:
        """What each part of a structure adds to an estimate."""
        found: dict[str, Any] = self._ask(
            "POST", "/api/v1/molecules/explanation", json={"smiles": smiles, "model": model}
        ).json()
        return found

    def counterfactuals(self, smiles: str, model: str) -> dict[str, Any]:
        """The smallest believable edits that change an answer."""
        found: dict[str, Any] = self._ask(
            "POST", "/api/v1/molecules/counterfactuals", json={"smiles": smiles, "model": model}
        ).json()
        return found

    def drugs(self, name: str) -> list[DrugOut]:
        """Approved drugs whose name has these letters."""
        return TypeAdapter(list[DrugOut]).validate_python(self._ask("GET", "/api/v1/drugs", params={"q": name}).json())

    def models(self) -> list[ModelOut]:
        """The shipped models and the project's own."""
        return TypeAdapter(list[ModelOut]).validate_python(self._ask("GET", "/api/v1/models").json())

    def model(self, name: str) -> CardOut:
        """A shipped model's card by its name, one of the project's own by `job/ID`."""
        return CardOut.model_validate(self._ask("GET", f"/api/v1/models/{name}").json())

    def verbs(self) -> list[VerbOut]:
        """What runs as a job, each with the schema of its configuration."""
        return TypeAdapter(list[VerbOut]).validate_python(self._ask("GET", "/api/v1/verbs").json())

    def upload(self, file: str | Path | bytes, *, name: str = "", patient: bool = False) -> FileOut:
        """Upload a file, or bytes under a `name`. `patient` marks the data of patients."""
        if isinstance(file, bytes):
            if not name:
                raise UsageError("bytes need a name")
            return self._upload(name, file, patient=patient)
        path = Path(file)
        with path.open("rb") as stream:
            return self._upload(name or path.name, stream, patient=patient)

    def files(self) -> Iterator[FileOut]:
        """The project's files, the newest first."""
        return self._pages("/api/v1/files", FilePage)

    def start(
        self, verb: str, config: Mapping[str, Any], *, files: Sequence[str] = (), title: str = "", key: str = ""
    ) -> JobOut:
        """Start a job; `files` are ids, and the configuration names them as they were uploaded."""
        body = {"verb": verb, "config": dict(config), "files": list(files), "title": title}
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return JobOut.model_validate(self._ask("POST", "/api/v1/jobs", json=body, headers=headers).json())

    def job(self, id: str) -> JobOut:
        """A job as it stands."""
        return JobOut.model_validate(self._ask("GET", f"/api/v1/jobs/{id}").json())

    def jobs(self, *, verb: str = "") -> Iterator[JobOut]:
        """The project's jobs, the newest first."""
        return self._pages("/api/v1/jobs", JobPage, verb=verb)

    def wait(self, id: str, *, seconds: float = float("inf"), progress: Progress = silent) -> JobOut:
        """The job when it is over, or after so many seconds as it stands then.

        Raises PharmakonError with the job's own sentence where it failed.
        """
        until = time.monotonic() + seconds
        while True:
            job = self.job(id)
            progress(job.done, job.total, job.note)
            if job.state == "failed":
                raise PharmakonError(f"job {id} failed: {job.error}")
            left = until - time.monotonic()
            if job.state in OVER or left <= 0:
                return job
            time.sleep(min(LOOK, left))

    def cancel(self, id: str) -> JobOut:
        """Stop a job for good; what it wrote stays, marked as partial."""
        return self._change(id, "cancel")

    def pause(self, id: str) -> JobOut:
        """Stop a job for now."""
        return self._change(id, "pause")

    def resume(self, id: str) -> JobOut:
        """Let a job that was stopped go on."""
        return self._change(id, "resume")

    def read(self, job: str, name: str) -> bytes:
        """A file that a job wrote."""
        content: bytes = self._ask("GET", f"/api/v1/jobs/{job}/files/{name}").content
        return content

    def download(self, job: str, name: str, path: str | Path) -> Path:
        """Write a file that a job wrote to `path`, as a stream."""
        from pharmakon.core.files import replacing

        with self._http.stream("GET", f"/api/v1/jobs/{job}/files/{name}", headers=self._headers) as answer:
            if answer.is_error:
                answer.read()
                raise _error(answer)
            with replacing(Path(path)) as target:
                for part in answer.iter_bytes():
                    target.write(part)
        return Path(path)

    def records(self) -> Iterator[RecordOut]:
        """The project's records, the newest first: of which job each is, and where it stands."""
        return self._pages("/api/v1/records", RecordPage)

    def record(self, job: str) -> Standing:
        """The record that a job left, checked anew: its ledger, every file, every signature."""
        return Standing.model_validate(self._ask("GET", f"/api/v1/records/{job}").json())

    def compare(self, jobs: Sequence[str]) -> dict[str, Any]:
        """The records of two to six jobs side by side: every fact with its value in each, and whether they differ."""
        told: dict[str, Any] = self._ask("GET", "/api/v1/records/compare", params={"run": list(jobs)}).json()
        return told

    def members(self) -> list[MemberOut]:
        """Who is in the project, and in which roles."""
        return TypeAdapter(list[MemberOut]).validate_python(self._ask("GET", "/api/v1/members").json())

    def journal(self, *, find: str = "") -> Iterator[EntryOut]:
        """The server's own ledger, the newest entry first; with `find`, entries that hold a text."""
        return self._pages("/api/v1/journal", JournalPage, **({"find": find} if find else {}))

    def _change(self, id: str, what: str) -> JobOut:
        return JobOut.model_validate(self._ask("POST", f"/api/v1/jobs/{id}/{what}").json())

    def _upload(self, name: str, content: Any, *, patient: bool) -> FileOut:
        form = {"patient": "true" if patient else "false"}
        # Sent once: a stream cannot be sent again, and two uploads are two files.
        return FileOut.model_validate(
            self._ask("POST", "/api/v1/files", tries=1, files={"file": (name, content)}, data=form).json()
        )

    def _pages(self, path: str, page: type[Any], **more: Any) -> Iterator[Any]:
        before: float | str | None = None
        while True:
            asked = {"limit": 200, **more, **({} if before is None else {"before": before})}
            found = page.model_validate(self._ask("GET", path, params=asked).json())
            yield from found.items
            before = found.next
            if before is None:
                return

    def _ask(self, method: str, path: str, *, tries: int = TRIES, **request: Any) -> Any:
        """The answer. Raises the error that the server's says, after a few tries where it is away or busy."""
        import httpx

        headers = {**self._headers, **request.pop("headers", {})}
        if method != "GET" and self._csrf is None:
            self._csrf = self.me().csrf
        if method != "GET" and self._csrf:
            headers["X-CSRF-Token"] = self._csrf
        for left in reversed(range(tries)):
            try:
                answer = self._http.request(method, path, headers=headers, **request)
            except httpx.TransportError as error:
                if not left:
                    raise Unavailable(f"no workbench answers: {error} (pharmakon serve starts one)") from None
                time.sleep(LOOK)
                continue
            if answer.status_code not in (429, 503) or not left:
                break
            time.sleep(min(60.0, float(answer.headers.get("Retry-After", LOOK))))
        if answer.is_error:
            raise _error(answer)
        return answer


def _error(answer: Any) -> PharmakonError:
    """What the server says as the error that it is here."""
    try:
        said = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        said = f"the server answered {answer.status_code}"
    kinds: dict[int, type[PharmakonError]] = {401: Denied, 403: Denied, 422: UsageError, 503: Unavailable}
    if answer.status_code == 404:
        error: PharmakonError = UnknownName("thing", answer.request.url.path, ())
        error.args = (said,)
        return error
    if answer.status_code == 429:
        return TooMany(said, wait=float(answer.headers.get("Retry-After", 60)))
    return kinds.get(answer.status_code, PharmakonError)(said)
