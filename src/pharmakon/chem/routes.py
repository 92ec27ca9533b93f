"""A route of a few named reactions from building blocks to a molecule: found backwards, proven forwards.

A molecule is taken apart by reactions run backwards, the shortest and simplest plan first, until all that is left is in
the stock. The plan is then run forwards from the blocks themselves: every step must give its product, and only that. So
a route is a witness that these reactions can make the molecule; none found proves nothing. Stereochemistry is left out.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice, product
from typing import Any

from rdkit import Chem
from rdkit.Chem import Mol

from .reactions import Reaction, flat_smiles, reaction, reactions
from .scheduled import is_scheduled
from .stock import Stock, forms

STEPS = 3
EXPANSIONS = 100
"""Molecules taken apart for one route, at most: what a search may cost, counted and not timed."""
LARGEST = 70
"""Heavy atoms of a molecule that is still looked at."""
_TRIALS = 24
"""Combinations of blocks that are run forwards for one step, and ways to make one intermediate that are kept."""
_KEPT = 4
_HELD = 20_000


@dataclass(frozen=True, slots=True)
class Block:
    """A building block and what its vendor calls it."""

    smiles: str
    id: str


@dataclass(frozen=True, slots=True)
class Step:
    """One reaction; flat SMILES."""

    reaction: str
    reactants: tuple[str, ...]
    product: str

    @property
    def conditions(self) -> str:
        """How the reaction is usually run."""
        return reaction(self.reaction).conditions


@dataclass(frozen=True, slots=True)
class Route:
    """How a molecule is made: steps in the order of work, none where it is in stock itself."""

    target: str
    steps: tuple[Step, ...]
    blocks: tuple[Block, ...]

    @property
    def depth(self) -> int:
        """Reactions of the longest line from a block to the target."""
        made: dict[str, int] = {}
        for step in self.steps:
            made[step.product] = 1 + max((made.get(text, 0) for text in step.reactants), default=0)
        return made.get(self.target, 0)

    @property
    def lines(self) -> list[str]:
        """One line a step, blocks with their ids."""
        if not self.steps:
            return [f"in stock: {self.blocks[0].smiles} ({self.blocks[0].id})"]
        return [f"{step.reaction}: {self.reactants(step)} -> {step.product}" for step in self.steps]

    def reactants(self, step: Step) -> str:
        """A step's reactants in words: those from the stock with their ids."""
        ids = {block.smiles: block.id for block in self.blocks}
        return " + ".join(f"{text} ({ids[text]})" if text in ids else text for text in step.reactants)

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def plain(self) -> dict[str, Any]:
        """As data for JSON."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Route:
        """From what `plain` gave, also after a way through JSON."""
        steps = (Step(s["reaction"], tuple(s["reactants"]), s["product"]) for s in plain["steps"])
        blocks = (Block(b["smiles"], b["id"]) for b in plain["blocks"])
        return cls(plain["target"], tuple(steps), tuple(blocks))


Cut = tuple[int, tuple[str, ...]]
"""A reaction's number and the reactants that it would need."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A way to get one intermediate, as it really comes out, and what was done for it."""

    smiles: str
    steps: tuple[Step, ...]
    blocks: tuple[Block, ...]


class RouteFinder:
    """Looks for routes from one stock. It keeps how molecules come apart, which changes no answer."""

    def __init__(self, stock: Stock, *, steps: int = STEPS, expansions: int = EXPANSIONS) -> None:
        self.stock, self.steps, self.expansions = stock, steps, expansions
        self._cuts: OrderedDict[str, tuple[Cut, ...]] = OrderedDict()

    def find(self, mol: Mol | None) -> Route | None:
        """The route of fewest reactions that was met within the budget, or None.

        None too for what is scheduled: how to make a chemical weapon is not told.
        """
        if mol is None or mol.GetNumHeavyAtoms() > LARGEST or is_scheduled(mol):
            return None
        target = flat_smiles(mol)
        if "." in target:
            return None
        for smiles, name in self.stock.find(target):
            if smiles == target:
                return Route(target, (), (Block(smiles, name),))
        return self._search(target)

    def _search(self, target: str) -> Route | None:
        """Best first: fewest reactions at least needed, then fewest atoms that still have to be made."""
        waiting: list[tuple[int, int, int, tuple[str, ...], dict[str, Cut]]] = [(1, 0, 0, (target,), {})]
        seen: set[frozenset[tuple[str, Cut]]] = set()
        expanded: set[str] = set()
        order = 0
        while waiting:
            _, _, _, (first, *others), plan = heapq.heappop(waiting)
            if first not in expanded and len(expanded) >= self.expansions:
                continue
            expanded.add(first)
            for cut in self._taken_apart(first):
                missing = [text for text in cut[1] if text not in self.stock]
                made = {**plan, first: cut}
                if any(text in made for text in missing):
                    continue
                still = tuple(sorted({*others, *missing}, key=lambda text: (-len(text), text)))
                least = len(made) + len(still)
                if least > self.steps:
                    continue
                if not still:
                    if route := self._proven(target, made):
                        return route
                    continue
                if frozenset(made.items()) in seen:
                    continue
                seen.add(frozenset(made.items()))
                order += 1
                heapq.heappush(waiting, (least, sum(map(len, still)), order, still, made))
        return None

    def _taken_apart(self, smiles: str) -> tuple[Cut, ...]:
        """Every reaction that could give a molecule, those first whose largest reactant is smallest."""
        if smiles in self._cuts:
            self._cuts.move_to_end(smiles)
            return self._cuts[smiles]
        mol = Chem.MolFromSmiles(smiles)
        cuts = {
            (number, parts)
            for number, one in enumerate(reactions())
            for parts in one.backward(mol)
            if smiles not in parts and one.allows(parts)
        }
        found = tuple(sorted(cuts, key=lambda cut: (max(map(len, cut[1])), cut)))
        self._cuts[smiles] = found
        if len(self._cuts) > _HELD:
            self._cuts.popitem(last=False)
        return found

    def _proven(self, target: str, plan: Mapping[str, Cut]) -> Route | None:
        """The plan run forwards from blocks; None where a step does not give its product, and only that."""
        for made in self._made(target, plan):
            if made.smiles == target and not any(is_scheduled(Chem.MolFromSmiles(text)) for text in _all(made)):
                return Route(target, tuple(dict.fromkeys(made.steps)), tuple(dict.fromkeys(made.blocks)))
        return None

    def _made(self, smiles: str, plan: Mapping[str, Cut]) -> list[_Made]:
        """A few ways to get what the plan calls `smiles`, where astatine may stand for any halogen."""
        if smiles not in plan:
            return [_Made(text, (), (Block(text, name),)) for text, name in self.stock.find(smiles)]
        number, parts = plan[smiles]
        ways = product(*(self._made(part, plan) for part in parts))
        tried = (one for way in islice(ways, _TRIALS) for one in _run(reactions()[number], way, smiles))
        return list(islice(tried, _KEPT))


def find_route(mol: Mol | None, stock: Stock, *, steps: int = STEPS, expansions: int = EXPANSIONS) -> Route | None:
    """The shortest route from the stock to a molecule that was met, or None; see RouteFinder for many molecules."""
    return RouteFinder(stock, steps=steps, expansions=expansions).find(mol)


def _run(one: Reaction, reactants: Sequence[_Made], wanted: str) -> Iterator[_Made]:
    """The reaction on real reactants, where it gives what is wanted."""
    texts = tuple(made.smiles for made in reactants)
    for made_of_them in one.forward(texts):
        if made_of_them == wanted or wanted in forms(made_of_them):
            before = tuple(step for made in reactants for step in made.steps)
            blocks = tuple(block for made in reactants for block in made.blocks)
            yield _Made(made_of_them, (*before, Step(one.name, texts, made_of_them)), blocks)
            return


def _all(made: _Made) -> set[str]:
    return {text for step in made.steps for text in (*step.reactants, step.product)}
