"""The evidence of a design run: what is predicted of each design, and why, as a table, structures and a report."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rdkit.Chem import Mol

from pharmakon.chem import depict
from pharmakon.chem.descriptors import NAMED
from pharmakon.chem.parse import to_mol
from pharmakon.core.types import Estimates, Progress, Property
from pharmakon.design.desirability import Want
from pharmakon.design.lineage import Archive
from pharmakon.design.objective import Goal, Judge
from pharmakon.explain.attribution import AtomWeights, scaled, sentence
from pharmakon.predict.features import Features
from pharmakon.record import report
from pharmakon.record.charts import TrajectoryPoint
from pharmakon.record.report import Value
from pharmakon.store.writers import CsvText, SdfWriter

from .design_scoring import CHUNK, estimate, explain_values, join
from .design_table import DESCRIPTORS, Dossier, lead_model, table_of
from .predict import PER_MODEL
from .structures import structures

NEIGHBOURS = 3
SILENT_UNITS = {"", "count", "probability", "score", "Tanimoto"}
LIMITS = (
    "Every property of a design is a prediction. None of these molecules has been made or measured.",
    "A model is least reliable where a search likes to go: at the edge of what it has seen. Read the domain first.",
    "Atom colours show what the model reacts to, not what nature does.",
    "SA score estimates ease of synthesis from fragment statistics; it is not a route.",
)


@dataclass(frozen=True, slots=True)
class DesignResult:
    """What a run left behind, and what was found in plain sentences."""

    folder: Path
    report: Path
    designs: int
    best: float
    summary: list[str]
    head: str
    """The hash of the ledger's last entry: kept elsewhere, it shows a ledger that was rewritten."""


def finish(dossier: Dossier, *, progress: Progress) -> DesignResult:
    """Write the outputs, record their hashes and close the ledger."""
    folder, ledger = dossier.folder.path, dossier.ledger
    smiles = tuple(record.smiles for record in dossier.chosen)
    calls = len(dossier.archive)
    progress(calls, calls, "predicting the designs")
    chunks = [smiles[i : i + CHUNK] for i in range(0, len(smiles), CHUNK)]
    found = _estimates(dossier, chunks)
    weights: dict[str, list[AtomWeights]] = {name: [] for name in found}
    for done, part in enumerate(dossier.engine.map(explain_values, chunks, label="explaining")):
        progress(calls, calls, f"explaining {min(len(smiles), (done + 1) * CHUNK)}/{len(smiles)} designs")
        for name, several in part.items():
            weights[name].extend(several)
    progress(calls, calls, "writing the report")
    table = table_of(dossier, found)
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
    end = ledger.seal(designs=len(table), best=best if math.isfinite(best) else None, summary=summary)
    return DesignResult(folder, path, len(table), best, summary, end.hash)


def _estimates(dossier: Dossier, chunks: Sequence[tuple[str, ...]]) -> dict[str, Estimates]:
    names = tuple(dossier.panel.models)
    found = list(dossier.engine.map(estimate, [(chunk, names) for chunk in chunks], label="predicting"))
    return {name: join([part[name] for part in found]) for name in names} if found else {}


# ------------------------------------------------------------------ report.html


def _report(
    dossier: Dossier,
    table: Sequence[Mapping[str, str]],
    found: Mapping[str, Estimates],
    weights: Mapping[str, Sequence[AtomWeights]],
    summary: Sequence[str],
) -> report.Report:
    folder = dossier.folder
    cards = _Cards(dossier, found, weights)
    run = folder.run
    models = [dossier.panel.models[name].card for name in dict.fromkeys(n.partition(".")[0] for n in dossier.used)]
    return report.Report(
        title=dossier.name,
        summary=summary,
        designs=[cards.card(i, row) for i, row in enumerate(table)],
        goals=[_goal(judge) for judge in dossier.objective.judges],
        trajectory=[TrajectoryPoint(*point) for point in trajectory(dossier.archive)],
        scores=[(record.call, record.score) for record in dossier.archive],
        facts=report.RunFacts(
            config=dossier.text,
            seed=run["seed"],
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


def _goal(judge: Judge) -> report.Goal:
    term = judge.term
    title = term.keep or term.avoid or judge.what.title
    wanted = "must be there" if term.keep else "must not be there" if term.avoid else _words(term.wanted(), judge.what)
    if term.uncertainty != "mean":
        wanted += {"pessimistic": ", at the worse end of its interval", "probability": ", as a probability"}[
            term.uncertainty
        ]
    source = "computed from the structure" if judge.cheap else f"model {term.property.partition('.')[0]}"
    return report.Goal(title, wanted, f"{term.weight:g}" if isinstance(term, Goal) else "must hold", source)


def _words(want: Want, what: Property) -> str:
    """A wanted range as a person says it: at least 8 pIC50."""
    unit = "" if what.unit in SILENT_UNITS else f" {what.unit}"
    if want.low == want.high:
        return f"exactly {want.low:g}{unit}"
    if math.isinf(want.high):
        return f"at least {want.low:g}{unit}"
    if math.isinf(want.low):
        return f"at most {want.high:g}{unit}"
    return f"{want.low:g} to {want.high:g}{unit}"


class _Cards:
    """Makes the cards of the designs from what is known of all of them."""

    def __init__(
        self, dossier: Dossier, found: Mapping[str, Estimates], weights: Mapping[str, Sequence[AtomWeights]]
    ) -> None:
        self.dossier = dossier
        self.found = found
        self.weights = weights
        self.largest = {name: _largest(several) for name, several in weights.items()}
        self.neighbours = _Neighbours(dossier)
        asked = [judge.term.property for judge in dossier.objective.goals]
        self.order = sorted(found, key=lambda name: asked.index(name) if name in asked else len(asked))

    def card(self, i: int, row: Mapping[str, str]) -> report.DesignCard:
        """The card of design `i`, from its row of the table."""
        mol = to_mol(row["smiles"])
        svg, atoms = depict.drawing(mol)
        lines = [self._line(i, row, name, mol) for name in self.order]
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
            nearest=self.neighbours.of(i, row),
            lineage=_lineage(self.dossier.archive, row["smiles"]),
        )

    def _line(self, i: int, row: Mapping[str, str], name: str, mol: Mol | None) -> report.PropertyLine:
        got, why = self.found[name], self.weights[name][i]
        what = got.property
        cell = {suffix: Value(name + suffix, row[name + suffix]) for suffix in PER_MODEL}
        coloured, reason = None, f"Not explained: {why.withheld}."
        if why.weights is not None and mol is not None:
            coloured = scaled(why.weights, better=what.better, largest=self.largest[name])
            reason = sentence(why, mol, what)
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
            desirability=_desirability(row, name),
            model=got.model,
            weights=coloured,
            explanation=reason,
        )


def _computed(row: Mapping[str, str], name: str) -> report.PropertyLine:
    what: Property = NAMED[name]
    value = Value(name, row[name])
    verdict = ""
    if what.threshold is not None and what.better != "none":
        verdict = "good" if (value.number >= what.threshold) == (what.better == "high") else "poor"
    return report.PropertyLine(
        name=name,
        title=what.title,
        value=value,
        unit=what.unit,
        threshold=what.threshold,
        better=what.better,
        percentile=Value(f"{name}_percentile", row[f"{name}_percentile"]),
        verdict=verdict,
        desirability=_desirability(row, name),
        model="computed",
    )


def _desirability(row: Mapping[str, str], name: str) -> Value | None:
    column = f"desirability:{name}"
    return Value(column, row[column]) if column in row else None


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
        self.name = lead_model(dossier)
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
    first = max(scores[: dossier.batch], default=math.nan)
    rise = f"the best score rose from {first:.3f} in the first batch to {max(scores):.3f}"
    lines = [f"{len(archive):,} molecules were scored; {rise}."]
    if not table:
        return [*lines, "No molecule met every constraint. Loosen one, or spend more calls."]
    limit = dossier.diversity
    lines.append(f"{len(table)} designs were kept, no two more alike than {limit:g} (ECFP4 Tanimoto).")
    lines.append(_met(dossier))
    lead = lead_model(dossier)
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


def _met(dossier: Dossier) -> str:
    """How many designs meet every goal, and which goals the others miss."""
    missed = [
        [judge.what.title for judge in dossier.objective.goals if record.evaluation.parts[judge.key].desirability < 1]
        for record in dossier.chosen
    ]
    met = sum(not goals for goals in missed)
    text = f"{met} of them are predicted to meet every goal"
    counts = Counter(title for goals in missed for title in goals).most_common(3)
    if counts:
        text += "; missed most often: " + ", ".join(f"{title} (by {n})" for title, n in counts)
    return text + "."


def trajectory(archive: Archive) -> list[tuple[int, float, float]]:
    """After each batch: calls, best score so far, mean of the batch."""
    points: list[tuple[int, float, float]] = []
    best = float("-inf")
    by_batch: dict[int, list[float]] = {}
    for record in archive:
        by_batch.setdefault(record.batch, []).append(record.score)
    calls = 0
    for _, scores in sorted(by_batch.items()):
        calls += len(scores)
        best = max(best, *scores)
        points.append((calls, best, sum(scores) / len(scores)))
    return points
