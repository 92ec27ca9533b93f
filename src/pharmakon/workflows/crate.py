"""crate: a finished run as an RO-Crate, to be checked and repeated elsewhere, and signed by who answers for it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import Field

from pharmakon.core.access import AccessClass
from pharmakon.core.config import Config
from pharmakon.core.errors import NotPermitted, RecordError, UsageError
from pharmakon.core.files import sha256, write_atomic
from pharmakon.core.words import joined
from pharmakon.record import attestation
from pharmakon.record.audit import verify
from pharmakon.record.beside import record_of, results_of, top_of
from pharmakon.record.crate import ENVELOPE, METADATA, describe, files_of, read
from pharmakon.record.entry import LEDGER
from pharmakon.record.identity import Signer
from pharmakon.record.identity import read as read_identity
from pharmakon.record.notebook import Shown
from pharmakon.store.runs import RunFolder

from .crate_inputs import OF_PEOPLE, access_of_inputs, found_again, inputs_of, mirrored

RUNS = "run/"
"""Where the run lies in a crate that is made beside it."""
SBOM = "sbom.json"


class CrateConfig(Config):
    """Which run, where to, and what goes with it."""

    run: Path = Field(description="folder of a finished run, or what a verb wrote that left its record beside it")
    output: Path | None = Field(
        None, description="folder or FILE.zip to write; the run's own folder is described anew when not given"
    )
    with_inputs: bool = Field(False, description="copy the inputs too; without it they are named by their SHA-256")
    permission: str = Field(
        "",
        max_length=500,
        description="of inputs that not everybody may have: who permitted handing them on, when, and where that is "
        "written",
    )
    sbom: bool = Field(False, description="add a software bill of materials (pharmakon sbom)")
    sign: Path | None = Field(None, description="identity that signs the list of all files (pharmakon identity new)")


@dataclass(frozen=True, slots=True)
class CrateResult(Shown):
    """What was written."""

    place: Path
    files: int
    copied: int
    """Inputs that lie in the crate."""
    named: int
    """Inputs that are named by their hash alone."""
    signer: str
    notes: tuple[str, ...] = ()


def run(config: CrateConfig) -> CrateResult:
    """Write the crate of a run.

    Raises RecordError where the run is not finished, or not as it was recorded: nothing is described then. Raises
    NotPermitted where inputs are asked for, or a run on data of controlled or restricted access is to be handed on, and
    nobody is named who permitted it.
    """
    config = config.model_copy(update={"run": record_of(config.run)})
    folder = RunFolder.open(config.run)
    check = verify(config.run)
    if check.problems or not check.closed:
        why = check.problems[0] if check.problems else "its ledger is not closed: the run has not finished"
        raise RecordError(f"{config.run} makes no crate: {why}")
    if config.output is None:
        if config.with_inputs or config.sbom:
            raise UsageError("a run's own folder takes nothing that the run did not write; name a place with -o")
        return _described(config, config.run)
    if config.output.exists():
        raise UsageError(f"{config.output} exists; choose another -o")
    inputs = inputs_of(folder.run)
    again = {}
    if config.with_inputs:
        again = {path: place for path, (place, _) in found_again(inputs).items()}
    near = [again.get(one.path, Path(one.path)) for one in inputs]
    _permitted(config, folder, access_of_inputs(folder.run["verb"], [path for path in near if path.is_file()]))
    with _made(config.output) as root:
        for name in files_of(config.run):
            _copied(config.run / name, root / RUNS / name)
        if config.with_inputs or folder.run["verb"] not in OF_PEOPLE:
            _with_results(config.run, root)
        for one in inputs if config.with_inputs else ():
            if one.shipped is None:
                _copied(again[one.path], root / "inputs" / mirrored(one.path))
        if config.sbom:
            from pharmakon.record.sbom import bill

            write_atomic(root / SBOM, bill(when=_ended(config.run)))
        made = _described(config, root)
    return CrateResult(config.output, made.files, made.copied, made.named, made.signer, made.notes)


def _described(config: CrateConfig, root: Path) -> CrateResult:
    """Write the metadata of a folder, and its signature."""
    where = RUNS if root != config.run else ""
    folder = RunFolder.open(root / where)
    permission = config.permission.strip()
    notes = [f"Handed on with the permission: {permission}"] if permission else []
    signer = None if config.sign is None else _opened(config.sign)  # here: a wrong passphrase is told before the work
    write_atomic(root / METADATA, describe(root, run=where, notes=notes))
    (root / ENVELOPE).unlink(missing_ok=True)
    listed = read((root / METADATA).read_bytes())
    if signer is not None:
        files = {**listed.files, METADATA: sha256(root / METADATA)}
        head = verify(root / where).head
        when = datetime.now().astimezone()
        write_atomic(root / ENVELOPE, attestation.sign(files, signer, when=when, head=head))
    copied = sum(name.startswith("inputs/") for name in listed.files)
    remarks = []
    left = [name for name in results_of(root / where) if not (root / where / name).is_file()]
    if where and left:
        remarks.append(f"what the run wrote stays out, and is named by its SHA-256: {joined([*map(top_of, left)][:3])}")
    elif folder.run["verb"] in OF_PEOPLE and where:
        remarks.append("what the run wrote is in it, and may tell of people: it is as confidential as the run's folder")
    asked = [str(one["@id"]) for one in listed.graph["#run"]["object"]]
    named = sum(one.startswith(("ni:", "urn:")) for one in asked)
    return CrateResult(root, len(listed.files), copied, named, signer.name if signer else "", tuple(remarks))


def _permitted(config: CrateConfig, folder: RunFolder, access: AccessClass | None) -> None:
    """Refuse to hand on what not everybody may have, unless somebody is named who permitted it."""
    if config.permission.strip():
        return
    how = "say who permitted handing it on, when, and where that is written (--permission)"
    if access not in (None, "open"):
        raise NotPermitted(f"{config.run} was made of data of {access} access: {how}; its crate then says so")
    if access is None and config.with_inputs:
        raise NotPermitted(
            f"the inputs of {folder.run['verb']} are people's data, and no cohort's file among them says that anybody "
            f"may have them (access): leave --with-inputs out, which names them by their SHA-256, or {how}"
        )


def _with_results(run: Path, root: Path) -> None:
    """Copy what the run wrote beside its record, where it is as written, so that it lies to the record as it did.

    What lies elsewhere, or bears the name of a part of every crate, is named by its SHA-256 alone.
    """
    for name, digest in results_of(run).items():
        own = top_of(name) in (RUNS.strip("/"), "inputs", "..", SBOM, METADATA, ENVELOPE)
        if not own and (run / name).is_file() and sha256(run / name) == digest:
            _copied(run / name, root / RUNS / name)


def _opened(path: Path) -> Signer:
    return read_identity(path).open(anew=True)


def _ended(folder: Path) -> datetime:
    """When a run ended, by its ledger: so that the same run gives the same bill."""
    last = (folder / LEDGER).read_bytes().splitlines()[-1]
    return datetime.fromisoformat(json.loads(last)["time"])


def _copied(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


@contextmanager
def _made(output: Path) -> Iterator[Path]:
    """A folder that becomes the output, or a zip file of it, when all went well."""
    output.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=f".{output.name}.", suffix=".partial", dir=output.parent))
    try:
        yield place
        if output.suffix.casefold() == ".zip":
            from .crate_archive import pack

            pack(place, output)
        else:
            place.chmod(0o777 & ~_umask())
            place.rename(output)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
