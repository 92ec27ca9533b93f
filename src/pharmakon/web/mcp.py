"""The workbench for AI assistants, over the Model Context Protocol: the API's verbs as tools, its refusals as answers.

Every tool is a request of the client with the user's token, so an assistant may do what the user may, and no more: who
may not read patients' data cannot have them read. Nothing is decided here.
"""

from __future__ import annotations

import json
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Literal

from pharmakon import __version__
from pharmakon.core.config import explain
from pharmakon.core.errors import PharmakonError, UnknownName
from pharmakon.core.lazy import require
from pharmakon.core.types import Profile
from pharmakon.workflows.library_filter import LibraryFilter

from .client import Asked, Client

INSTRUCTIONS = (
    "pharmakon estimates properties of molecules, designs new ones, and finds biomarkers. Every estimate has a unit, a "
    '90 % interval and a domain flag: repeat them, and say so where the verdict is "don\'t know". Estimates are no '
    "measurements and decide nothing about a patient. Long work is a job: start_job, wait_for_job, read_result."
)
PIECE = 20_000
"""Characters of a result that are read at a time."""
ALL = LibraryFilter()
"""The filter that lets every row through."""
LONGEST = 50.0
"""Seconds that a tool waits for a job: assistants give up on a tool that takes a minute."""


class Tools:
    """The tools: each public method, whose docstring and types make its description and schema."""

    def __init__(self, workbench: Client) -> None:
        self._workbench = workbench

    def who_am_i(self) -> dict[str, Any]:
        """Who the workbench takes the caller for: name, open project and roles."""
        return self._workbench.me().model_dump(exclude={"csrf"})

    def find_drug(self, name: str) -> list[dict[str, Any]]:
        """Approved drugs whose name has these letters, with their SMILES."""
        from pharmakon.chem.biologics import why_none

        found = [drug.model_dump() for drug in self._workbench.drugs(name)]
        if not found and (why := why_none(name)):
            raise PharmakonError(f"{why}: it has no SMILES")
        return found

    def estimate_molecules(
        self, smiles: Sequence[str], properties: Sequence[str] = (), profile: str = "fast"
    ) -> list[dict[str, Any]]:
        """Estimate properties of up to 20 structures, those named or all of them; profile is fast or full.

        Each has value, unit, 90 % interval (low, high), in_domain, verdict and percentile among approved drugs.
        """
        if len(smiles) > 20:
            raise PharmakonError("at most 20 structures at a time; more are a job of the verb predict")
        wanted = set(properties)
        used: Any = profile
        cards = self._workbench.molecules(list(smiles), profile=used)
        known = {name: None for card in cards for name in (*(one.name for one in card.properties), *card.computed)}
        for name in properties if known else ():  # where nothing could be read, each card says why
            if name not in known:
                raise UnknownName("property", name, known)
        return [
            card.model_dump(exclude={"properties"})
            | {"properties": [one.model_dump() for one in card.properties if not wanted or one.name in wanted]}
            for card in cards
        ]

    def explain_estimate(self, smiles: str, model: str) -> dict[str, Any]:
        """What each part of a structure adds to one estimate, such as model "herg"."""
        return self._workbench.explain(smiles, model)

    def what_would_change_it(self, smiles: str, model: str) -> dict[str, Any]:
        """The smallest believable edits of a structure that change an answer, such as removing a hERG flag."""
        return self._workbench.counterfactuals(smiles, model)

    def list_models(self) -> list[dict[str, Any]]:
        """The models: name, title, unit, score on unlike molecules, coverage."""
        return [model.model_dump() for model in self._workbench.models()]

    def model_card(self, name: str) -> dict[str, Any]:
        """A model's card: data, licence, method, scores, limits."""
        return self._workbench.model(name).model_dump()

    def list_verbs(self) -> list[dict[str, str]]:
        """What runs as a job."""
        return [{"name": verb.name, "title": verb.title} for verb in self._workbench.verbs()]

    def describe_verb(self, verb: str) -> dict[str, Any]:
        """The JSON schema of a verb's configuration. Files are named in it as they were uploaded."""
        found: Mapping[str, Any] = {one.name: one.config for one in self._workbench.verbs()}
        if verb not in found:
            raise PharmakonError(f"there is no verb {verb!r}; there are: {', '.join(found)}")
        return dict(found[verb])

    def list_files(self) -> list[dict[str, Any]]:
        """The project's uploaded files, the newest first, at most 200."""
        return [file.model_dump() for file, _ in zip(self._workbench.files(), range(200), strict=False)]

    def upload_text(self, name: str, content: str, patient_data: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002
        """Upload a text, such as a CSV or a goal file, under a name. Say so where it holds data of patients."""
        return self._workbench.upload(content.encode(), name=name, patient=patient_data).model_dump()

    def start_job(
        self, verb: str, config: dict[str, Any], files: Sequence[str] = (), title: str = ""
    ) -> dict[str, Any]:
        """Start a job. `files` are ids of uploads that it may read; `config` names them as they were uploaded."""
        return self._workbench.start(verb, config, files=list(files), title=title).model_dump()

    def list_jobs(self, verb: str = "") -> list[dict[str, Any]]:
        """The project's jobs, the newest first, at most 50."""
        return [job.model_dump() for job, _ in zip(self._workbench.jobs(verb=verb), range(50), strict=False)]

    def wait_for_job(self, job: str, seconds: float = 30.0) -> dict[str, Any]:
        """The job when it is over, or as it stands after so many seconds (at most 50): ask again."""
        return self._workbench.wait(job, seconds=min(seconds, LONGEST)).model_dump()

    def cancel_job(self, job: str) -> dict[str, Any]:
        """Stop a job for good."""
        return self._workbench.cancel(job).model_dump()

    def pause_job(self, job: str) -> dict[str, Any]:
        """Stop a job for now; what it has is kept, and resume_job lets it go on."""
        return self._workbench.pause(job).model_dump()

    def resume_job(self, job: str) -> dict[str, Any]:
        """Let a job that was stopped go on from what it has."""
        return self._workbench.resume(job).model_dump()

    def list_records(self) -> list[dict[str, Any]]:
        """The records that jobs left, the newest first, at most 50: where each stands, and who signed it."""
        return [one.model_dump() for one, _ in zip(self._workbench.records(), range(50), strict=False)]

    def check_record(self, job: str) -> dict[str, Any]:
        """A job's record, checked anew: its ledger, every file, every signature. A changed byte is named."""
        return self._workbench.record(job).model_dump()

    def compare_records(self, jobs: Sequence[str]) -> dict[str, Any]:
        """The records of two to six jobs side by side: every fact, and whether they differ in it."""
        return self._workbench.compare(jobs)

    def make_library(
        self, file: str, title: str = "", profile: Profile = "fast", smiles_column: str = ""
    ) -> dict[str, Any]:
        """Make a library of an uploaded file of molecules (by its id): a job, and the library has the job's id.

        The structure column is guessed where smiles_column is empty.
        """
        column = smiles_column or None
        return self._workbench.make_library(file, title=title, profile=profile, smiles_column=column).model_dump()

    def list_libraries(self) -> list[dict[str, Any]]:
        """The project's libraries, the newest first, at most 50; each has the id of the job that makes it."""
        told = {"id", "title", "state", "done", "created", "error"}
        return [job.model_dump(include=told) for job, _ in zip(self._workbench.libraries(), range(50), strict=False)]

    def open_library(self, library: str) -> dict[str, Any]:
        """What a finished library holds: rows, rows that could not be read, and its columns by kind, name and unit."""
        found = self._workbench.library(library)
        columns: dict[str, dict[str, str]] = {}
        for column in found.columns:
            unit = f" ({column['unit']})" if column.get("unit") else ""
            columns.setdefault(column["kind"], {})[column["name"]] = column["title"] + unit
        return found.model_dump(exclude={"columns"}) | {"columns": columns}

    def library_rows(
        self,
        library: str,
        *,
        filter: LibraryFilter = ALL,
        sort: str = "",
        down: bool = False,
        offset: int = 0,
        limit: int = 20,
        columns: Sequence[str] = (),
    ) -> dict[str, Any]:
        """A page of a library: rows that meet a filter, by property, substructure (smarts) or likeness.

        `total` met the filter; where to_search is not 0 the substructure is still searched for: ask again.
        """
        asked = _asked(filter, sort, columns, down=down)
        return self._workbench.rows(library, offset=offset, limit=limit, **asked).model_dump()

    def select_rows(
        self,
        library: str,
        *,
        rows: Sequence[int] | None = None,
        filter: LibraryFilter | None = None,
        name: str = "",
        mode: Literal["replace", "add", "remove"] = "replace",
    ) -> dict[str, Any]:
        """Select rows of a library by number (from 0), by a filter, or both; a filter names a selection by its id.

        Without a name it is the caller's working selection, which the library's page shows; rows=[] empties it.
        """
        wanted = None if filter is None else _plain(filter)
        return self._workbench.select(library, rows=rows, filter=wanted, name=name, mode=mode).model_dump()

    def list_selections(self, library: str) -> list[dict[str, Any]]:
        """The caller's working selection of a library, and the named ones."""
        return [one.model_dump() for one in self._workbench.selections(library)]

    def export_library(
        self,
        library: str,
        *,
        format: Literal["csv", "sdf"] = "csv",
        filter: LibraryFilter = ALL,
        sort: str = "",
        down: bool = False,
        columns: Sequence[str] = (),
        start: int = 0,
    ) -> str:
        """A piece of the rows that meet a filter, as text from character `start`; all columns where none are named."""
        text, decoder = "", getincrementaldecoder("utf-8")(errors="replace")
        asked = _asked(filter, sort, columns, down=down)
        with self._workbench.exported(library, format=format, **asked) as parts:
            for part in parts:  # no further than the piece: a library may have a million rows
                text += decoder.decode(part)
                if len(text) > start + PIECE:
                    break
        more = f"\n... more from character {start + PIECE}" if len(text) > start + PIECE else ""
        return text[start : start + PIECE] + more

    def check_cohort(self, cohort: str) -> dict[str, Any]:
        """Whether a declared cohort's design allows an answer; a cohort has the id of its TOML file. Patients' data."""
        return self._workbench.check_cohort(cohort).model_dump()

    def price_of_release(self, cohort: str, asked: str) -> dict[str, Any]:
        """What a release with differential privacy would cost, by the id of its TOML file. Nothing is spent."""
        return self._workbench.price(cohort, asked).model_dump()

    def read_verdict(self, job: str) -> dict[str, Any]:
        """What an audit, a de-identification, a release, an attack or a check of a model came to, in a sentence."""
        return self._workbench.verdict(job).model_dump()

    def read_result(self, job: str, name: str, start: int = 0) -> str:
        """A piece of a text that a job wrote (its names stand in the job's result), from character `start`."""
        content = self._workbench.read(job, name)
        try:
            text = content.decode()
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            raise PharmakonError(
                f"{name} is no text ({len(content):,} bytes). It is downloaded from the job's page, /jobs/{job}, "
                f"or from /api/v1/jobs/{job}/files/{name}"
            )
        more = f"\n... {len(text) - start - PIECE:,} characters more" if len(text) > start + PIECE else ""
        return text[start : start + PIECE] + more

    def all(self) -> list[Callable[..., Any]]:
        """Every tool, in the order in which they stand above."""
        return [getattr(self, name) for name in vars(Tools) if not name.startswith("_") and name != "all"]


def _asked(filter: LibraryFilter, sort: str, columns: Sequence[str], *, down: bool) -> Asked:
    return {"filter": _plain(filter), "sort": sort, "down": down, "columns": columns}


def _plain(filter: LibraryFilter) -> dict[str, Any]:
    return filter.model_dump(mode="json", exclude_defaults=True)


def server(workbench: Client) -> Any:
    """The MCP server. Raises MissingExtra where the library is not installed."""
    require("mcp", extra="mcp", needed_for="a server for AI assistants")
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from pydantic import ValidationError

    class Server(MCPServer):
        """The library's server, which says what is wrong with the arguments in a sentence."""

        async def call_tool(self, name: str, arguments: dict[str, Any], context: Any = None) -> Any:
            tool = self._tool_manager.get_tool(name)
            known = tool.parameters.get("properties", {}) if tool else arguments
            for given in arguments:
                if given not in known:
                    raise ToolError(str(UnknownName("argument", given, known, where=name)))
            try:
                return await super().call_tool(name, arguments, context)
            except ToolError as error:
                if tool is None or not isinstance(error.__cause__, ValidationError):
                    raise
                raise ToolError(explain(error.__cause__, tool.fn_metadata.arg_model)) from error.__cause__

    made = Server("pharmakon", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING")
    for tool in Tools(workbench).all():
        made.tool(description=tool.__doc__, structured_output=False)(_answering(tool))
    return made


def _answering(tool: Callable[..., Any]) -> Callable[..., Any]:
    """The tool with its answer as JSON, and a refusal as a sentence that the assistant reads."""

    @wraps(tool)
    def answer(*args: Any, **kwargs: Any) -> str:
        from mcp.server.mcpserver.exceptions import ToolError

        try:
            found = tool(*args, **kwargs)
        except PharmakonError as error:
            raise ToolError(str(error)) from None
        return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)

    answer.__annotations__ = {**tool.__annotations__, "return": str}
    return answer
