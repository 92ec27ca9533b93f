"""A client of a workbench for programs: typed answers, the server's sentences as errors, retries that do no harm.

from pharmakon.web.client import Client

with Client("https://pharmakon.example.org", token="phk_...") as workbench:
    table = workbench.upload("molecules.csv")
    job = workbench.start("predict", {"data": table.name}, files=[table.id])
    workbench.wait(job.id)
    workbench.download(job.id, "predicted.csv", "out.csv")
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack, cast, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.core.types import Profile, Progress, silent
from pharmakon.workflows.library_export import Format

from .api_cohorts import CohortOut, DesignCheck
from .api_crates import CheckedCrate
from .api_drugs import DrugOut
from .api_files import FileOut, FilePage
from .api_jobs import JobOut, JobPage, VerbOut
from .api_journal import EntryOut, JournalPage
from .api_libraries import LibraryOut, RowPage, SelectionOut
from .api_models import CardOut, ModelOut
from .api_molecules import Card
from .api_people import MemberOut
from .api_records import RecordOut, RecordPage, Standing
from .api_trust import PriceOut, Verdict
from .connection import LOOK, Connection

OVER = frozenset({"done", "failed", "cancelled", "paused"})


class Asked(TypedDict, total=False):
    """Which rows of a library, in which order, with which columns; a filter has the keys of `LibraryFilter`."""

    filter: Mapping[str, Any]
    sort: str
    down: bool
    columns: Sequence[str]


class Client(Connection):
    """A workbench at an address, as the user of a token; without one, the server of this machine."""

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

    def delete_file(self, id: str) -> None:
        """Delete an uploaded file."""
        self._ask("DELETE", f"/api/v1/files/{id}")

    def start(
        self, verb: str, config: Mapping[str, Any], *, files: Sequence[str] = (), title: str = "", key: str = ""
    ) -> JobOut:
        """Start a job; `files` are ids, and the configuration names them as they were uploaded."""
        body = {"verb": verb, "config": dict(config), "files": list(files), "title": title}
        return self._started("/api/v1/jobs", body, key)

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
        return self._saved(f"/api/v1/jobs/{job}/files/{name}", path)

    def records(self) -> Iterator[RecordOut]:
        """The project's records, the newest first: of which job each is, and where it stands."""
        return self._pages("/api/v1/records", RecordPage)

    def record(self, job: str) -> Standing:
        """The record that a job left, checked anew: its ledger, every file, every signature."""
        return Standing.model_validate(self._ask("GET", f"/api/v1/records/{job}").json())

    def crate(
        self, job: str, path: str | Path, *, inputs: bool = False, sbom: bool = False, permission: str = ""
    ) -> Path:
        """Write a run as an RO-Crate to `path`, a ZIP file; with people's data, say who permitted handing them on."""
        asked = {"inputs": inputs, "sbom": sbom, "permission": permission}
        return self._saved(f"/api/v1/records/{job}/crate.zip", path, params=asked)

    def check_crate(self, path: str | Path) -> CheckedCrate:
        """Whether a crate is as it was written: every file, the ledger, every signature."""
        with Path(path).open("rb") as stream:
            sent = {"file": (Path(path).name, stream)}
            return CheckedCrate.model_validate(self._ask("POST", "/api/v1/crates/check", tries=1, files=sent).json())

    def compare(self, jobs: Sequence[str]) -> dict[str, Any]:
        """The records of two to six jobs side by side: every fact with its value in each, and whether they differ."""
        told: dict[str, Any] = self._ask("GET", "/api/v1/records/compare", params={"run": list(jobs)}).json()
        return told

    def make_library(
        self,
        file: str,
        *,
        title: str = "",
        smiles_column: str | None = None,
        id_column: str | None = None,
        profile: Profile = "fast",
        key: str = "",
    ) -> JobOut:
        """Make a library of an uploaded file, by its id: a job, and the library has the job's id."""
        body = {"file": file, "title": title, "smiles_column": smiles_column, "id_column": id_column}
        return self._started("/api/v1/libraries", body | {"profile": profile}, key)

    def libraries(self) -> Iterator[JobOut]:
        """The project's libraries, the newest first, as the jobs that make them."""
        return self._pages("/api/v1/libraries", JobPage)

    def library(self, id: str) -> LibraryOut:
        """A finished library: how many rows it has, and its columns."""
        return LibraryOut.model_validate(self._ask("GET", f"/api/v1/libraries/{id}").json())

    def rows(self, library: str, *, offset: int = 0, limit: int = 100, **asked: Unpack[Asked]) -> RowPage:
        """Rows of a library that meet a filter, at most 500 at a time."""
        params = _params(asked) | {"offset": offset, "limit": limit}
        return RowPage.model_validate(self._ask("GET", f"/api/v1/libraries/{library}/rows", params=params).json())

    def select(
        self,
        library: str,
        *,
        rows: Sequence[int] | None = None,
        filter: Mapping[str, Any] | None = None,
        name: str = "",
        mode: Literal["replace", "add", "remove"] = "replace",
    ) -> SelectionOut:
        """Select rows by number (from 0), by a filter, or both; without a name, in one's own working selection."""
        body: dict[str, Any] = {"name": name, "mode": mode}
        body |= {} if rows is None else {"rows": list(rows)}
        body |= {} if filter is None else {"filter": dict(filter)}
        found = self._ask("PUT", f"/api/v1/libraries/{library}/selections", json=body)
        return SelectionOut.model_validate(found.json())

    def selections(self, library: str) -> list[SelectionOut]:
        """One's working selection of a library, and the named ones."""
        found = self._ask("GET", f"/api/v1/libraries/{library}/selections")
        return TypeAdapter(list[SelectionOut]).validate_python(found.json())

    def forget_selection(self, library: str, selection: str) -> None:
        """Forget a selection, by its id; the rows stay."""
        self._ask("DELETE", f"/api/v1/libraries/{library}/selections/{selection}")

    def values(self, library: str, column: str) -> NDArray[np.float32]:
        """A column of numbers of all rows of a library, NaN where there is none."""
        found = self._ask("GET", f"/api/v1/libraries/{library}/values", params={"column": column})
        return np.frombuffer(found.content, "<f4")

    def mask(self, library: str, filter: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Which rows of a library meet a filter."""
        found = self._ask("GET", f"/api/v1/libraries/{library}/mask", params=_params({"filter": filter}))
        bits = np.frombuffer(found.content, np.uint8)
        return np.unpackbits(bits, count=self.library(library).rows).astype(bool)

    def export(self, library: str, path: str | Path, *, format: Format | None = None, **asked: Unpack[Asked]) -> Path:
        """Write the rows of a library that meet a filter to `path`; all columns where none are named.

        The format is that of the path's ending. Raises UsageError for an ending that is none of them.
        """
        format = format or _format(path)
        params = _params(asked) | {"format": format}
        return self._saved(f"/api/v1/libraries/{library}/export", path, params=params)

    def exported(
        self, library: str, *, format: Format = "csv", **asked: Unpack[Asked]
    ) -> AbstractContextManager[Iterator[bytes]]:
        """The same as it comes, for whoever wants its beginning alone."""
        return self._parts(f"/api/v1/libraries/{library}/export", params=_params(asked) | {"format": format})

    def declare(self, declaration: Mapping[str, Any]) -> CohortOut:
        """Declare a cohort by the keys of a cohort's TOML file, on tables uploaded as patients' data."""
        return CohortOut.model_validate(self._ask("POST", "/api/v1/cohorts", json=dict(declaration)).json())

    def cohorts(self) -> list[FileOut]:
        """The files that declare the project's cohorts; a cohort has the id of its file."""
        return TypeAdapter(list[FileOut]).validate_python(self._ask("GET", "/api/v1/cohorts").json())

    def cohort(self, id: str) -> CohortOut:
        """A cohort: its file, its tables, and those that are missing."""
        return CohortOut.model_validate(self._ask("GET", f"/api/v1/cohorts/{id}").json())

    def check_cohort(self, id: str) -> DesignCheck:
        """Whether a cohort's design allows an answer, before anything is fitted."""
        return DesignCheck.model_validate(self._ask("GET", f"/api/v1/cohorts/{id}/check").json())

    def price(self, cohort: str, asked: str) -> PriceOut:
        """What a release would cost, by the ids of the cohort and of the release's TOML file. Nothing is spent."""
        found = self._ask("GET", "/api/v1/trust/price", params={"cohort": cohort, "asked": asked})
        return PriceOut.model_validate(found.json())

    def audit(self, file: str, *, against: str = "", key: str = "", **columns: str) -> JobOut:
        """Audit an uploaded table, by its id: a job. `columns`: smiles, value, id, split_column; positive."""
        return self._started("/api/v1/trust/audits", {"file": file, "against": against, **columns}, key)

    def verdict(self, job: str) -> Verdict:
        """What an audit, a de-identification, a release, an attack or a check of a model came to."""
        return Verdict.model_validate(self._ask("GET", f"/api/v1/trust/{job}").json())

    def members(self) -> list[MemberOut]:
        """Who is in the project, and in which roles."""
        return TypeAdapter(list[MemberOut]).validate_python(self._ask("GET", "/api/v1/members").json())

    def journal(self, *, find: str = "") -> Iterator[EntryOut]:
        """The server's own ledger, the newest entry first; with `find`, entries that hold a text."""
        return self._pages("/api/v1/journal", JournalPage, **({"find": find} if find else {}))

    def _started(self, path: str, body: Mapping[str, Any], key: str) -> JobOut:
        """A job; sent again under the same key, it is the same one."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return JobOut.model_validate(self._ask("POST", path, json=body, headers=headers).json())

    def _change(self, id: str, what: str) -> JobOut:
        return JobOut.model_validate(self._ask("POST", f"/api/v1/jobs/{id}/{what}").json())

    def _upload(self, name: str, content: Any, *, patient: bool) -> FileOut:
        form = {"patient": "true" if patient else "false"}
        # Sent once: a stream cannot be sent again, and two uploads are two files.
        return FileOut.model_validate(
            self._ask("POST", "/api/v1/files", tries=1, files={"file": (name, content)}, data=form).json()
        )


def _format(path: str | Path) -> Format:
    """What a file's ending says it is. Raises UsageError."""
    ending = Path(path).suffix.lower().removeprefix(".")
    found = next((one for one in get_args(Format) if one == ending), None)
    if found is None:
        raise UsageError(
            f"{Path(path).name} has none of the endings {', '.join(get_args(Format))}: give one, or format="
        )
    return cast("Format", found)


def _params(asked: Asked) -> dict[str, Any]:
    return {**asked, "filter": json.dumps(dict(asked.get("filter", {}))), "columns": list(asked.get("columns", ()))}
