"""The evidence of a design run: what is predicted of each design and why, as designs.csv, designs.sdf and report.html."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pharmakon.chem import alerts, depict
from pharmakon.chem.descriptors import NAMED, named
from pharmakon.chem.parse import to_mol
from pharmakon.core.types import Estimates, Progress, Property
from pharmakon.design.lineage import Archive, Record, ancestry
from pharmakon.design.objective import Objective
from pharmakon.explain.attribution import AtomWeights, scaled, sentence
from pharmakon.predict.features import Features
from pharmakon.predict.panel import Panel
from pharmakon.record import report
from pharmakon.record.charts import TrajectoryPoint
from pharmakon.record.ledger import Ledger
from pharmakon.record.report import Value
from pharmakon.store.runs import RunFolder
from pharmakon.store.writers import CsvText, SdfWriter, show

from . import design
from .predict import FORMATS, PER_MODEL, record_of
from .structures import structures

if TYPE_CHECKING:
    from pharmakon.engine.base import Engine

DESCRIPTORS = ("mw", "logp", "tpsa", "qed", "sa_score")
NEIGHBOURS = 3
LIMITS = (
    "Every property of a design is a prediction. None of these molecules has been made or measured.",
    "A model is least reliable where a search likes to go: at the edge of what it has seen. Read the domain column first.",
    "Atom colours show what the model reacts to, not what nature does.",
    "SA score estimates ease of synthesis from fragment statistics; it is not a route.",
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known when the search has ended."""

    config: design.DesignConfig
    objective: Objective
    panel: Panel
    archive: Archive
    chosen: Sequence[Record]
    folder: RunFolder
    ledger: Ledger
    engine: Engine
    used: tuple[str, ...]


def finish(dossier: Dossier, *, progress: Progress) -> design.DesignResult:
    """Write the outputs, record their hashes and close the ledger."""
    folder, ledger = dossier.folder.path, dossier.ledger
    smiles = tuple(record.smiles for record in dossier.chosen)
    calls = len(dossier.archive)
    progress(calls, calls, "predicting the designs")
    chunks = [smiles[i : i + design.CHUNK] for i in range(0, len(smiles), design.CHUNK)]
    found = _estimates(dossier, chunks)
    weights: dict[str, list[AtomWeights]] = {name: [] for name in found}
    for done, part in enumerate(dossier.engine.map(design.explain_values, chunks, label="explaining")):
        progress(calls, calls, f"explaining {min(len(smiles), (done + 1) * design.CHUNK)}/{len(smiles)} designs")
        for name, several in part.items():
            weights[name].extend(several)
    progress(calls, calls, "writing the report")
    table = _table(dossier, found)
    columns = list(table[0]) if table else ["rank", "name", "smiles", "score"]
    text = CsvText(columns, ours=columns)
    dossier.folder.write("designs.csv", text.header() + text.text(table))
    with SdfWriter(folder / "designs.sdf", columns) as sdf:
        for row in table:
            sdf.write(row["smiles"], row, title=row["name"])
    ledger.output(folder / "designs.csv")
    ledger.output(folder / "designs.sdf")
    best = max((record.score for record in dossier.chosen), default=math.nan)
    summary = _summary(dossier, table, found)
    page = report.render(_report(dossier, table, found, weights, summary))
    path = dossier.folder.write("report.html", page)
    ledger.output(path)
    ledger.seal(designs=len(table), best=best if math.isfinite(best) else None, summary=summary)
    return design.DesignResult(folder, path, len(table), best, summary)


def _estimates(dossier: Dossier, chunks: Sequence[tuple[str, ...]]) -> dict[str, Estimates]:
    names = tuple(dossier.panel.models)
    found = list(dossier.engine.map(design.estimate, [(chunk, names) for chunk in chunks], label="predicting"))
    return {name: design.join([part[name] for part in found]) for name in names} if found else {}


# ------------------------------------------------------------------ designs.csv


def _table(dossier: Dossier, found: Mapping[str, Estimates]) -> list[dict[str, str]]:
    """One row a design, every cell as the exact text that the file, and the report, carry."""
    formats = {name + suffix: spec for name in found for suffix, spec in FORMATS.items()}
    mols = [to_mol(record.smiles) for record in dossier.chosen]
    numbers = {name: named(mols, name) for name in DESCRIPTORS}
    potency = _lead_model(dossier)
    actives = dossier.panel.models[potency].neighbours(Features(mols), k=1, good=True) if potency else []
    rows = []
    for i, (record, mol) in enumerate(zip(dossier.chosen, mols, strict=True)):
        row: dict[str, object] = {
            "rank": i + 1,
            "name": f"D{i + 1:03d}",
            "smiles": record.smiles,
            "score": f"{record.score:.6f}",
        }
        row |= {f"desirability:{name}": f"{p.desirability:.4f}" for name, p in record.evaluation.parts.items()}
        row |= {key: show(value, formats.get(key, "")) for key, value in record_of(found, i).items()}
        row |= {name: f"{numbers[name][i]:.3f}" for name in DESCRIPTORS}
        row["alerts"] = "; ".join(alert.name for alert in alerts.find(mol)) if mol is not None else ""
        if potency:
            row["novelty"] = f"{1 - found[potency].nearest_similarity[i]:.3f}"
            near = actives[i][0] if actives[i] else None
            row["nearest_active"] = near.id if near else ""
            row["nearest_active_value"] = f"{near.value:.5g}" if near else ""
            row["nearest_active_similarity"] = f"{near.similarity:.3f}" if near else ""
        row |= {
            "call": record.call,
            "batch": record.batch,
            "parents": " ".join(record.parents),
            "operators": " + ".join(record.operators) or "start",
            "steps": _steps(dossier.archive, record.smiles),
        }
        rows.append({key: value if isinstance(value, str) else show(value) for key, value in row.items()})
    return rows


def _lead_model(dossier: Dossier) -> str:
    """The model of the first goal that asks for more of something: what the designs are for."""
    for goal in dossier.config.goals:
        model = dossier.panel.models.get(goal.property or "")
        if model is not None and model.property.better == "high":
            return model.name
    return next((goal.property for goal in dossier.config.goals if goal.property in dossier.panel.models), "") or ""


def _steps(archive: Archive, smiles: str) -> int:
    """The length of the longest line of descent from a starting molecule."""
    depth: dict[str, int] = {}
    for record in reversed(ancestry(archive, smiles)):
        depth[record.smiles] = 1 + max((depth[parent] for parent in record.parents), default=-1)
    return depth[smiles]


# ------------------------------------------------------------------ report.html


def _report(
    dossier: Dossier,
    table: Sequence[Mapping[str, str]],
    found: Mapping[str, Estimates],
    weights: Mapping[str, Sequence[AtomWeights]],
    summary: Sequence[str],
) -> report.Report:
    config, folder = dossier.config, dossier.folder
    largest = {name: _largest(several) for name, several in weights.items()}
    drawn = _Neighbours(dossier)
    cards = [
        _card(dossier, i, row, found, {name: several[i] for name, several in weights.items()}, largest, drawn)
        for i, row in enumerate(table)
    ]
    run = folder.run
    models = [dossier.panel.models[name].card for name in dict.fromkeys(n.partition(".")[0] for n in dossier.used)]
    return report.Report(
        title=config.name,
        summary=summary,
        designs=cards,
        goals=[_goal(dossier, spec) for spec in (*config.goals, *config.constraints)],
        trajectory=[TrajectoryPoint(*point) for point in design.trajectory(dossier.archive)],
        scores=[(record.call, record.score) for record in dossier.archive],
        facts=report.RunFacts(
            config=config.model_dump_json(indent=2, exclude_defaults=True),
            seed=config.seed,
            folder=folder.path.name,
            started=run.get("started", ""),
            versions=run.get("versions", {}),
            cards=models,
            ledger=dossier.ledger.head,
            limits=LIMITS,
        ),
    )


def _largest(several: Sequence[AtomWeights]) -> float:
    """One colour scale for all designs: the 95th percentile of their largest weights."""
    tops = [float(np.abs(w.weights).max(initial=0)) for w in several if w.weights is not None]
    return float(np.percentile(tops, 95)) if tops else 1.0


def _goal(dossier: Dossier, spec: Any) -> report.Goal:
    what = dossier.objective.property_of(spec)
    model = dossier.panel.models.get(what.name.partition(".")[0])
    source = "computed from the structure" if model is None else f"model {model.name}"
    weight = getattr(spec, "weight", None)
    return report.Goal(what.title, spec.words(), f"{weight:g}" if weight is not None else "must hold", source)


def _card(
    dossier: Dossier,
    i: int,
    row: Mapping[str, str],
    found: Mapping[str, Estimates],
    weights: Mapping[str, AtomWeights],
    largest: Mapping[str, float],
    drawn: _Neighbours,
) -> report.DesignCard:
    mol = to_mol(row["smiles"])
    svg, atoms = depict.drawing(mol)
    lines = [_line(row, name, got, i, weights.get(name), largest.get(name, 1.0), mol) for name, got in found.items()]
    asked = [spec.property for spec in dossier.config.goals]
    lines.sort(key=lambda line: asked.index(line.name) if line.name in asked else len(asked))
    lines += [_computed(row, name) for name in DESCRIPTORS if name != "sa_score"]
    return report.DesignCard(
        name=row["name"],
        rank=i + 1,
        smiles=row["smiles"],
        svg=svg,
        score=Value("score", row["score"]),
        parts=lines,
        atoms=atoms,
        alerts=[name for name in row["alerts"].split("; ") if name],
        sa_score=Value("sa_score", row["sa_score"]),
        novelty=Value("novelty", row["novelty"]) if "novelty" in row else None,
        nearest=drawn.of(i, row),
        lineage=_lineage(dossier.archive, row["smiles"]),
    )


def _line(
    row: Mapping[str, str],
    name: str,
    got: Estimates,
    i: int,
    why: AtomWeights | None,
    largest: float,
    mol: Any,
) -> report.PropertyLine:
    what = got.property
    cell = {suffix: Value(name + suffix, row[name + suffix]) for suffix in PER_MODEL}
    desired = f"desirability:{name}"
    shown = why is not None and why.weights is not None
    return report.PropertyLine(
        name=name,
        title=what.title,
        value=cell[""],
        unit=what.unit,
        low=cell["_low"],
        high=cell["_high"],
        range=(what.low, what.high),
        threshold=what.threshold,
        better=what.better,
        in_domain=bool(got.in_domain[i]),
        percentile=cell["_percentile"] if row[name + "_percentile"] else None,
        verdict=got.verdict[i],
        desirability=Value(desired, row[desired]) if desired in row else None,
        model=got.model,
        weights=scaled(why.weights, better=what.better, largest=largest) if shown and why is not None else None,  # type: ignore[arg-type]
        explanation=(sentence(why, mol, what) if shown else f"Not explained: {why.withheld}.") if why is not None else "",
    )


def _computed(row: Mapping[str, str], name: str) -> report.PropertyLine:
    what: Property = NAMED[name]
    desired = f"desirability:{name}"
    return report.PropertyLine(
        name=name,
        title=what.title,
        value=Value(name, row[name]),
        unit=what.unit,
        threshold=what.threshold,
        better=what.better,
        desirability=Value(desired, row[desired]) if desired in row else None,
        model="computed",
    )


def _lineage(archive: Archive, smiles: str) -> list[report.Step]:
    """From the starting molecule to the design, by each molecule's first parent."""
    line = [archive[smiles]]
    while line[-1].parents:
        line.append(archive[line[-1].parents[0]])
    return [
        report.Step(
            operator=" + ".join(record.operators) or "start",
            smiles=record.smiles,
            svg=depict.svg(to_mol(record.smiles), size=(180, 130)),
            score=Value("score" if record.smiles == smiles else "", f"{record.score:.6f}"),
        )
        for record in reversed(line)
    ]


class _Neighbours:
    """The measured molecules nearest to each design, drawn where their structures are on the machine."""

    def __init__(self, dossier: Dossier) -> None:
        self.name = _lead_model(dossier)
        self.near: list[list[Any]] = []
        if not self.name:
            return
        model = dossier.panel.models[self.name]
        self.unit = model.property.unit
        features = Features([to_mol(record.smiles) for record in dossier.chosen])
        active = model.neighbours(features, k=1, good=True)
        self.near = [
            [*first, *(n for n in others if n not in first)][:NEIGHBOURS]
            for first, others in zip(active, model.neighbours(features, k=NEIGHBOURS), strict=True)
        ]
        self.smiles = structures(model.card, {n.row for several in self.near for n in several})

    def of(self, i: int, row: Mapping[str, str]) -> list[report.Neighbour]:
        if not self.name:
            return []
        out = []
        for n in self.near[i]:
            known = n.id == row["nearest_active"]
            mol = to_mol(self.smiles.get(n.row, ""))
            out.append(
                report.Neighbour(
                    id=n.id,
                    similarity=Value("nearest_active_similarity" if known else "", f"{n.similarity:.3f}"),
                    measured=Value("nearest_active_value" if known else "", f"{n.value:.5g}"),
                    what="nearest known active" if known else "near in the training set",
                    svg=depict.svg(mol, size=(180, 130)) if mol is not None else None,
                )
            )
        return out


# ------------------------------------------------------------------ in words


def _summary(dossier: Dossier, table: Sequence[Mapping[str, str]], found: Mapping[str, Estimates]) -> list[str]:
    archive = dossier.archive
    scores = [record.score for record in archive]
    first = max(scores[: dossier.config.batch], default=math.nan)
    lines = [
        f"{len(archive):,} molecules were scored; the best score rose from {first:.3f} in the first batch to {max(scores):.3f}."
    ]
    if not table:
        return [*lines, "No molecule met every constraint. Loosen one, or spend more calls."]
    limit = dossier.config.diversity
    lines.append(f"{len(table)} designs were kept, no two more alike than {limit:g} (ECFP4 Tanimoto).")
    met = sum(all(p.desirability >= 1 - 1e-9 for p in r.evaluation.parts.values()) for r in dossier.chosen)
    lines.append(f"{met} of them are predicted to meet every goal.")
    lead = _lead_model(dossier)
    if lead:
        got = found[lead]
        half = float(np.nanmedian(got.high - got.low)) / 2
        lines.append(
            f"{got.property.title}: {np.nanmin(got.value):.2f} to {np.nanmax(got.value):.2f} {got.property.unit}, "
            f"give or take {half:.1f} (90 % interval); {int(got.in_domain.sum())} lie in the model's domain."
        )
        lines.append(
            f"Their nearest measured relatives are {np.nanmin(got.nearest_similarity):.2f} to "
            f"{np.nanmax(got.nearest_similarity):.2f} similar."
        )
    lines.append(f"Best: {table[0]['smiles']} (score {float(table[0]['score']):.3f}).")
    return lines
