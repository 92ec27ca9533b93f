"""explain: why a frozen signature gives a patient this risk, marker by marker, beside what the clinic alone says."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import UnknownName, did_you_mean
from pharmakon.core.types import Progress, silent
from pharmakon.core.words import joined
from pharmakon.record.notebook import Shown

if TYPE_CHECKING:
    from pharmakon.biomarkers.block import Block
    from pharmakon.biomarkers.cohort import Cohort
    from pharmakon.core.types import Floats

    from .study_signature import Frozen

WARNING = "it explains the signature, not the disease: a marker goes with the outcome and need not cause it"
FAR = 4.0
"""Standard deviations from the training mean beyond which a value is far from what the signature knows."""
RESULT = "result.json"
"""What a discovery found, beside the signature's folder."""
NAMED = 3
"""Markers that the sentences name."""
CLINICAL = "clinical"
_BY_ROW = re.compile(r"#\d{1,9}(,\d{1,9})*")


class ExplainConfig(Config):
    """Which signature, and whose risk."""

    signature: Path = Field(description="folder of the signature: the one that discover wrote, or signature/ in it")
    cohort: Path = Field(description="TOML file of the cohort that the patients are in")
    patient: str = Field(
        "", description="one patient, as the clinical table calls it, or #4 for its fourth row; all when not given"
    )
    output: Path | None = Field(
        None, description="table to write, a line a marker and patient: CSV, or JSON by its name"
    )


@dataclass(frozen=True, slots=True)
class Push:
    """What one marker does to one patient's risk."""

    block: str
    marker: str
    value: float
    away: float
    """Standard deviations above the training mean."""
    score: float
    """What it adds to the linear score, against the training mean."""
    change: float
    """The risk, less the risk if this marker alone were at the training mean."""
    stable: bool
    """Whether stability selection took it in the cohort that made the signature."""

    @property
    def told(self) -> str:
        """The marker in words, such as "CXCL9 at 3.1, high"."""
        if math.isnan(self.value):
            return f"{self.marker}, not measured"
        if "=" in self.marker:
            return self.marker if self.value > 0.5 else f"not {self.marker}"
        size = "high" if self.away > 1 else "low" if self.away < -1 else "near the mean"
        return f"{self.marker} at {self.value:.3g}, {size}"


@dataclass(frozen=True, slots=True)
class Explained:
    """One patient's risk taken apart. Risks are NaN where there is none."""

    patient: str
    what: str
    kind: str
    risk: float
    mean: float
    """The risk of a patient whose every marker is at the training mean."""
    clinical: float
    """The risk that the clinical variables alone give; NaN without them."""
    pushes: tuple[Push, ...]
    """Every marker with a weight, the strongest first."""
    seen: bool
    """Whether the patient made the signature."""
    stability: bool
    """Whether it is known which markers were stable."""

    @property
    def notes(self) -> list[str]:
        """What keeps this risk from being taken at its word."""
        notes = []
        if not math.isfinite(self.risk):
            notes.append("lacks every block that the signature takes: no risk")
        if self.seen:
            notes.append("made the signature, which has seen how it ended: the risk flatters")
        if far := [push.marker for push in self.pushes if abs(push.away) > FAR]:
            notes.append(
                f"{joined(far[:NAMED])} more than {FAR:g} standard deviations from training: the risk is a guess there"
            )
        if gaps := [push.marker for push in self.pushes if math.isnan(push.value) and push.score]:
            notes.append(f"{len(gaps)} of {len(self.pushes)} markers are not measured and count as training's median")
        return notes

    @property
    def sentences(self) -> list[str]:
        """What a clinician reads: made of the numbers alone."""
        if not math.isfinite(self.risk):
            return []
        said, points = (_plain, _plain) if self.kind == "continuous" else (_percent, _points)
        found = [f"{self.what}: {said(self.risk)}; a patient at the mean of all markers has {said(self.mean)}."]
        if math.isfinite(self.clinical):
            change = points(self.risk - self.clinical)
            found.append(f"The clinical variables alone say {said(self.clinical)}; all together move that by {change}.")
        for verb, side in (("raises", 1), ("lowers", -1)):
            if most := [push for push in self.pushes if side * push.score > 0][:NAMED]:
                found.append(
                    f"What {verb} it most: {joined([f'{push.told} ({points(push.change)})' for push in most])}."
                )
        top = [push for push in self.pushes if push.score][: 2 * NAMED]
        if self.stability and top:
            number = sum(push.stable for push in top)
            found.append(f"Of the {len(top)} that weigh most here, {number} were stable when the signature was made.")
        return found


@dataclass(frozen=True, slots=True)
class ExplainResult(Shown):
    """Patients in the order of the cohort."""

    name: str
    what: str
    """What the risk is of."""
    share: bool
    """Whether a risk is a probability."""
    patients: list[Explained]
    notes: list[str] = field(default_factory=list)
    output: Path | None = None

    def rows(self) -> list[dict[str, Any]]:
        """A line for each marker of each patient."""
        return [
            {
                "patient": one.patient,
                "risk": _short(one.risk),
                "mean": _short(one.mean),
                "clinical_alone": _short(one.clinical),
                "block": push.block,
                "marker": push.marker,
                "value": _short(push.value),
                "standard_deviations": _short(push.away),
                "score": _short(push.score),
                "change": _short(push.change),
                "stable": "" if not one.stability else "yes" if push.stable else "no",
            }
            for one in self.patients
            for push in one.pushes
        ]


def run(config: ExplainConfig, *, progress: Progress = silent) -> ExplainResult:
    """Take the risks of a cohort's patients apart. Nothing is fitted or judged.

    Raises UnknownName for a patient who is not there, DataError where the cohort lacks features of the signature.
    """
    from pharmakon.biomarkers.cohort import paths_of, read_cohort
    from pharmakon.store.models import paths_of as files_of_model

    from .recorded import recorded
    from .study_signature import load
    from .validate import signature_folder

    progress(0, 1, "reading")
    folder = signature_folder(config.signature)
    frozen = load(folder)
    cohort = read_cohort(config.cohort, levels=frozen.card["levels"])
    signature = frozen.signature
    what = signature.outcome
    if signature.kind == "binary":
        what = f"{what} = {signature.positive}"
    elif signature.kind == "survival":
        what = f"{what} within {signature.horizon:g}"
    progress(1, 1, "taking apart")
    wanted = _wanted(config, cohort)
    patients = list(_explained(frozen, cohort, wanted, _stable(folder), what))
    result = ExplainResult(str(frozen.card["name"]), what, signature.kind != "continuous", patients, [WARNING])
    output = config.output
    if output is None:
        return result
    beside = folder.parent / RESULT
    inputs = [*files_of_model(folder), *([beside] if beside.is_file() else []), *paths_of(config.cohort)]
    if config.patient:  # a record goes further than a table, and a name in it would go with it
        config = config.model_copy(update={"patient": "#" + ",".join(str(row + 1) for row in wanted)})
    with recorded("explain-signature", config, [output], inputs=inputs):
        return _written(result, output)


def _wanted(config: ExplainConfig, cohort: Cohort) -> list[int]:
    """Positions of the samples asked for."""
    if not config.patient:
        return list(range(len(cohort)))
    rows = [i for i, names in enumerate(zip(cohort.ids, cohort.patients, strict=True)) if config.patient in names]
    if not rows and _BY_ROW.fullmatch(config.patient):
        rows = [int(number) - 1 for number in config.patient[1:].split(",")]
        rows = rows if all(0 <= row < len(cohort) for row in rows) else []
    if not rows:
        raise _unknown(config.patient, [*cohort.ids, *map(str, cohort.patients)], config.cohort)
    return rows


def check_patient(cohort: Path, patient: str) -> None:
    """Look a patient up in the clinical table of a cohort's file, before anything else is read.

    Raises UnknownName for one who is not there, ConfigError or DataError where the table cannot be read.
    """
    from pharmakon.biomarkers.cohort import read_declaration
    from pharmakon.store.matrix import read_frame

    clinical = read_declaration(cohort).clinical
    own = [clinical.patient] if clinical.patient else []
    table = read_frame(cohort.parent / clinical.file, columns=[clinical.id, *own])
    names = [str(name) for name in table.to_numpy().ravel()]
    if patient not in names and not _BY_ROW.fullmatch(patient):
        raise _unknown(patient, names, cohort)


def _unknown(patient: str, names: Sequence[str], cohort: Path) -> UnknownName:
    """Names the patient most alike at most: the error goes where no list of patients should."""
    return UnknownName("patient", patient, (), where=cohort.name, hint=did_you_mean(patient, names))


def _stable(folder: Path) -> set[tuple[str, str]] | None:
    """(block, marker) that were stable in the run that made the signature.

    None where that run is not beside it, or looked for none.
    """
    result = folder.parent / RESULT
    if not result.is_file():
        return None
    said = json.loads(result.read_text(encoding="utf-8")).get("stable markers")
    return {(block, name) for block, names in said.items() for name in names} if said else None


def _explained(
    frozen: Frozen, cohort: Cohort, rows: Sequence[int], stable: set[tuple[str, str]] | None, what: str
) -> Iterator[Explained]:
    import numpy as np

    batch = cohort.role("batch")
    signature, ready = frozen.signature, frozen.prepared(cohort.blocks, batch)
    risks = frozen.apply(cohort.blocks, batch)
    names, terms = signature.contributions(ready)
    mean = signature.risks_at(ready, risks.score - terms.sum(axis=1))
    # The risk with one marker at the mean, for each marker.
    without = np.column_stack([signature.risks_at(ready, risks.score - term) for term in terms.T])
    alone = np.full(len(cohort), np.nan)
    if CLINICAL in ready and (CLINICAL,) in signature.fusions and len(signature.models) > 1:
        alone = signature.apply({CLINICAL: ready[CLINICAL]}).value
    values, away = _measured(frozen, cohort, ready)
    for i in rows:
        pushes = [
            Push(
                block=names[j][0],
                marker=names[j][1],
                value=float(values[i, j]),
                away=float(away[i, j]),
                score=float(terms[i, j]),
                change=float(risks.value[i] - without[i, j]),
                stable=stable is not None and names[j] in stable,
            )
            for j in np.argsort(-np.abs(terms[i]), kind="stable")
        ]
        yield Explained(
            patient=cohort.ids[i],
            what=what,
            kind=signature.kind,
            risk=float(risks.value[i]),
            mean=float(mean[i]),
            clinical=float(alone[i]),
            pushes=tuple(pushes),
            seen=bool(risks.seen[i]),
            stability=stable is not None,
        )


def _measured(frozen: Frozen, cohort: Cohort, ready: Mapping[str, Block]) -> tuple[Floats, Floats]:
    """Of every marker and patient (n, q) the value as it was given, and how many SDs above the training mean it is."""
    import numpy as np

    values, away = [np.empty((len(cohort), 0))], [np.empty((len(cohort), 0))]
    for name, model in frozen.signature.models.items():
        if name not in ready:
            blank = np.full((len(cohort), len(model.features)), np.nan)
            values, away = [*values, blank], [*away, blank]
            continue
        for block, found in ((cohort.blocks[name], values), (ready[name], away)):
            place = {feature: j for j, feature in enumerate(block.features)}
            found.append(block.values[:, [place[feature] for feature in model.features]])
        away[-1] = (away[-1] - model.scaler.mean) * model.scaler.per_unit
    return np.concatenate(values, axis=1), np.concatenate(away, axis=1)


def _short(value: float) -> float | None:
    """Six digits; nothing where there is no number."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _points(value: float) -> str:
    return f"{100 * value:+.0f} points"


def _plain(value: float) -> str:
    return f"{value:.3g}"


def _written(result: ExplainResult, path: Path) -> ExplainResult:
    from pharmakon.core.files import write_atomic
    from pharmakon.store.plain import document
    from pharmakon.store.writers import CsvText

    rows = result.rows()
    if path.suffix == ".json":
        text = document(rows)
    else:
        table = CsvText(list(rows[0]) if rows else ["patient"])
        text = table.header() + table.text(rows)
    write_atomic(path, text)
    return replace(result, output=path)
