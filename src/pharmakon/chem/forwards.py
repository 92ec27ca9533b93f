"""Molecules made forwards: building blocks put together by the named reactions, each with the steps that made it.

A random molecule has no route from a small stock; what is put together from the stock has one, since the steps that
made it are the route. Every step is judged as chem/reactions.py judges it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from numpy.random import Generator

from .reactions import Reaction, reaction, reactions, read, site
from .routes import STEPS, Step
from .scheduled import is_scheduled

Making = tuple[Step, ...]
"""Steps in the order of work, the molecule being the last one's product; none where nothing was made."""
TRIES = 10
"""Draws of a reaction and its other reactants for one step."""


class Bench:
    """Blocks at hand, as flat SMILES, and what each can be in which reaction; scheduled chemicals are left out."""

    def __init__(self, blocks: Sequence[str], *, steps: int = STEPS) -> None:
        self.blocks, self.steps = [text for text in dict.fromkeys(blocks) if _may_be_used(text)], steps

    @cached_property
    def partners(self) -> Mapping[tuple[str, int], Sequence[str]]:
        """The blocks that have the site of a reaction's reactant, by its name and place."""
        return {
            (one.name, place): [text for text in self.blocks if reacts(one, place, text)]
            for one in reactions()
            for place in range(len(one.ranks))
        }

    def draw(self, random: Generator) -> Making:
        """A molecule of one to `steps` reactions, begun with any block; none where a few tries gave none."""
        if not self.blocks:
            return ()
        made: Making = ()
        smiles = self.blocks[int(random.integers(len(self.blocks)))]
        for _ in range(1 + int(random.integers(self.steps))):
            longer = self._after(smiles, made, random)
            if longer == made:
                break
            smiles, made = longer[-1].product, longer
        return made

    def grown(self, made: Making, random: Generator) -> Making:
        """The molecule after one more reaction; none where it has all its steps or where a few tries gave none."""
        if not made or len(made) >= self.steps:
            return ()
        longer = self._after(made[-1].product, made, random)
        return longer if longer != made else ()

    def swapped(self, made: Making, random: Generator) -> Making:
        """The same reactions with one block exchanged for another that fits; none where that does not go through."""
        products = {step.product for step in made}
        places = [(i, j) for i, step in enumerate(made) for j, one in enumerate(step.reactants) if one not in products]
        if not places:
            return ()
        i, j = places[int(random.integers(len(places)))]
        others = self.partners[made[i].reaction, j]
        if not others:
            return ()
        block = others[int(random.integers(len(others)))]
        return _again(made, at=(i, j), block=block) if block != made[i].reactants[j] else ()

    def _after(self, smiles: str, made: Making, random: Generator) -> Making:
        """Steps with one more that begins with their product; the same steps where a few tries gave none."""
        can = [
            (one, place)
            for one in reactions()
            for place in range(len(one.ranks))
            if reacts(one, place, smiles)
            and all(self.partners[one.name, other] for other in range(len(one.ranks)) if other != place)
        ]
        for _ in range(TRIES if can else 0):
            one, place = can[int(random.integers(len(can)))]
            reactants = [
                self._partner(one, other, random) if other != place else smiles for other in range(len(one.ranks))
            ]
            if step := _run(one, reactants, made):
                return (*made, step)
        return made

    def _partner(self, one: Reaction, place: int, random: Generator) -> str:
        several = self.partners[one.name, place]
        return several[int(random.integers(len(several)))]


def reacts(one: Reaction, place: int, smiles: str) -> bool:
    """Whether a molecule has the site of one of a reaction's reactants."""
    return site(smiles, one.ranks[place]) is not None


def _run(one: Reaction, reactants: Sequence[str], made: Making) -> Step | None:
    """The reaction as a step; None where it gives nothing, what is scheduled, or what was there before."""
    before = {text for step in made for text in (*step.reactants, step.product)} | {*reactants}
    for product in one.forward(reactants)[:1]:
        if product not in before and _may_be_used(product):
            return Step(one.name, tuple(reactants), product)
    return None


def _again(made: Making, *, at: tuple[int, int], block: str) -> Making:
    """The steps run anew with another block at one place; none where one of them gives nothing."""
    renamed: dict[str, str] = {}
    out: Making = ()
    for i, step in enumerate(made):
        reactants = [block if (i, j) == at else renamed.get(text, text) for j, text in enumerate(step.reactants)]
        new = _run(reaction(step.reaction), reactants, out)
        if new is None:
            return ()
        renamed[step.product] = new.product
        out = (*out, new)
    return out


def _may_be_used(smiles: str) -> bool:
    mol = read(smiles)
    return mol is not None and not is_scheduled(mol)
