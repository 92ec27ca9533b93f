"""The evidence of a design run: what is predicted of each design, and why, as a table, structures and a report."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pharmakon.core.types import Estimates, Progress
from pharmakon.core.words import counted
from pharmakon.design.aggregate import IN_WORDS
from pharmakon.design.lineage import Record
from pharmakon.explain.attribution import AtomWeights
from pharmakon.record import report
from pharmakon.record.charts import TrajectoryPoint
from pharmakon.record.crate import close
from pharmakon.record.notebook import Shown
from pharmakon.store.writers import CsvText, SdfWriter, write_csv

from .design_cards import Cards, asked, mode_line
from .design_front import front_in_words, front_of
from .design_given import given_part
from .design_scorers import failures, sentences
from .design_scoring import CHUNK, estimate, explain_values, join
from .design_table import Dossier, lead_model, table_of

LIMITS = (
    "Every property of a design is a prediction. None of these molecules has been made or measured.",
    "A model is least reliable where a search likes to go: at the edge of what it has seen. Read the domain first.",
    "Atom colours show what the model reacts to, not what nature does.",
    "SA score estimates ease of synthesis from fragment statistics; it is not a route.",
)

ROUTE_LIMIT = (
    "A route is a plan by named reactions, checked on paper for sites that compete: nobody ran it, yields and "
    "stereochemistry are not judged, and where none was found one may exist."
)


@dataclass(frozen=True, slots=True)
class DesignResult(Shown):
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
    calls = sum(map(len, dossier.stages))
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
    text = CsvText(columns)
    dossier.folder.write("designs.csv", text.header() + text.text(table))
    with SdfWriter(folder / "designs.sdf", columns) as sdf:
        for row in table:
            sdf.write(row["smiles"], row, title=row["name"])
    ledger.output(folder / "designs.csv")
    ledger.output(folder / "designs.sdf")
    if failed := failures(dossier.archive):
        ledger.output(write_csv(folder / "failed.csv", list(failed[0]), failed))
    best = max((record.score for record in dossier.chosen), default=math.nan)
    front = front_of(dossier)
    summary = _summary(dossier, table, found, front)
    page = report.render(_report(dossier, table, found, weights, summary, front=front))
    path = dossier.folder.write("report.html", page)
    ledger.output(path)
    end = close(ledger, designs=len(table), best=best if math.isfinite(best) else None, summary=summary)
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
    *,
    front: report.Front | None,
) -> report.Report:
    folder = dossier.folder
    cards = Cards(dossier, found, weights)
    run = folder.run
    models = [dossier.panel.models[name].card for name in dict.fromkeys(n.partition(".")[0] for n in dossier.used)]
    return report.Report(
        title=dossier.name,
        summary=summary,
        designs=[cards.card(i, row) for i, row in enumerate(table)],
        goals=[*mode_line(dossier), *(asked(judge, dossier.own) for judge in dossier.objective.judges)],
        aggregate=IN_WORDS[dossier.objective.aggregate],
        trajectory=[TrajectoryPoint(*point) for records in dossier.stages for point in trajectory(records)],
        scores=[(record.call, record.score) for records in dossier.stages for record in records],
        front=front,
        asides=[part for part in (given_part(dossier), dossier.aside) if part is not None],
        facts=report.RunFacts(
            config=dossier.text,
            seed=run["seed"],
            folder=folder.path.name,
            started=run.get("started", ""),
            versions=run.get("versions", {}),
            inputs={Path(item["path"]).name: item["sha256"] for item in run["inputs"]},
            cards=models,
            ledger=dossier.ledger.head,
            limits=LIMITS if dossier.routes is None else (*LIMITS, ROUTE_LIMIT),
        ),
    )


# ------------------------------------------------------------------ in words


def _summary(
    dossier: Dossier,
    table: Sequence[Mapping[str, str]],
    found: Mapping[str, Estimates],
    front: report.Front | None,
) -> list[str]:
    lines = [*_course(dossier), *dossier.notes]
    if dossier.guard is not None:
        lines.append(f"Mode {dossier.mode}: {dossier.guard.words}. Every molecule that was scored holds this.")
    lines += sentences(dossier.own, ledger=dossier.ledger.path, archive=dossier.archive)
    if front is not None and front.first:
        lines.append(front_in_words(front))
    if not table:
        return [*lines, dossier.nothing]
    limit = dossier.diversity
    kept = f"{len(table)} designs were kept, no two more alike than {limit:g} (ECFP4 Tanimoto)."
    lines.append(kept if len(table) > 1 else "1 design was kept.")
    lines.append(_met(dossier))
    if dossier.routes is not None:
        routes = sum(route is not None for route in dossier.routes.values())
        lines.append(f"A route from {dossier.stock.name if dossier.stock else ''} was found for {routes} of them.")
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
    lines += _outside(dossier, found)
    lines.append(f"Best: {table[0]['smiles']} (score {float(table[0]['score']):.3f}).")
    return lines


def _outside(dossier: Dossier, found: Mapping[str, Estimates]) -> list[str]:
    """What to do where no design lies in the domain of a model that was asked for."""
    kept = {judge.term.property for judge in dossier.objective.constraints}
    names = [name for name in dossier.used if name in found and not found[name].in_domain.any()]
    return [
        f"No design lies in the domain of {name}, so its intervals do not hold: add the constraint "
        f'property = "{name}.domain", want = "= 1".'
        for name in names
        if f"{name}.domain" not in kept
    ]


def _course(dossier: Dossier) -> list[str]:
    """How the best score rose, in each stage."""
    lines = []
    for number, records in enumerate(dossier.stages, start=1):
        scores = [record.score for record in records]
        given = [record.score for record in records if record.smiles in dossier.given] if number == 1 else []
        first, last = f"{max(given or scores[: dossier.batch]):.3f}", f"{max(scores):.3f}"
        origin = " (best of the molecules given)" if given else " in the first batch"
        rise = f"the best score rose from {first}{origin} to {last}"
        if first == last:
            rise = f"the best score stayed at {last}{', the best of the molecules given' if given else ''}"
        stage = f"Stage {number}: " if len(dossier.stages) > 1 else ""
        scored = f"{counted(len(records), 'molecule')} {'was' if len(records) == 1 else 'were'} scored"
        lines.append(f"{stage}{scored}; {rise}.")
    return lines


def _met(dossier: Dossier) -> str:
    """How many designs meet every goal, and which goals the others miss."""
    missed = [
        [judge.what.title for judge in dossier.objective.goals if judge.missed(record.evaluation.parts[judge.key]) > 0]
        for record in dossier.chosen
    ]
    met = sum(not goals for goals in missed)
    text = f"{met} of them {'is' if met == 1 else 'are'} predicted to meet every goal"
    counts = Counter(title for goals in missed for title in goals).most_common(3)
    if counts:
        text += "; missed most often: " + ", ".join(f"{title} (by {n})" for title, n in counts)
    return text + "."


def trajectory(records: Iterable[Record]) -> list[tuple[int, float, float]]:
    """After each batch: its last call, best score so far, mean of the batch."""
    points: list[tuple[int, float, float]] = []
    best = float("-inf")
    by_batch: dict[int, list[Record]] = {}
    for record in records:
        by_batch.setdefault(record.batch, []).append(record)
    for _, batch in sorted(by_batch.items()):
        scores = [record.score for record in batch]
        best = max(best, *scores)
        points.append((batch[-1].call, best, sum(scores) / len(scores)))
    return points
