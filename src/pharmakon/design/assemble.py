"""Molecules from nothing: drug-like ones, put together from the vocabulary, with no data file at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from numpy.random import Generator
from rdkit import Chem, rdBase
from rdkit.Chem import Mol, RWMol

from pharmakon.chem.alerts import unwanted
from pharmakon.chem.descriptors import named
from pharmakon.chem.synthesis import sa_score
from pharmakon.design.diversity import spread
from pharmakon.design.fragment import vocabulary
from pharmakon.design.graph import SINGLE, finish

RANGES = {"mw": (220, 480), "logp": (-0.5, 4.8), "tpsa": (20, 130), "hbd": (0, 4), "rotatable_bonds": (1, 9)}
"""Where oral drugs usually lie."""
EASY = 3.8
"""Highest synthetic accessibility score."""


def assemble(n: int, random: Generator, *, tries: int = 200) -> list[str]:
    """`n` different drug-like molecules of two to four ring systems, spread over chemical space.

    Fewer come back when n * `tries` attempts do not give enough.
    """
    wanted = 2 * n
    found: dict[str, None] = {}
    with rdBase.BlockLogs():
        for _ in range(tries * n):
            if len(found) >= wanted:
                break
            mol = _assembled(random)
            if mol is not None and _druglike(mol):
                found[Chem.MolToSmiles(mol)] = None
    candidates = list(found)
    return [candidates[i] for i in spread(candidates, n)]


def wander(random: Generator, *, tries: int = 20_000) -> Iterator[str]:
    """Molecules of up to four ring systems, their parts as common as in drug-like ones; some may repeat.

    What most molecules lack is likeliest found among many parts that go together often. It ends after so many `tries`,
    nearly all of which give one.
    """
    with rdBase.BlockLogs():
        for _ in range(tries):
            mol = _assembled(random, rings=2 + int(random.integers(2)), extend=0.95, power=1.0)
            if mol is not None:
                yield Chem.MolToSmiles(mol)


def _assembled(random: Generator, *, rings: int = 0, extend: float = 0.75, power: float = 0.5) -> Mol | None:
    """One molecule: a ring system whose open ends are filled, breadth first, with linkers, rings and substituents."""
    drawn = partial(vocabulary, power=power)
    rings = rings or 1 + int(random.choice(3, p=(0.35, 0.5, 0.15)))
    first = drawn("rings", 1 + int(random.choice(3, p=(0.2, 0.5, 0.3)))).draw(random)
    edited = RWMol(first.mol)
    open_ends = list(zip(first.ends, first.kinds, strict=True))
    while open_ends:
        place, here = open_ends.pop(0)
        if rings and random.random() < extend:
            chain = [drawn("linkers", 2)] if random.random() < 0.7 else []
            chain.append(drawn("rings", 1 if rings == 1 or random.random() < 0.4 else 2))
            rings -= 1
        else:
            chain = [drawn("substituents", 1)]
        for source in chain:
            new = source.fitting([here], random)
            if new is None:
                return None
            shift = edited.GetNumAtoms()
            edited = RWMol(Chem.CombineMols(edited, new.mol))
            edited.AddBond(place, new.ends[0] + shift, SINGLE)
            rest = [(a + shift, k) for a, k in zip(new.ends[1:], new.kinds[1:], strict=True)]
            if source is not chain[-1]:
                place, here = rest[0]
            else:
                open_ends += rest
    return finish(edited)


def _druglike(mol: Mol) -> bool:
    """Inside the usual ranges of an oral drug, easy to make, and nothing a chemist would cross out."""
    if any(not low <= named([mol], name)[0] <= high for name, (low, high) in RANGES.items()):
        return False
    return sa_score(mol) <= EASY and not unwanted(mol)
