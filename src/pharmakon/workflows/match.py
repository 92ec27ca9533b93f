"""match: treatments ranked for a patient, by a response model and the patient's profile."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .recorded import recorded
from .train_response import OUTPUT

if TYPE_CHECKING:
    from pharmakon.therapy.match import Match
    from pharmakon.therapy.predictor import ResponsePredictor
    from pharmakon.therapy.profiles import Profiles

FIELDS = ("patient", "drug", "value", "low", "high", "percentile", "verdict", "why", "reasons", "trained_on")
HEADINGS = {"value": "ln_ic50_ln_uM", "low": "low_90", "high": "high_90", "percentile": "percentile_of_lines"}
"""Columns of the table that say more than the field they come from."""
DECIMALS = 3


class MatchConfig(Config):
    """Whom to match with what."""

    patients: Path = Field(description="table of profiles: wide (expression:GENE, mutation:GENE) or gene,kind,value")
    model: Path = Field(OUTPUT, description="folder that pharmakon train-response wrote")
    drugs: Path | None = Field(None, description="table of candidates, names or SMILES in its first column (all drugs)")
    smiles: tuple[str, ...] = Field((), description="a new molecule; may be repeated")
    scale: Literal["as-is", "cohort"] = Field(
        "as-is", description="expression: as the model's table has it, or z-scores over these patients"
    )
    output: Path | None = Field(None, description="table to write: CSV, or JSON by its name")


@dataclass(frozen=True, slots=True)
class MatchResult(Shown):
    """Treatments of each patient in order, what to keep in mind, and what the model was made of."""

    matches: list[Match]
    found: dict[str, dict[str, float]]
    """For each patient, the share of the model's genes that the profile has, by kind."""
    notes: list[str] = field(default_factory=list)
    output: Path | None = None


def run(config: MatchConfig, *, progress: Progress = silent) -> MatchResult:
    """Rank. Raises DataError for a table that cannot be read, UnknownName for a drug that is no SMILES either."""
    from pharmakon.core.files import write_atomic
    from pharmakon.store.models import paths_of
    from pharmakon.therapy.match import WARNING, match
    from pharmakon.therapy.predictor import ResponsePredictor
    from pharmakon.therapy.profiles import read_profiles
    from pharmakon.therapy.trained_on import trained_on

    profiles = read_profiles(config.patients)
    if config.scale == "cohort":
        profiles = profiles.standardised_over_patients()
    progress(0, 1, "reading the model")
    predictor = ResponsePredictor.load(config.model)
    names, smiles = _candidates(config, predictor)
    matches = match(predictor, profiles, names, smiles)
    _, shares = profiles.aligned(predictor.model.cells_.genes_)
    found = {who: {kind: float(share[i]) for kind, share in shares.items()} for i, who in enumerate(profiles.ids)}
    seen = trained_on(predictor.model, profiles)
    notes = [*(one.sentence(who) for who, one in seen.items()), *_spelling(profiles, predictor), WARNING]
    if licence := str(predictor.card.get("licence", "")):
        notes.append(f"licence of the model: {licence}")
    if config.output is not None:
        inputs = [path for path in (config.patients, config.drugs) if path is not None]
        with recorded("match", config, [config.output], inputs=[*inputs, *paths_of(config.model)]):
            write_atomic(config.output, _text(matches, found, notes, as_json=config.output.suffix == ".json"))
    progress(1, 1, "")
    return MatchResult(matches, found, notes, config.output)


def _spelling(profiles: Profiles, predictor: ResponsePredictor) -> list[str]:
    """What to say where genes would be found if case did not count: symbols of the mouse are no human genes."""
    said = []
    for kind, wanted in predictor.model.cells_.genes_.items():
        own = profiles.genes.get(kind, ())
        folded = {gene.casefold() for gene in wanted}
        alike = [gene for gene in own if gene.casefold() in folded and gene not in wanted]
        if len(alike) > len({*own} & {*wanted}):
            said.append(
                f"{len(alike):,} {kind.replace('_', ' ')} genes are the model's but for their case ({alike[0]}): "
                "symbols of the mouse? They are not taken for human ones"
            )
    return said


def as_rows(matches: list[Match]) -> list[dict[str, Any]]:
    """Plain rows with rounded numbers, None for those that cannot be told, and reasons in words."""
    from pharmakon.therapy.match import said

    rows = []
    for item in matches:
        row = asdict(item) | {"reasons": [said(push) for push in item.reasons]}
        rows.append({HEADINGS.get(name, name): _rounded(row[name]) for name in FIELDS})
    return rows


def _rounded(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return round(value, DECIMALS) if math.isfinite(value) else None


def _candidates(config: MatchConfig, predictor: Any) -> tuple[list[str] | None, list[str]]:
    """Names of the screen, None for all, and SMILES. A word that is neither is an unknown drug."""
    from pharmakon.chem.parse import to_mol
    from pharmakon.store.matrix import read_frame

    if config.drugs is None:
        return None, list(config.smiles)
    known = {drug.casefold() for drug in predictor.model.drugs_}
    words = [word for word in read_frame(config.drugs).iloc[:, 0] if word]
    names = [word for word in words if word.casefold() in known or to_mol(word) is None]
    return names, [*(word for word in words if word not in names), *config.smiles]


def _text(matches: list[Match], found: dict[str, dict[str, float]], notes: list[str], *, as_json: bool) -> str:
    from pharmakon.store.plain import document
    from pharmakon.store.writers import guarded

    rows = as_rows(matches)
    if as_json:
        return document({"matches": rows, "genes found": found, "notes": notes})
    out = io.StringIO()
    writer = csv.DictWriter(out, [HEADINGS.get(name, name) for name in FIELDS], lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = row | {"reasons": "; ".join(row["reasons"])}
        writer.writerow({name: guarded(cell) if isinstance(cell, str) else cell for name, cell in cells.items()})
    return out.getvalue()
