"""What is predicted of each design, as the exact text that designs.csv and the report both carry."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rdkit.Chem import Mol

from pharmakon.chem import alerts
from pharmakon.chem.descriptors import NAMED, named
from pharmakon.chem.parse import to_mol
from pharmakon.chem.reference import percentile
from pharmakon.chem.routes import Route
from pharmakon.core.types import Estimates
from pharmakon.design.guard import Guard
from pharmakon.design.lineage import Archive, Record, ancestry
from pharmakon.design.novelty import NOVELTY, collection
from pharmakon.design.objective import Judge, Objective
from pharmakon.predict.features import Features
from pharmakon.predict.panel import Panel
from pharmakon.record.ledger import Ledger
from pharmakon.store.runs import RunFolder
from pharmakon.store.writers import show

from .design_routes import NONE_FOUND, ROUTE, ROUTE_STEPS
from .predict import PER_MODEL, cells_of

if TYPE_CHECKING:
    from pharmakon.engine.base import Engine
    from pharmakon.record.statement import Part

DESCRIPTORS = ("mw", "logp", "tpsa", "qed", "sa_score")
ASPECTS = {"": "", "similarity": "_nearest_similarity", "domain": "_in_domain"}
"""What may be asked of a model besides its property, and the ending of the column that says it."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known when the search has ended."""

    name: str
    text: str
    """The effective configuration."""
    diversity: float
    batch: int
    given: frozenset[str]
    """What the user named, of which the best score is told apart."""
    mode: str
    guard: Guard | None
    objective: Objective
    panel: Panel
    archive: Archive
    """Every molecule once."""
    stages: Sequence[Sequence[Record]]
    """Every call of each stage, in order; one stage where the goal file names none."""
    chosen: Sequence[Record]
    front: Mapping[str, int]
    """The front of each molecule, from 1; empty where the goals make one score."""
    folder: RunFolder
    ledger: Ledger
    engine: Engine
    used: tuple[str, ...]
    stock: Path | None = None
    routes: Mapping[str, Route | None] | None = None
    """The route of each design from the stock, None where none was found; None without a stock."""
    own: tuple[str, ...] = ()
    """The names of the user's own scorers."""
    notes: tuple[str, ...] = ()
    """What the search itself has to say."""
    nothing: str = ""
    """What to say where there are no designs."""
    aside: Part | None = None
    """What a scorer has to say of the designs."""


def table_of(dossier: Dossier, found: Mapping[str, Estimates]) -> list[dict[str, str]]:
    """One row a design, every cell as the exact text that the file, and the report, carry."""
    cells = {name: dict(zip(PER_MODEL, cells_of(got), strict=True)) for name, got in found.items()}
    mols = [to_mol(record.smiles) for record in dossier.chosen]
    numbers = {name: named(mols, name) for name in descriptors(dossier.objective)}
    potency = lead_model(dossier)
    actives = dossier.panel.models[potency].neighbours(Features(mols), k=1, good=True) if potency else []
    places = _places(dossier, mols)
    nearest = nearest_known(dossier.objective, mols)
    rows = []
    for i, (record, mol) in enumerate(zip(dossier.chosen, mols, strict=True)):
        row: dict[str, object] = {
            "rank": i + 1,
            "name": f"D{i + 1:03d}",
            "smiles": record.smiles,
            "score": f"{record.score:.6g}",
        }
        if dossier.front:
            row["front"] = dossier.front[record.smiles]
        parts = record.evaluation.parts
        row |= {f"desirability:{name}": f"{p.desirability:.4f}" for name, p in parts.items()}
        row |= {f"missed:{j.key}": f"{j.missed(parts[j.key]):.4g}" for j in dossier.objective.judges}
        row |= {name + suffix: column[i] for name, columns in cells.items() for suffix, column in columns.items()}
        for name in numbers:
            row[name] = f"{numbers[name][i]:.3f}"
            row[f"{name}_percentile"] = f"{percentile(numbers[name][i : i + 1], name)[0]:.1f}"
        row["alerts"] = "; ".join(alert.name for alert in alerts.find(mol)) if mol is not None else ""
        if dossier.routes is not None:
            row |= route_cells(dossier.routes[record.smiles])
        for judge in dossier.objective.judges:
            part, column = parts[judge.key], value_column(judge)
            row.setdefault(column, f"{part.value:.5g}")
            if is_estimated(judge, dossier.own):
                row |= {f"{column}_low": f"{part.low:.5g}", f"{column}_high": f"{part.high:.5g}"}
            if judge.term.over and not judge.cheap:
                row[f"{column}_in_domain"] = "yes" if part.in_domain else "no"
        if potency:
            row["novelty"] = f"{1 - found[potency].nearest_similarity[i]:.3f}"
            near = actives[i][0] if actives[i] else None
            row["nearest_active"] = near.id if near else ""
            row["nearest_active_value"] = f"{near.value:.5g}" if near else ""
            row["nearest_active_similarity"] = f"{near.similarity:.3f}" if near else ""
        row |= _kept(dossier, mol, columns=places)
        row |= nearest[i]
        row |= {
            "call": record.call,
            "batch": record.batch,
            "parents": " ".join(record.parents),
            "operators": " + ".join(record.operators) or "start",
            "steps": _steps(dossier.archive, record.smiles),
        }
        rows.append({key: value if isinstance(value, str) else show(value) for key, value in row.items()})
    return rows


def _places(dossier: Dossier, mols: Sequence[Mol | None]) -> list[str]:
    """The names of the places where the designs of a mode differ: R1, R2, linker, core ..."""
    guard = dossier.guard
    named_ = {place for mol in mols if mol is not None and guard is not None for place in guard.changed(mol)}
    return sorted(named_)


def _kept(dossier: Dossier, mol: Mol | None, *, columns: Sequence[str]) -> dict[str, object]:
    """What a mode kept of a design, and what is at each place; a hydrogen where nothing is."""
    if dossier.guard is None or mol is None:
        return {}
    changed = dossier.guard.changed(mol)
    kept = dossier.guard.kept(mol)
    return {"mode": dossier.mode, "kept_atoms": len(kept)} | {name: changed.get(name, "[H]") for name in columns}


def route_cells(route: Route | None) -> dict[str, object]:
    """A route as the table has it: its steps, joined by semicolons, and how many they are."""
    if route is None:
        return {"route": NONE_FOUND, "route_steps": ""}
    return {"route": "; ".join(route.lines), "route_steps": len(route.steps)}


def nearest_known(objective: Objective, mols: Sequence[Mol | None]) -> list[dict[str, str]]:
    """Of each molecule, the most similar one of the collection that the goal file names; nothing without one."""
    if not objective.known:
        return [{} for _ in mols]
    known = collection(objective.known)
    rows = []
    for similarity, index in zip(*known.nearest(mols), strict=True):
        name, smiles = known[int(index)]
        rows.append(
            {
                "novelty": f"{1 - similarity:.3f}",
                "nearest_known": name,
                "nearest_known_smiles": smiles,
                "nearest_known_similarity": f"{similarity:.3f}",
            }
        )
    return rows


def descriptors(objective: Objective) -> tuple[str, ...]:
    """The descriptors that every table has, then others that were asked for."""
    asked = [j.term.property for j in objective.judges if j.cheap and value_column(j) in NAMED]
    return tuple(dict.fromkeys([*DESCRIPTORS, *asked]))


def value_column(judge: Judge) -> str:
    """The column that holds what a wish is about. The column "alerts" holds names; "value:alerts" is their number."""
    name, _, aspect = judge.term.property.partition(".")
    if judge.term.over:
        return f"value:{judge.term.name()}"
    if judge.term.property in (ROUTE, ROUTE_STEPS):
        return "route_found" if judge.term.property == ROUTE else "route_steps"
    if not judge.cheap:
        return name + ASPECTS[aspect]
    if name == NOVELTY.name:
        return name
    return name if name in NAMED and name != "alerts" else f"value:{judge.term.name()}"


def is_estimated(judge: Judge, own: Collection[str]) -> bool:
    """Whether a wish has an interval in columns of its own, as a difference and a user's own scorer have."""
    return not judge.cheap and (bool(judge.term.over) or judge.term.property in own)


def lead_model(dossier: Dossier) -> str:
    """The model of the first goal that asks for more of something: what the designs are for."""
    asked = [judge.term.property for judge in dossier.objective.goals]
    models = [dossier.panel.models[name] for name in asked if name in dossier.panel.models]
    return next((m.name for m in models if m.property.better == "high"), models[0].name if models else "")


def _steps(archive: Archive, smiles: str) -> int:
    """The length of the longest line of descent from a starting molecule."""
    depth: dict[str, int] = {}
    for record in reversed(ancestry(archive, smiles)):
        depth[record.smiles] = 1 + max((depth[parent] for parent in record.parents if parent in depth), default=-1)
    return depth[smiles]
