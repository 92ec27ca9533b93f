"""recalibrate: a model's intervals and values fitted to a laboratory's own measurements, its weights untouched."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import UnknownName, UsageError
from pharmakon.core.types import Problem, Progress, silent

from .train import check_name, only_value_column

_STEPS = 4


class RecalibrateConfig(Config):
    """Which model, and whose measurements."""

    model: str = Field(description="a shipped model's name or a model folder")
    data: Path = Field(description="table of structures and measurements: CSV, TSV, SMI, SDF or Parquet, also gzipped")
    smiles: str | None = Field(None, description="structure column; guessed when not given")
    value: str | None = Field(None, description="column of measured values; needed unless only one column is left")
    id: str | None = Field(None, description="identifier column; guessed when not given")
    name: str | None = Field(None, description="the new model's name; the old one's with _recalibrated when not given")
    output: Path | None = Field(None, description="model folder to write; models/NAME when not given")
    positive: str | None = Field(None, description="the text that stands for class 1")
    correction: Literal["auto", "identity", "offset", "linear"] = Field(
        "auto", description="how values are corrected; chosen by cross-validation when auto"
    )
    seed: int = Field(0, ge=0, description="seed of every random choice")


@dataclass(frozen=True, slots=True)
class RecalibrateResult:
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
    from pharmakon.predict.model import Model
    from pharmakon.predict.panel import model_folder
    from pharmakon.predict.recalibration import measure
    from pharmakon.predict.recalibration_card import recalibrated
    from pharmakon.store.models import CARD
    from pharmakon.store.tables import open_table

    progress(0, _STEPS, "reading")
    source = model_folder(config.model)
    model = Model.load(source)
    name = config.name or f"{model.name}_recalibrated"
    check_name(name)
    output = config.output or Path("models") / name
    if output.resolve() == source.resolve():
        raise UsageError(f"{output} is the model itself, which stays as it is; choose another -o")
    table = open_table(config.data, smiles=config.smiles, id=config.id)
    value = config.value or only_value_column(table.columns, {table.structure_column, table.id_column})
    if value not in table.columns:
        raise UnknownName("column", value, table.columns, where=str(config.data))
    progress(1, _STEPS, "standardising structures")
    clean = curate(table.rows(), value=value, kind=model.property.kind, positive=config.positive)
    dataset: dict[str, Any] = {
        "model_card_sha256": sha256(source / CARD),
        "file": config.data.name,
        "sha256": sha256(config.data),
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
    made.save(output, weights=source)
    progress(_STEPS, _STEPS, "done")
    found = made.card["notes"][len(model.card.get("notes", [])) :]
    return RecalibrateResult(output, made.card, clean.problems, [*table.notes, *clean.notes, *found])
