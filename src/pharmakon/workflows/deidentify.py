"""deidentify: tables, FHIR bundles and DICOM headers without what identifies, checked again after they are written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from pharmakon.core.config import Config, read_toml
from pharmakon.core.errors import ConfigError, DataError, UsageError
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

if TYPE_CHECKING:
    from pharmakon.privacy.pseudonym import Pseudonyms
    from pharmakon.privacy.removals import Removals
    from pharmakon.privacy.treatment import FreeText, Treatment

DATA = "data"
KEY = ".key"
SHOWN = 5


class DeidentifyConfig(Config):
    """What to take identifiers out of, and how."""

    inputs: tuple[Path, ...] = Field(
        min_length=1, description="tables (CSV, TSV, Parquet, h5ad), FHIR R4 JSON, DICOM files, or folders of them"
    )
    output: Path = Field(description="folder to write")
    key: Path | None = Field(
        None,
        description="file of the secret key, made where there is none; the environment variable "
        "PHARMAKON_DEIDENTIFY_KEY, or OUTPUT.key beside the output folder, when not given",
    )
    columns: Path | None = Field(
        None, description="TOML file that says what columns are: keep, drop, pseudonymise, date, age, zip or text"
    )
    shift_dates: bool = Field(
        False,
        description="move each person's dates by one number of days instead of cutting them to the year; this "
        "is not Safe Harbor",
    )
    keep_pixels: bool = Field(False, description="pass on the pixels of DICOM images, which nobody has looked at")
    texts: Literal["remove", "tag"] = Field(
        "remove", description="free texts: removed as a whole, or kept with [NAME] and the like for what a tagger finds"
    )
    today: date | None = Field(None, description="the day from which ages over 89 are counted; today when not given")
    overwrite: bool = Field(False, description="replace an earlier run in the folder")


@dataclass(frozen=True, slots=True)
class DeidentifyResult(Shown):
    """What was written and what was removed. No identifying value is in it."""

    folder: Path
    files: list[tuple[str, str, int]]
    """Each file of the result: its name, its kind, and how many records it holds."""
    removals: Removals
    refused: list[tuple[str, str]]
    """Kind of file and reason; the names of refused files may identify and stay out."""
    safe_harbor: bool
    key: Path | None
    fingerprint: str
    text: str
    """What is done with free texts."""
    config: dict[str, Any]
    fingerprints: dict[str, str] = field(default_factory=dict)
    """File of the result -> keyed hash of the file that it was made of."""
    head: str = ""

    def plain(self) -> dict[str, Any]:
        """The result as plain data."""
        from .deidentify_report import plain

        return plain(self)


def run(config: DeidentifyConfig, *, text: FreeText | None = None, progress: Progress = silent) -> DeidentifyResult:
    """Clean every file, write the clean ones, search them for leftovers, and write the report.

    `text` takes identifiers out of free texts, instead of what the configuration says. Raises DataError where nothing
    can be read, or where a leftover is found in the results: they are deleted then, and the places are named.
    """
    from pharmakon.privacy.pseudonym import VARIABLE, Pseudonyms, read_key
    from pharmakon.privacy.removals import Removals
    from pharmakon.privacy.tables import check_declared
    from pharmakon.privacy.treatment import NoText, Treatment
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.runs import RUN, RunFolder

    from .deidentify_files import Refused, clean_file

    paths = _found(config)
    declared = _declared(config.columns)
    place = config.key
    if place is None and not os.environ.get(VARIABLE):
        place = config.output.with_name(config.output.name + KEY)
    secret = read_key(place, output=config.output)
    pseudonyms = Pseudonyms(secret)
    treatment = Treatment(
        pseudonyms,
        config.today or datetime.now(UTC).date(),
        shift_dates=config.shift_dates,
        keep_pixels=config.keep_pixels,
        text=text or (_tagger(pseudonyms) if config.texts == "tag" else NoText()),
    )
    said = config.model_dump(mode="json", exclude={"inputs", "output", "key", "columns", "overwrite"})
    said["columns"] = declared
    folder = RunFolder.create(config.output, verb="deidentify", config=said, overwrite=config.overwrite)
    ledger = Ledger(folder.path / "ledger.jsonl")
    ledger.output(folder.path / RUN)
    (folder.path / DATA).mkdir()
    removals, seen = Removals(), set[str]()
    files: list[tuple[str, str, int]] = []
    refused: list[tuple[str, str]] = []
    fingerprints: dict[str, str] = {}
    for done, path in enumerate(paths):
        progress(done, len(paths), "cleaning")
        try:
            made = clean_file(path, folder.path / DATA, treatment, declared, taken={name for name, *_ in files})
        except Refused as error:
            refused.append((path.suffix.lower() or "no suffix", str(error)))
            continue
        except BaseException:
            shutil.rmtree(folder.path)
            raise
        files.append((made.name, made.kind, made.records))
        fingerprints[made.name] = pseudonyms.digest(path.read_bytes())
        seen |= set(made.columns)
        removals.add(made.removals)
        ledger.output(folder.path / DATA / made.name)
    if not files:
        shutil.rmtree(folder.path)
        raise DataError(f"nothing could be de-identified: {refused[0][1] if refused else 'there are no files'}")
    result = DeidentifyResult(
        folder.path,
        files,
        removals,
        refused,
        not config.shift_dates,
        place,
        pseudonyms.fingerprint,
        treatment.text.title,
        said,
        fingerprints,
    )
    try:
        check_declared(declared, sorted(seen))
        return _finished(result, treatment, ledger, progress)
    except BaseException:
        shutil.rmtree(folder.path)
        raise


def _finished(result: DeidentifyResult, treatment: Treatment, ledger: Any, progress: Progress) -> DeidentifyResult:
    """Search the results, then write what was done."""
    from pharmakon.privacy.leftovers import search

    from .deidentify_files import leaves_of
    from .deidentify_report import write

    progress(len(result.files), len(result.files), "searching the results")
    leaves = (leaf for name, kind, _ in result.files for leaf in leaves_of(result.folder / DATA / name, kind))
    issued = treatment.pseudonyms.issued
    found = search(leaves, result.removals, issued, dates=not treatment.shift_dates)
    if found.left:
        shown = [f"{file}, {where}: {what} ({n:,} times)" for (file, where, what), n in found.left.most_common(SHOWN)]
        more = f"; and {len(found.left) - SHOWN:,} more places" if len(found.left) > SHOWN else ""
        raise DataError(
            f"identifiers were left in the results, which were deleted: {'; '.join(shown)}{more}. Declare the columns "
            "in a TOML file (--columns), or report a fault"
        )
    for file, where in found.words:
        result.removals.looks.add(_coincidence(file, where))
    return write(result, ledger, treatment)


def _tagger(pseudonyms: Pseudonyms) -> FreeText:
    from pharmakon.privacy.free_text import FreeText as Tagged

    return Tagged(dates="year", tags=True).keyed(pseudonyms.derived("text"))


def _coincidence(file: str, where: str) -> Any:
    from pharmakon.privacy.removals import Look

    return Look(file, where, "A word that was removed as a name or place elsewhere is a common word here, and stayed.")


def _found(config: DeidentifyConfig) -> list[Path]:
    """The files of the inputs, folders opened, hidden ones left out. UsageError where input and output overlap."""
    output = config.output.resolve()
    paths: list[Path] = []
    for given in config.inputs:
        if not given.exists():
            raise UsageError(f"there is no file or folder {given}")
        if output.is_relative_to(given.resolve()) or given.resolve().is_relative_to(output):
            raise UsageError(f"the output {config.output} and the input {given} lie in each other; choose another -o")
        paths += sorted(_inside(given)) if given.is_dir() else [given]
    if not paths:
        raise DataError(f"there are no files in {', '.join(str(given) for given in config.inputs)}")
    return paths


def _inside(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            yield path


def _declared(path: Path | None) -> Mapping[str, str]:
    """Columns a user declared: name -> action."""
    from pharmakon.privacy.columns import ACTIONS

    if path is None:
        return {}
    table = read_toml(path)
    columns = table.get("columns", {})
    if set(table) - {"columns"} or not isinstance(columns, dict):
        raise ConfigError(f'{path} must hold one table, [columns], with lines such as: name = "drop"')
    for name, action in columns.items():
        if action not in ACTIONS:
            raise ConfigError(f"{path}: {name!r} is declared {action!r}; known: {', '.join(ACTIONS)}")
    return columns
