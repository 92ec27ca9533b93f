"""The smallest edits of a molecule that change a model's answer: which there are, how small, how sure, how different.

A counterfactual says what the answer hangs on by what would change it (Wellawatte et al., Chem. Sci. 2022, 13, 3697,
who mutate strings). Here the edits are given, every one of them, and so is who objects to a product; this file
searches, one edit at a time, then edits of the best products, and picks few that differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.types import Floats

from .attribution import masked
from .difference import Difference, difference, marked

BUDGET = 1_500
"""Edits that one round looks at, those at the most blamed atoms first."""
STEPS = 3
"""Edits of one counterfactual at most; another is tried only where fewer do not surely change the answer."""
BEAM, WIDTH = 4, 200
"""Products that are edited again, and how many edits of each are looked at."""
ATOM, STEP = 0.02, 0.1
"""How much similarity a changed heavy atom is worth, and a second edit, where the smallest change is asked for."""
HUNG = 0.1
"""How much similarity it costs only to hang something on: all that the answer may hang on is still there."""
MEASURED = 0.2
"""How much similarity it is worth that measured pairs show an edit."""
PAIRED = "matched pair"
"""The kind of an edit that measured pairs show."""
SHORTLIST, LOOKED = 6, 5
"""Products to be judged for each one that is wanted, and to be looked at for each of these."""
APART = 0.5
"""Two edits are at the same place where they share this part of their atoms or more."""


class Edit(NamedTuple):
    """A product, what was done in one word (`kind`) and in full, and how often collections have what was put in."""

    mol: Mol
    kind: str
    words: str
    seen: int = 0


class Answers(NamedTuple):
    """What a model says of n molecules, (n,) each; `sure` where its whole interval has reached the goal."""

    value: Floats
    low: Floats
    high: Floats
    inside: NDArray[np.bool_]
    sure: NDArray[np.bool_]

    def take(self, i: int) -> tuple[float, float, float, bool]:
        """One molecule's value, interval, and whether it is sure."""
        return float(self.value[i]), float(self.low[i]), float(self.high[i]), bool(self.sure[i])


@dataclass(frozen=True, slots=True)
class Goal:
    """The side of a threshold that is wanted; the threshold itself lies above."""

    threshold: float
    above: bool

    def reached(self, values: Floats) -> NDArray[np.bool_]:
        """Whether each value is there."""
        return values >= self.threshold if self.above else values < self.threshold

    def nearer(self, values: Floats) -> Floats:
        """How far each value is on the wanted side; negative on the other."""
        return (values - self.threshold) * (1.0 if self.above else -1.0)


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One product that reaches the goal. `size` is what is made small; `difference` names atoms of the start."""

    smiles: str
    mol: Mol
    similarity: float
    difference: Difference
    steps: tuple[Edit, ...]
    value: float
    low: float
    high: float
    sure: bool

    @property
    def size(self) -> float:
        """How much was changed: what is lacking in similarity, and a little for each heavy atom and further edit.

        Something that is only hung on counts as more, since it shows what the answer hangs on less than a removal.
        """
        return _size(self.similarity, self.difference, len(self.steps))

    @property
    def measured(self) -> bool:
        """Whether it is one edit, and measured pairs show it."""
        return [step.kind for step in self.steps] == [PAIRED]

    @property
    def words(self) -> str:
        """What was done."""
        return ", then ".join(step.words for step in self.steps)


@dataclass(slots=True)
class Tried:
    """What the search has looked at: products, those that reach the goal, and why some of these were set aside."""

    products: int = 0
    reach: int = 0
    judged: int = 0
    steps: int = 0
    objections: Counter[str] = field(default_factory=Counter)

    @property
    def told(self) -> str:
        """It in one sentence."""
        edits = "1 edit" if self.steps == 1 else f"up to {self.steps} edits"
        text = f"{self.products:,} products of {edits} were tried; {self.reach:,} reach the goal by the point estimate"
        if self.objections:
            text += ", of which those looked at were set aside for " + ", ".join(
                f"{reason} ({n})" for reason, n in self.objections.most_common()
            )
        return text + "."


Edits = Callable[[Mol, Floats], Iterable[Edit]]
Screen = Callable[[Sequence[Mol]], Floats]
Judge = Callable[[Sequence[str]], Answers]


@dataclass(frozen=True, slots=True)
class Search:
    """What a search needs to be told.

    `edits` gives the products of a molecule, those at the most blamed atoms first. `screen` values them, quickly;
    `judge` has the last word on SMILES. `objection` says what speaks against a product, "" for nothing. `kept` are
    atoms of the start that stay as they are, with the bonds between them.
    """

    goal: Goal
    edits: Edits
    screen: Screen
    judge: Judge
    objection: Callable[[Mol], str]
    kept: frozenset[int] = frozenset()
    number: int = 6
    min_similarity: float = 0.5
    least_similarity: float = 0.3
    """Where nothing as similar as asked is found, what is as similar as this will do."""
    steps: int = STEPS
    budget: int = BUDGET


class _Product:
    """A product on its way; how it differs from the start is found out when somebody asks."""

    def __init__(self, smiles: str, mol: Mol, steps: tuple[Edit, ...], whole: Mol) -> None:
        self.smiles, self.mol, self.steps, self._whole = smiles, mol, steps, whole
        self.similarity, self.nearer = 1.0, -np.inf

    @cached_property
    def difference(self) -> Difference:
        return difference(self._whole, self.mol)

    @property
    def size(self) -> float:
        return _size(self.similarity, self.difference, len(self.steps))


def find(start: Mol, search: Search) -> tuple[list[Counterfactual], Tried]:
    """Few products that reach the goal, sure ones first, then the smallest changes, at different places.

    Where one edit does not surely reach it, the products that come nearest are edited again, at their most blamed
    atoms; and a third time where nothing was found at all.
    """
    whole = marked(start)
    tried = Tried()
    known = {_flat_smiles(whole)}
    shape = bits([start])
    found: dict[str, Counterfactual] = {}
    parents = [_Product("", whole, (), whole)]
    strangers: list[_Product] = []
    for step in range(1, search.steps + 1):
        tried.steps = step
        width = search.budget if step == 1 else WIDTH
        fresh = [p for parent in parents for p in _products(parent, whole, search, known, width)]
        tried.products += len(fresh)
        products = _valued(fresh, shape, search)
        reach = [p for p in products if (p.nearer >= 0 if search.goal.above else p.nearer > 0)]
        tried.reach += len(reach)
        strangers += [p for p in reach if p.similarity < search.min_similarity]
        similar = [p for p in reach if p.similarity >= search.min_similarity]
        found |= _judged(_sound(similar, search, tried), search, tried)
        if any(one.sure for one in found.values()) or (found and step > 1) or step == search.steps:
            break
        parents = _beam(products, search)
    if not found:
        found = _judged(_sound(strangers, search, tried), search, tried)
    return pick(found.values(), search.number), tried


def pick(found: Collection[Counterfactual], number: int) -> list[Counterfactual]:
    """At most so many: another place and another group each, then another place, then another kind of edit there.

    Sure ones come first, then the smallest; what was measured counts as smaller.
    """
    ranked = sorted(found, key=lambda one: (not one.sure, one.size - MEASURED * one.measured, one.smiles))
    chosen: list[Counterfactual] = []
    for differs in (_in_all, _elsewhere, _otherwise):
        for one in ranked:
            if len(chosen) < number and one not in chosen and all(differs(one, other) for other in chosen):
                chosen.append(one)
    return sorted(chosen, key=ranked.index)


def blame(mol: Mol, screen: Screen, goal: Goal) -> Floats:
    """For each atom by how much masking it brings the value nearer to the goal, shape (n_atoms,); NaN becomes 0."""
    values = goal.nearer(screen([mol, *masked(mol)]))
    gains: Floats = np.nan_to_num(values[1:] - values[0])
    return gains


def _products(parent: _Product, whole: Mol, search: Search, known: set[str], width: int) -> Iterator[_Product]:
    """The new products of one molecule: none that was met before, none that changes what is kept."""
    seen = 0
    for edit in search.edits(parent.mol, blame(parent.mol, search.screen, search.goal)):
        smiles = _flat_smiles(edit.mol)
        if smiles in known:
            continue
        known.add(smiles)
        product = _Product(smiles, edit.mol, (*parent.steps, edit), whole)
        if search.kept and search.kept & product.difference.core:
            continue
        yield product
        seen += 1
        if seen >= width:
            return


def _valued(fresh: Sequence[_Product], shape: NDArray[np.uint8], search: Search) -> list[_Product]:
    """The products that are like the start enough, with their values; without those the model has no answer for."""
    if not fresh:
        return []
    least = min(search.min_similarity, search.least_similarity)
    alike = tanimoto(shape, bits([p.mol for p in fresh]))[0].tolist()
    near = [(p, s) for p, s in zip(fresh, alike, strict=True) if s >= least]
    values = search.screen([p.mol for p, _ in near]) if near else np.zeros(0)
    out = []
    for (product, similarity), value in zip(near, search.goal.nearer(values).tolist(), strict=True):
        product.similarity, product.nearer = similarity, value
        if np.isfinite(value):
            out.append(product)
    return out


def _sound(reach: Sequence[_Product], search: Search, tried: Tried) -> list[_Product]:
    """Of those that reach the goal the smallest changes that nobody objects to, and those farthest beyond it.

    The latter are there because the model may be sure of them.
    """
    wanted = SHORTLIST * search.number
    best = max((p.nearer for p in reach), default=0.0) or 1.0
    near = sorted(reach, key=lambda p: -p.similarity)[: LOOKED * wanted]
    near.sort(key=lambda p: p.size)
    far = sorted(reach, key=lambda p: -p.similarity - p.nearer / best)[: LOOKED * wanted]
    asked: dict[str, str] = {}
    out: dict[str, _Product] = {}
    for order, most in ((near, wanted), (far, wanted // 2)):
        taken = 0
        for product in order:
            if taken >= most:
                break
            if product.smiles not in asked:
                asked[product.smiles] = search.objection(product.mol)
                if asked[product.smiles]:
                    tried.objections[asked[product.smiles]] += 1
                else:
                    out[product.smiles] = product
            taken += not asked[product.smiles]
    return list(out.values())


def _judged(products: Sequence[_Product], search: Search, tried: Tried) -> dict[str, Counterfactual]:
    """Those of which the judge too says that they reach the goal, by SMILES."""
    if not products:
        return {}
    texts = [Chem.MolToSmiles(p.mol) for p in products]
    answers = search.judge(texts)
    tried.judged += len(texts)
    reached = search.goal.reached(answers.value)
    if outside := int((reached & ~answers.inside).sum()):
        tried.objections["being outside the model's domain"] += outside
    return {
        text: Counterfactual(text, p.mol, p.similarity, p.difference, p.steps, *answers.take(i))
        for i, (text, p) in enumerate(zip(texts, products, strict=True))
        if reached[i] and answers.inside[i]
    }


def _beam(products: Sequence[_Product], search: Search) -> list[_Product]:
    """The products to be edited again: most progress for the change, each at another place, nothing against them."""
    if not products:
        return []
    values = np.array([p.nearer for p in products])
    span = float(np.ptp(values)) or 1.0
    chosen: list[_Product] = []
    for product in sorted(products, key=lambda p: -p.similarity - 2.0 * p.nearer / span):
        if len(chosen) == BEAM:
            break
        apart = all(_overlap(product.difference, other.difference) < APART for other in chosen)
        if apart and not search.objection(product.mol):
            chosen.append(product)
    return chosen


def _in_all(one: Counterfactual, other: Counterfactual) -> bool:
    return _elsewhere(one, other) and (_new(one) != _new(other) or not _new(one))


def _elsewhere(one: Counterfactual, other: Counterfactual) -> bool:
    return _overlap(one.difference, other.difference) < APART


def _otherwise(one: Counterfactual, other: Counterfactual) -> bool:
    return _elsewhere(one, other) or [s.kind for s in one.steps] != [s.kind for s in other.steps]


def _new(one: Counterfactual) -> list[int]:
    """The elements that were put in."""
    return sorted(one.mol.GetAtomWithIdx(i).GetAtomicNum() for i in one.difference.added)


def _overlap(one: Difference, other: Difference) -> float:
    a, b = one.touched, other.touched
    return len(a & b) / len(a | b) if a | b else 1.0


def _size(similarity: float, change: Difference, steps: int) -> float:
    return 1.0 - similarity + ATOM * change.n_atoms + STEP * (steps - 1) + HUNG * (not change.core)


def _flat_smiles(mol: Mol) -> str:
    return Chem.MolToSmiles(mol, isomericSmiles=False)
