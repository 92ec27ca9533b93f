"""monitor: a model in use against what it was when it was made, check after check, in one record.

The folder is a standing one: the first check fixes the model and the limits in its ledger, each further one is added,
and a limit that was passed leaves a note of change control for somebody to answer and to sign.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import RecordError, UsageError
from pharmakon.core.files import sha256, write_atomic
from pharmakon.core.types import Progress, silent

from .monitor_checks import limits, of_molecules
from .monitor_result import CHECKS, LEDGER, WATCH, MonitorResult, Seen

__all__ = ["MonitorConfig", "MonitorResult", "Seen", "run"]

if TYPE_CHECKING:
    from pharmakon.store.tables import Row

_STEPS = 3
NO_LOSS = ("repeat of a molecule, merged", "structure cannot be read", "row cannot be read", "no value")
"""Why a row has no value of its own to judge, where nothing is lost by it or it is told elsewhere."""


class MonitorConfig(Config):
    """Which model, which new data, and how far it may drift."""

    model: str = Field(description="a shipped model's name, a model folder, or the folder of a signature")
    data: Path = Field(
        description="new molecules as a table, with measurements or without; of a signature: a cohort.toml"
    )
    smiles: str | None = Field(None, description="structure column; guessed when not given")
    id: str | None = Field(None, description="identifier column; guessed when not given")
    value: str | None = Field(None, description="column of measured values; without it the inputs alone are compared")
    positive: str | None = Field(None, description="the text that stands for class 1")
    output: Path | None = Field(
        None, description="folder of the record, one for all checks; monitor-NAME when not given"
    )
    since: Path | None = Field(
        None, description="record of earlier checks to go on from in another folder; it is copied and left as it is"
    )
    domain: float = Field(
        0.7, ge=0, le=1, description="least share of new molecules, or patients, that the model is for"
    )
    coverage: float = Field(0.8, ge=0, le=1, description="least share of measurements inside the 90 % interval")
    error: float = Field(1.5, gt=0, description="most that the error may be, in multiples of the card's")
    bias: float = Field(0.5, gt=0, description="most that the mean error may be, in multiples of the card's error")
    calibration: float = Field(1.5, ge=1, description="most times as many events as foretold, or as few")
    discrimination: float = Field(0.6, ge=0, le=1, description="of a signature: least AUC or concordance")
    why: str = Field("", description="why the limits are others than at the last check, which changes them on record")
    seed: int = Field(0, ge=0, description="seed of the resampling")


def run(config: MonitorConfig, *, progress: Progress = silent) -> MonitorResult:
    """Check the model on new data, and add the check to its record.

    Raises UnknownName for a wrong model or column, UsageError where the record is of another model, holds this very
    file, or had other limits and nobody says why.
    """
    from pharmakon.record.ledger import Ledger

    from .monitor_output import write
    from .train import slug

    progress(0, _STEPS, "reading")
    seen = _of_signature(config) if config.data.suffix.lower() == ".toml" else _of_model(config, progress)
    folder = config.output or Path(f"monitor-{slug(seen.name)}")
    files = {path.name: sha256(path) for path in seen.inputs}
    if config.since is not None:
        _go_on_from(config.since, folder)
    before = _watched(folder, seen, files, config)
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(folder / LEDGER)
    fixed = {"name": seen.name, "model": seen.model, "limits": limits(config)}
    if before is None:
        ledger.append("watch", **fixed)
    elif before["limits"] != fixed["limits"]:
        ledger.amend("limits", before=before["limits"], after=fixed["limits"], why=config.why)
    ledger.output(write_atomic(folder / WATCH, json.dumps(fixed, indent=1, sort_keys=True) + "\n"))
    progress(2, _STEPS, "writing")
    result = write(folder, seen, files, ledger)
    progress(_STEPS, _STEPS, "done")
    return result


def _go_on_from(since: Path, folder: Path) -> None:
    """Copy a record of earlier checks. Raises RecordError where it was changed, UsageError where it is none."""
    from pharmakon.record.audit import verify

    if not (since / WATCH).is_file():
        raise UsageError(f"{since} is no record of monitoring")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty: a record that goes on from another begins in a new folder")
    found = verify(since)
    if not found.ok:
        raise RecordError(f"{since} is not as it was written: {'; '.join(found.problems[:3])}")
    shutil.copytree(since, folder, dirs_exist_ok=True)


def _of_model(config: MonitorConfig, progress: Progress) -> Seen:
    """A molecule model on a table."""
    import numpy as np

    from pharmakon.chem.standardize import standardize
    from pharmakon.engine.threads import one_thread
    from pharmakon.predict.curate import curate
    from pharmakon.predict.monitoring import observe, reference
    from pharmakon.predict.panel import card_file, load_model
    from pharmakon.predict.uncertainty import LEVEL
    from pharmakon.store.tables import open_table

    from .assay import AssayConfig, open_assay

    model = load_model(config.model)
    table = open_table(config.data, smiles=config.smiles, id=config.id)
    measured: dict[str, float] = {}
    notes: list[str] = list(table.notes)
    if config.value:
        asked = AssayConfig(
            data=config.data, smiles=config.smiles, value=config.value, id=config.id, positive=config.positive
        )
        clean = curate(
            open_assay(asked)[0].rows(), value=config.value, kind=model.property.kind, positive=config.positive
        )
        measured = dict(zip(clean.smiles, clean.y.tolist(), strict=True))
        notes += clean.notes
        # Values without a number are no small matter: those beyond the assay's range are the hardest.
        lost = {why: n for why, n in clean.set_aside.items() if why not in NO_LOSS}
        notes += [f"{n:,} rows were not judged: {why}." for why, n in lost.items()]
    smiles, unread, rows = _structures(table.rows(), standardize)
    if not smiles:
        raise UsageError(f"none of the {rows:,} rows of {config.data} has a structure that can be read")
    if unread:
        notes.append(f"{unread:,} of {rows:,} rows could not be read and count for nothing.")
    progress(1, _STEPS, "predicting")
    with one_thread():
        seen = observe(model, smiles, np.array([measured.get(text, np.nan) for text in smiles]))
        was = reference(model, seed=config.seed)
    if seen.known:
        notes.append(
            f"{seen.known:,} molecules have the fingerprint of one that the model was trained on (the same, a "
            "homologue or a stereoisomer), and were left out."
        )
    if not len(seen.rows):
        raise UsageError(
            f"every molecule of {config.data} has the fingerprint of one that the model was trained on: there is "
            "nothing to learn"
        )
    outside = int((np.isfinite(seen.y) & ~seen.in_domain).sum())
    if outside:
        notes.append(f"{outside:,} measured molecules lie outside the domain; the checks are of those inside.")
    checks = of_molecules(model.property, seen, was, limits(config), nominal=LEVEL, seed=config.seed)
    facts = {
        "molecules": len(seen.rows),
        "measured": int(np.isfinite(seen.y).sum()),
        "similarity": np.round(seen.similarity, 3).tolist(),
        "similarity of training": np.round(was.similarity, 3).tolist(),
        "measured values": seen.y[np.isfinite(seen.y)].tolist(),
        "estimates": seen.value[np.isfinite(seen.y)].tolist(),
        "unit": model.property.unit,
    }
    card = sha256(card_file(config.model))
    return Seen(model.name, model.property.title, card, "molecules", checks, facts, [config.data], notes)


def _structures(rows: Any, standardize: Any) -> tuple[list[str], int, int]:
    """The distinct standardised structures, how many rows had none, and how many rows there are."""
    found: dict[str, None] = {}
    unread = count = 0
    row: Row
    for row in rows:
        count += 1
        done = None if row.problem else standardize(row.structure)
        if done is None or done.problem:
            unread += 1
        else:
            found[done.smiles] = None
    return list(found), unread, count


def _of_signature(config: MonitorConfig) -> Seen:
    """A frozen signature on a cohort."""
    from .monitor_signature import observed

    return observed(config)


def _watched(folder: Path, seen: Seen, files: Mapping[str, str], config: MonitorConfig) -> dict[str, Any] | None:
    """What the record fixed at its first check; None where there is no record yet."""
    path = folder / WATCH
    if not path.is_file():
        if folder.is_dir() and any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty, and no record of monitoring; choose another -o")
        return None
    try:
        before: dict[str, Any] = json.loads(path.read_bytes())
        if before["model"] != seen.model:
            raise UsageError(
                f"{folder} is the record of {before['name']}, or of another version of it; choose another -o"
            )
        for earlier in sorted((folder / CHECKS).glob("*.json")):
            held = json.loads(earlier.read_bytes())
            if held["inputs"] == dict(files):
                raise UsageError(f"check {held['number']} was of these very files: a check counts once")
        changed = before["limits"] != limits(config)
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{path} or a check beside it is damaged: {error}") from None
    if changed and not config.why:
        raise UsageError(f"the limits are others than in {path}: say why (--why), or leave them as they were")
    return before
