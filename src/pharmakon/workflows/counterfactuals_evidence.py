"""What speaks for an edit: measured pairs, collections, and what it does to the other properties, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from pharmakon.core.types import Estimates, Property
from pharmakon.core.units import show, show_interval
from pharmakon.core.words import joined

from .counterfactuals_result import Alternative, CounterfactualsResult, Value

if TYPE_CHECKING:
    from rdkit.Chem import Mol

    from pharmakon.chem.matched_pairs import Change, MatchedPairs
    from pharmakon.explain.counterfactual import Counterfactual, Goal
    from pharmakon.predict.panel import Panel

COLLECTIONS = "75,000 molecules of ZINC and ChEMBL"
NONE = "an edit of the graph, of which no precedent was counted"
SAME = 0.9995
NAMED = 4
"""Other properties that a list names."""


def alternative(
    one: Counterfactual,
    start: Mol,
    base: CounterfactualsResult,
    *,
    goal: Goal,
    pairs: MatchedPairs | None,
    same: str,
    effects: tuple[tuple[str, ...], tuple[str, ...]],
) -> Alternative:
    """A product with its evidence and its sentence; `same` and `effects` as the functions below give them."""
    from rdkit import Chem

    what, seen = base.property, _seen(one, start)
    change = None if pairs is None else _measured(one, start, pairs)
    after = Value(one.value, one.low, one.high, _verdict(one, what, goal))
    written = list(one.mol.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"]) if Chem.MolToSmiles(one.mol) else []
    new = sorted(written.index(i) for i in _new(one))
    return Alternative(
        smiles=one.smiles,
        words=one.words,
        sentence=_sentence(one, start, base, goal),
        evidence=_evidence(change, seen, same),
        similarity=one.similarity,
        n_removed=len(one.difference.removed) + one.difference.swapped,
        n_added=len(one.difference.added) + one.difference.swapped,
        changed=tuple(sorted(one.difference.core or one.difference.attached)),
        new=tuple(new),
        steps=len(one.steps),
        after=after,
        sure=one.sure,
        pairs=change,
        seen=seen,
        lost=effects[0],
        gained=effects[1],
    )


def measured_itself(got: Estimates) -> list[str]:
    """For each molecule what was measured of it, where the model's training molecules have its very fingerprint."""
    unit = got.property.unit if got.property.kind == "regression" else ""
    return [
        f"measured, among the model's training molecules: {show(float(value), unit)} ({name or 'no name'}; the same "
        "fingerprint, so it may be a homologue or a stereoisomer)"
        if similarity > SAME
        else ""
        for similarity, value, name in zip(got.nearest_similarity, got.nearest_value, got.nearest_id, strict=True)
    ]


def side_effects(before: str, after: Sequence[str], *, but: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """For each edited molecule the titles of the properties whose verdict is no longer good, and is now good."""
    if not after:
        return []
    estimates = _everything().predict([before, *after])
    out = []
    for i in range(1, len(after) + 1):
        lost, gained = [], []
        for name, got in estimates.items():
            was, now = got.verdict[0], got.verdict[i]
            if name == but or not was or not now:
                continue
            if was == "good" and now != "good":
                lost.append(got.property.title)
            elif now == "good" and was != "good":
                gained.append(got.property.title)
        out.append((tuple(lost), tuple(gained)))
    return out


def shortly(titles: Sequence[str]) -> str:
    """The first of some titles, and how many more."""
    more = len(titles) - NAMED
    return joined([*titles[:NAMED], f"{more} more"] if more > 0 else list(titles))


@lru_cache(maxsize=1)
def _everything() -> Panel:
    """Every endpoint in the fast profile, read once."""
    from pharmakon.predict.panel import Panel

    return Panel.load((), "fast")


def _verdict(one: Counterfactual, what: Property, goal: Goal) -> str:
    if not one.sure or what.better == "none" or what.threshold != goal.threshold:
        return "" if what.threshold != goal.threshold else "don't know"
    return "good" if goal.above == (what.better == "high") else "poor"


def _new(one: Counterfactual) -> list[int]:
    """The product's atoms that are new or another element."""
    from pharmakon.explain.difference import ORIGIN

    altered = one.difference.altered
    return [a.GetIdx() for a in one.mol.GetAtoms() if not a.HasProp(ORIGIN) or a.GetIntProp(ORIGIN) in altered]


def _seen(one: Counterfactual, start: Mol) -> int:
    """How often collections have what was put in, in such surroundings."""
    from pharmakon.design.edits import seen_in_context
    from pharmakon.explain.difference import ORIGIN

    if len(one.steps) > 1:
        return 0
    if one.steps[0].seen:
        return one.steps[0].seen
    new = {a.GetIdx() for a in one.mol.GetAtoms() if not a.HasProp(ORIGIN)}
    new |= {
        a.GetIdx()
        for a in one.mol.GetAtoms()
        if a.HasProp(ORIGIN) and a.GetAtomicNum() != start.GetAtomWithIdx(a.GetIntProp(ORIGIN)).GetAtomicNum()
    }
    borders = [(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in one.mol.GetBonds() if not b.IsInRing()]
    crossing = [(i, j) for a, b in borders for i, j in ((a, b), (b, a)) if i not in new and j in new]
    return seen_in_context(one.mol, *crossing[0]) if len(crossing) == 1 else 0


def _measured(one: Counterfactual, start: Mol, pairs: MatchedPairs) -> Change | None:
    """The measured pairs that show the same exchange, of the smallest group."""
    from pharmakon.design.exchanges import exchanged
    from pharmakon.explain.difference import marked

    shown = (pairs.change(before, after) for before, after in exchanged(marked(start), one.mol))
    return next((change for change in shown if change is not None), None)


def _evidence(change: Change | None, seen: int, same: str) -> str:
    told = [same] if same else []
    if change is not None:
        text = f"{change.n} measured {'pair' if change.n == 1 else 'pairs'} ({change.before} to {change.after}): "
        text += f"mean change {_signed(change.mean)}"
        if math.isfinite(change.sd):
            text += f", SD {show(change.sd, digits=2)}"
        if math.isfinite(change.low):
            text += f", 95 % interval of the mean {_signed(change.low)} to {_signed(change.high)}"
        told.append(text)
    if seen:
        told.append(f"what was put in was seen in these surroundings some {seen:,} times in {COLLECTIONS}")
    return "; ".join(told) or NONE


def _sentence(one: Counterfactual, start: Mol, base: CounterfactualsResult, goal: Goal) -> str:
    what, line = base.property, show(goal.threshold)
    unit = what.unit if what.kind == "regression" else ""
    called = "90 % interval" if what.kind == "regression" else "interval"
    digits = 3 if show(one.value) != line else 5
    text = f"{one.words[:1].upper()}{one.words[1:]}{_where(one, start)}: {what.title} goes from "
    text += f"{show(base.before.value)} to {show(one.value, unit, digits=digits)} "
    text += f"({called} {show_interval(one.low, one.high)})"
    if one.sure:
        return f"{text}, and the whole answer lies on the wanted side of {line}."
    return f"{text}; by the point estimate only: the answer is not sure on either side of {line}."


def _where(one: Counterfactual, start: Mol) -> str:
    """The named part of the molecule that is changed, where it is one."""
    from pharmakon.explain.fragments import fragments

    touched = one.difference.touched
    parts = [p.name for p in fragments(start) if touched & set(p.atoms)]
    named = [name for name in parts if not name.startswith(("ring ", "part "))]
    return f" (in the {named[0]})" if len(parts) == 1 and named else ""


def _signed(value: float) -> str:
    return f"{'+' if value >= 0 else '−'}{show(abs(value), digits=2)}"
