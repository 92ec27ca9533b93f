"""The cards of a design run's report: what was asked, and of each design what came of it, why, and from where."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from rdkit.Chem import Mol

from pharmakon.chem import depict
from pharmakon.chem.descriptors import NAMED, descriptor
from pharmakon.chem.parse import to_mol
from pharmakon.core.types import Estimates, Property
from pharmakon.design.lineage import Archive
from pharmakon.design.objective import Goal, Judge, Term, halves
from pharmakon.explain.attribution import AtomWeights, scaled, sentence
from pharmakon.predict.features import Features
from pharmakon.predict.scale import difference
from pharmakon.record import report
from pharmakon.record.report import Value

from .design_passport import in_short
from .design_patient import OURS
from .design_routes import ROUTE, ROUTES
from .design_table import Dossier, descriptors, is_estimated, lead_model, value_column
from .predict import PER_MODEL
from .structures import structures

NEIGHBOURS = 3
SILENT_UNITS = {"", "count", "score"}
IN_BRACKETS = {"probability", "Tanimoto"}
"""Units that read badly behind a number: "at most 0.3 (probability)"."""
SMALL = (110, 80)
KEPT = "kept_atoms"


def asked(judge: Judge, own: Collection[str] = ()) -> report.Goal:
    """A line of what was asked, in words; `own` are the user's own scorers."""
    term = judge.term
    wanted = words(judge)
    if term.uncertainty != "mean":
        wanted += {"pessimistic": ", at the worse end of its interval", "probability": ", by how probable that is"}[
            term.uncertainty
        ]
    if isinstance(term, Goal) and term.points:
        wanted += f" (worth {', '.join(f'{grade:g} at {_number(value)}' for value, grade in term.points)})"
    if term.like:
        wanted += f", as {len(term.like)} examples"
    if term.stage > 1:
        wanted += f", from stage {term.stage} on"
    if term.property in OURS:
        return report.Goal(title(judge), wanted, _weight(term), "the response model of this patient")
    if term.property in ROUTES:
        return report.Goal(title(judge), wanted, _weight(term), "named reactions from the stock")
    names = [name.partition(".")[0] for name in halves(term) if descriptor(name) is None]
    sources = [f"{'your scorer' if name in own else 'model'} {name}" for name in names]
    models = f"models {' and '.join(names)}" if len(names) > 1 and not {*names} & {*own} else " and ".join(sources)
    source = models if names and not judge.cheap else "computed from the structure"
    return report.Goal(title(judge), wanted, _weight(term), source)


def _weight(term: Term) -> str:
    return f"{term.weight:g}" if isinstance(term, Goal) else "must hold"


def mode_line(dossier: Dossier) -> list[report.Goal]:
    """What the mode asks, as the first line of what was asked; none where anything goes."""
    guard = dossier.guard
    return [] if guard is None else [report.Goal(f"Mode: {dossier.mode}", guard.words, "must hold", "by construction")]


def words(judge: Judge) -> str:
    """A wanted range as a person says it: at least 8 pIC50."""
    if plain := _plain(judge):
        return plain
    want, unit = judge.term.wanted(), judge.what.unit
    unit = "" if unit in SILENT_UNITS else f" ({unit})" if unit in IN_BRACKETS else f" {unit}"
    low, high = _number(want.low), _number(want.high)
    if want.low == want.high:
        return f"exactly {low}{unit}"
    if math.isinf(want.high):
        return f"at least {low}{unit}"
    if math.isinf(want.low):
        return f"at most {high}{unit}"
    return f"{low} to {high}{unit}"


def signs(judge: Judge) -> str:
    """A wanted range as short as it can be: ≥ 8."""
    want = judge.term.wanted()
    low, high = _number(want.low), _number(want.high)
    text = _plain(judge)
    if not text:
        text = f"≥ {low}" if math.isinf(want.high) else f"≤ {high}" if math.isinf(want.low) else f"{low} to {high}"
        text = f"= {low}" if want.low == want.high else text
    return text + (" at its worse end" if judge.term.uncertainty == "pessimistic" else "")


def _plain(judge: Judge) -> str:
    """A wish that needs no number, in words; "" for others."""
    term, want = judge.term, judge.term.wanted()
    if term.keep or term.avoid:
        return "must be there" if term.keep else "must not be there"
    zero, one = (want.violation(value) == 0 for value in (0.0, 1.0))
    if not judge.cheap and (term.property.endswith(".domain") or term.property == ROUTE) and zero != one:
        return "yes" if one else "no"
    return "none" if want.low == want.high == 0 and judge.what.unit == "count" and not term.over else ""


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def title(judge: Judge) -> str:
    """What a wish is about."""
    term = judge.term
    if term.to:
        return f"{judge.what.title} to {term.to}"
    return f"Substructure {term.keep or term.avoid}" if term.keep or term.avoid else judge.what.title


class Cards:
    """Makes the cards of the designs from what is known of all of them."""

    def __init__(
        self, dossier: Dossier, found: Mapping[str, Estimates], weights: Mapping[str, Sequence[AtomWeights]]
    ) -> None:
        self.dossier = dossier
        self.found = found
        self.weights = weights
        self.largest = {name: _largest(several) for name, several in weights.items()}
        self.neighbours = _Neighbours(dossier)
        self.lead = lead_model(dossier)
        self.asked: dict[str, list[Judge]] = {}
        for judge in dossier.objective.judges:
            self.asked.setdefault(value_column(judge), []).append(judge)
        rest = [*found, *(name for name in descriptors(dossier.objective) if name != "sa_score")]
        self.order = list(dict.fromkeys([*self.asked, *rest]))

    def card(self, i: int, row: Mapping[str, str]) -> report.DesignCard:
        """The card of design `i`, from its row of the table."""
        mol = to_mol(row["smiles"])
        svg, atoms = depict.drawing(mol)
        return report.DesignCard(
            name=row["name"],
            rank=i + 1,
            smiles=row["smiles"],
            svg=svg,
            score=Value("score", row["score"]),
            parts=[*(self._line(i, row, column, mol) for column in self.order), *self._kept(row, mol)],
            atoms=atoms,
            alerts=[name for name in row["alerts"].split("; ") if name],
            sa_score=Value("sa_score", row["sa_score"]),
            novelty=Value("novelty", row["novelty"]) if "novelty" in row else None,
            nearest=[*_known(row), *self.neighbours.of(i, row)],
            lineage=_lineage(self.dossier.archive, row["smiles"]),
            notes=[*(f"{name}: {row[name]}" for name in self._changed(mol)), self._passport(row["smiles"])],
            lead=self.lead or KEPT,
            route=self._route(row["smiles"]),
        )

    def _passport(self, smiles: str) -> str:
        dossier = self.dossier
        record = dossier.archive[smiles]
        return in_short(record, archive=dossier.archive, objective=dossier.objective, guard=dossier.guard)

    def _changed(self, mol: Mol | None) -> Sequence[str]:
        guard = self.dossier.guard
        return list(guard.changed(mol)) if guard is not None and mol is not None else []

    def _kept(self, row: Mapping[str, str], mol: Mol | None) -> list[report.PropertyLine]:
        """What the mode kept, as a line that colours these atoms."""
        if self.dossier.guard is None or mol is None or not (atoms := self.dossier.guard.kept(mol)):
            return []
        return [
            report.PropertyLine(
                name=KEPT,
                title="Kept by the mode",
                value=Value(KEPT, row[KEPT]),
                unit=f"of {mol.GetNumHeavyAtoms()} heavy atoms",
                weights=dict.fromkeys(atoms, 0.5),
                model="computed",
            )
        ]

    def _route(self, smiles: str) -> report.Making | None:
        """How the design could be made; None without a stock."""
        if self.dossier.routes is None or self.dossier.stock is None:
            return None
        route, stock = self.dossier.routes[smiles], self.dossier.stock.name
        if route is None:
            return report.Making(f"No route was found from {stock}.")
        if not route.steps:
            return report.Making(f"In stock: {route.blocks[0].id} of {stock}.")
        ids = {block.smiles: block.id for block in route.blocks}
        steps = [
            report.Reaction(step.reaction, step.conditions, [_compound(text, ids) for text in step.reactants],
                            _compound(step.product, {}))
            for step in route.steps
        ]  # fmt: skip
        return report.Making(f"From {stock}; stereochemistry is left out.", steps)

    def _line(self, i: int, row: Mapping[str, str], column: str, mol: Mol | None) -> report.PropertyLine:
        if column in self.found:
            return self._predicted(i, row, column, mol)
        wishes = self._wishes(row, column)
        if column in NAMED:
            return _computed(row, column, wishes)
        judge = self.asked[column][0]
        estimated, difference = is_estimated(judge, self.dossier.own), bool(judge.term.over) and not judge.cheap
        alone = judge.what if judge.term.property in self.dossier.own and not difference else None
        return report.PropertyLine(
            name=column,
            title=title(judge),
            value=Value(column, row[column]),
            unit=judge.what.unit,
            low=Value(f"{column}_low", row[f"{column}_low"]) if estimated else None,
            high=Value(f"{column}_high", row[f"{column}_high"]) if estimated else None,
            range=(alone.low, alone.high) if alone else (None, None),
            threshold=alone.threshold if alone else None,
            better=alone.better if alone else "none",
            in_domain=row[f"{column}_in_domain"] == "yes" if difference else None,
            model=" and ".join(halves(judge.term)) if estimated else "",
            wishes=wishes,
        )

    def _wishes(self, row: Mapping[str, str], column: str) -> list[report.Wish]:
        return [
            report.Wish(
                signs(judge), Value(f"missed:{judge.key}", row[f"missed:{judge.key}"]), not isinstance(judge.term, Goal)
            )
            for judge in self.asked.get(column, ())
        ]

    def _predicted(self, i: int, row: Mapping[str, str], name: str, mol: Mol | None) -> report.PropertyLine:
        got, why = self.found[name], self.weights[name][i]
        what = got.property
        cell = {suffix: Value(name + suffix, row[name + suffix]) for suffix in PER_MODEL}
        coloured, reason = None, f"Not explained: {why.withheld}."
        if why.weights is not None and mol is not None:
            coloured = scaled(why.weights, better=what.better, largest=self.largest[name])
            said = partial(difference, what=what, transform=self.dossier.panel.models[name].transform)
            reason = f"{sentence(why, what, said=said)} By {why.method}."
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
            wishes=self._wishes(row, name),
        )


def _largest(several: Sequence[AtomWeights]) -> float:
    """One colour scale for all designs: the 95th percentile of their largest weights."""
    tops = [float(np.abs(w.weights).max(initial=0)) for w in several if w.weights is not None]
    return float(np.percentile(tops, 95)) if tops else 1.0


def _computed(row: Mapping[str, str], name: str, wishes: Sequence[report.Wish]) -> report.PropertyLine:
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
        wishes=wishes,
    )


def _desirability(row: Mapping[str, str], name: str) -> Value | None:
    column = f"desirability:{name}"
    return Value(column, row[column]) if column in row else None


def _lineage(archive: Archive, smiles: str) -> list[report.Step]:
    """From the starting molecule to the design, by each molecule's first parent; a second one stands beside."""
    line = [archive[smiles]]
    # A visitor may be scored after its child was: the line ends there, or it could go round.
    while (first := line[-1].parents[:1]) and first[0] in archive and archive[first[0]].call < line[-1].call:
        line.append(archive[first[0]])
    steps = []
    for record in reversed(line):
        partner = record.parents[1] if len(record.parents) > 1 else ""
        steps.append(
            report.Step(
                operator=" + ".join(record.operators) or "start",
                smiles=record.smiles,
                svg=depict.svg(to_mol(record.smiles), size=(180, 130)),
                score=Value("score" if record.smiles == smiles else "", f"{record.score:.6g}"),
                partner=partner,
                partner_svg=depict.svg(to_mol(partner), size=SMALL) if partner else None,
            )
        )
    return steps


def _compound(smiles: str, ids: Mapping[str, str]) -> report.Compound:
    return report.Compound(smiles, ids.get(smiles, ""), depict.svg(to_mol(smiles), size=SMALL))


def _known(row: Mapping[str, str]) -> list[report.Neighbour]:
    """The nearest molecule of the collection that the goal file names, where it names one."""
    if "nearest_known" not in row:
        return []
    mol = to_mol(row["nearest_known_smiles"])
    return [
        report.Neighbour(
            id=row["nearest_known"],
            similarity=Value("nearest_known_similarity", row["nearest_known_similarity"]),
            what="nearest known molecule",
            svg=depict.svg(mol, size=(180, 130)) if mol is not None else None,
        )
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
                    unit=self.unit,
                )
            )
        return out
