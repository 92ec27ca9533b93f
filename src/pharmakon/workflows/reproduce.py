"""reproduce: run a recorded run again, from its record alone, and compare what comes out file by file."""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import RecordError, UsageError
from pharmakon.core.types import Progress, silent
from pharmakon.core.words import joined
from pharmakon.record import audit
from pharmakon.record.beside import record_of, results_of, top_of
from pharmakon.record.crate import METADATA
from pharmakon.record.environment import FILE as ENVIRONMENT
from pharmakon.record.environment import lock, read_lock
from pharmakon.record.notebook import Shown
from pharmakon.store.provenance import code, package_folder
from pharmakon.store.runs import RUN, RunFolder

from .crate_archive import unpacked
from .crate_inputs import OF_PEOPLE, SHIPPED, Input, found_again, inputs_of, mirrored
from .crate_verify import check as check_crate
from .reproduce_compare import Comparison, compare, compare_results
from .reproduce_verbs import IN_PLACE, again, check


class ReproduceConfig(Config):
    """Which run, and where its inputs are."""

    run: Path = Field(description="a crate (folder or zip file), a finished run, or what left its record beside it")
    output: Path | None = Field(None, description="folder for the second run, kept; a temporary one when not given")
    inputs: Path | None = Field(None, description="folder that holds the inputs, found by their SHA-256")
    scorers: bool = Field(False, description="whether the programs that the run's own scorers were may be started")


@dataclass(frozen=True, slots=True)
class ReproduceResult(Shown):
    """What came out again, and what did not."""

    verb: str
    compared: Comparison
    warnings: tuple[str, ...]
    """Versions and code that are not those of the run."""
    folder: Path | None
    """The second run, where it was kept."""

    @property
    def ok(self) -> bool:
        """Whether everything that could be compared came out the same."""
        return self.compared.ok

    @property
    def notes(self) -> tuple[str, ...]:
        """The result in sentences."""
        found = self.compared
        same = len(found.same) + len(found.quoting)
        said = [f"{same} file{'s' if same != 1 else ''} came out the same, byte for byte."]
        if found.quoting:
            said[0] = f"{said[0][:-1]}, but for what {joined(found.quoting)} quote of the ledger."
        said += [f"{name} is another: {where}" for name, where in found.different]
        said += [f"{name} was not compared: {why}" for name, why in found.aside]
        return (*said, *self.warnings)

    def plain(self) -> dict[str, Any]:
        """The result as plain data."""
        found = self.compared
        return {
            "verb": self.verb,
            "identical": self.ok,
            "same": found.same,
            "same but for what they quote of the ledger": found.quoting,
            "different": [{"file": name, "where": where} for name, where in found.different],
            "not compared": [{"file": name, "why": why} for name, why in found.aside],
            "warnings": list(self.warnings),
        }


def run(config: ReproduceConfig, *, progress: Progress = silent) -> ReproduceResult:
    """Repeat a run and compare.

    Raises RecordError where the record is not whole, DataError that names an input which was changed or is missing,
    UsageError for a verb that cannot be repeated. Nothing is run then.
    """
    if config.output is not None and config.output.exists():
        raise UsageError(f"{config.output} exists; choose another -o")
    with ExitStack() as stack:
        root = stack.enter_context(unpacked(record_of(config.run)))
        first = root if (root / RUN).is_file() else root / "run"
        recorded = RunFolder.open(first).run
        check(str(recorded["verb"]))
        _whole(root, first, config.run)
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pharmakon-reproduce-")))
        places = _Places.of(inputs_of(recorded), root, config.inputs, work / "inputs")
        if places.stage is not None and recorded["verb"] in IN_PLACE:
            raise UsageError(f"a run of {recorded['verb']} is repeated only beside {IN_PLACE[recorded['verb']]}")
        output = config.output or work / "again"
        results = results_of(first)
        again(
            recorded,
            output,
            results=tuple(dict.fromkeys(map(top_of, results))),
            moved=places.now,
            given=config.inputs,
            work=work,
            scorers=config.scorers,
            progress=progress,
        )
        values = recorded["verb"] not in OF_PEOPLE
        found = (compare_results if results else compare)(first, output, moved=places.texts(), values=values)
        return ReproduceResult(recorded["verb"], found, tuple(_warnings(first, recorded)), config.output)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the run's paths are now."""

    stage: Path | None
    """A copy of the inputs as they lay to each other; None where each is where it was."""
    shipped: str
    """What the run's own package was, as the beginning of a path; "" where it read none of its models."""

    @classmethod
    def of(cls, inputs: Sequence[Input], root: Path, given: Path | None, stage: Path) -> _Places:
        found = found_again(inputs, crate=root, given=given)
        own = [one for one in inputs if one.shipped is not None and found[one.path][0] == one.shipped]
        shipped = own[0].path.rpartition(SHIPPED)[0] + SHIPPED if own else ""
        others = [one for one in inputs if one not in own]
        if all(found[one.path][1] for one in others):
            return cls(None, shipped)
        for one in others:
            target = stage / mirrored(one.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found[one.path][0], target)
        return cls(stage, shipped)

    def now(self, path: str) -> Path | None:
        if self.shipped and path.startswith(self.shipped):
            return package_folder() / "models" / path.removeprefix(self.shipped)
        if self.stage is not None and path and (place := self.stage / mirrored(path)).exists():
            return place
        return None

    def texts(self) -> Mapping[str, str]:
        """How a text of the second run says a path, and how the first said it."""
        found: dict[str, str] = {}
        if self.stage is not None:
            found |= {f"{self.stage}/absolute/": "/", f"{self.stage}/relative/": ""}
        if self.shipped:
            found[f"{package_folder()}/models/"] = self.shipped
        return found


def _whole(root: Path, first: Path, name: Path) -> None:
    """Refuse to repeat what is no longer what was recorded."""
    if (root / METADATA).is_file():
        problems = check_crate(root).problems
    else:
        found = audit.verify(first)
        problems = found.problems if found.closed else (*found.problems, "its ledger is not closed")
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise RecordError(f"{name} is not as it was written: {problems[0]}{more}")


def _warnings(first: Path, run: Mapping[str, Any]) -> Iterator[str]:
    """What may make a difference and is not the run's doing."""
    then = run.get("code", {})
    now = code()
    if then and then.get("sha256") != now["sha256"]:
        ours, theirs = (one.get("commit", one.get("sha256", ""))[:12] for one in (now, then))
        yield f"the code is another: {theirs} then, {ours} now"
    path = first / ENVIRONMENT
    before = read_lock(path.read_text(encoding="utf-8")) if path.is_file() else dict(run.get("versions", {}))
    versions = read_lock(lock())
    for name in sorted(before.keys() & versions.keys()):
        if before[name] != versions[name]:
            yield f"{name} {before[name]} then, {versions[name]} now"
    if gone := sorted(before.keys() - versions.keys() - {"python", "pharmakon"}):
        yield f"not installed now: {', '.join(gone)}"
    python = str(run.get("versions", {}).get("python", ""))
    if python and python != platform.python_version():
        yield f"Python {python} then, {platform.python_version()} now"
    machine = str(run.get("platform", {}).get("machine", ""))
    if machine and machine != platform.machine():
        yield f"machine {machine} then, {platform.machine()} now"
