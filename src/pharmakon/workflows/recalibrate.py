"""recalibrate: a model's intervals and values fitted to a laboratory's own measurements, its weights untouched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from pharmakon.core.access import SAID, TERMS, AccessClass, stated
from pharmakon.core.errors import UsageError
from pharmakon.core.types import Problem, Progress, silent
from pharmakon.record.notebook import Shown

from .assay import AssayConfig, open_assay, spare
from .recorded import model_files, recorded
from .train import check_name

_STEPS = 4


class RecalibrateConfig(AssayConfig):
    """Which model, and whose measurements."""

    model: str = Field(description="a shipped model's name or a model folder")
    name: str | None = Field(None, description="the new model's name; the old one's with _recalibrated when not given")
    output: Path | None = Field(None, description="model folder to write; models/NAME when not given")
    correction: Literal["auto", "identity", "offset", "linear"] = Field(
        "auto", description="how values are corrected; chosen by cross-validation when auto"
    )
    access: AccessClass | None = Field(None, description=SAID)
    terms: str = Field("", description=TERMS)
    overwrite: bool = Field(False, description="replace another model in the output folder")
    seed: int = Field(0, ge=0, description="seed of every random choice")


@dataclass(frozen=True, slots=True)
class RecalibrateResult(Shown):
    """A recalibrated model: where it is, its card, and what became of the rows."""

    folder: Path
    card: dict[str, Any]
    problems: list[Problem]
    notes: list[str] = field(default_factory=list)


def run(config: RecalibrateConfig, *, progress: Progress = silent) -> RecalibrateResult:
    """Fit, judge on molecules that were not fitted, and write a new model folder.

    Raises UnknownName for a wrong model or column, DataError where fewer than 20 molecules can be used.
    """
    from pharmakon.core.files import sha256
    from pharmakon.engine.threads import one_thread
    from pharmakon.predict.curate import curate
    from pharmakon.predict.model import BORROWS
    from pharmakon.predict.panel import card_file, load_model, model_place
    from pharmakon.predict.recalibration import measure
    from pharmakon.predict.recalibration_card import recalibrated

    progress(0, _STEPS, "reading")
    source, model = model_place(config.model), load_model(config.model)
    name = config.name or f"{model.name}_recalibrated"
    check_name(name)
    output = config.output or Path("models") / name
    if output.resolve() == source.resolve():
        raise UsageError(f"{output} is the model itself, which stays as it is; choose another -o")
    table, value = open_assay(config)
    made_of = {"model_card_sha256": sha256(card_file(config.model)), "sha256": sha256(config.data)}
    if not config.overwrite:
        spare(output, same=lambda card: _is_of(card, made_of), made_of="this model and this table")
    progress(1, _STEPS, "standardising structures")
    what = model.property
    clean = curate(
        table.rows(), value=value, kind=what.kind, positive=config.positive, minimum=what.low, maximum=what.high
    )
    dataset: dict[str, Any] = stated(config.access, config.terms) | {
        **made_of,
        "file": config.data.name,
        "structure": table.structure_column,
        "value": value,
        "rows": clean.read,
        "set_aside": clean.set_aside,
    }
    with one_thread():
        progress(2, _STEPS, "predicting")
        seen = measure(model, clean.smiles, clean.y, seed=config.seed)
        progress(3, _STEPS, "fitting and judging")
        form = None if config.correction == "auto" else config.correction
        made = recalibrated(model, seen, dataset=dataset, name=name, form=form, seed=config.seed)
    made.card.pop(BORROWS, None)  # a user's model outlives the network of this version: it gets its own copy
    inputs = [config.data, *model_files(config.model)]
    with recorded("recalibrate", config, [output], inputs=inputs, seed=config.seed):
        made.save(output, weights=source if source.is_dir() else None)
    progress(_STEPS, _STEPS, "done")
    found = made.card["notes"][len(model.card.get("notes", [])) :]
    return RecalibrateResult(output, made.card, clean.problems, [*table.notes, *clean.notes, *found])


def _is_of(card: Mapping[str, Any], made_of: Mapping[str, str]) -> bool:
    """Whether a model is this one recalibrated to this table."""
    held = card.get("recalibration", {})
    return all(held.get(key) == value for key, value in made_of.items())
