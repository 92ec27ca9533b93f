"""What a mode asks of every molecule, and how children are bred so that they hold it.

A guard is asked of each child and again of each molecule that is about to be scored; molecules to start from are made
so that they pass. It knows nothing of goals. Guards can be pickled.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.scaffolds import scaffold
from pharmakon.chem.similarity import tanimoto
from pharmakon.design import context, fragment, genetic
from pharmakon.design.diversity import spread
from pharmakon.design.fragment import Piece
from pharmakon.design.graph import Limits, Operator, flat, pick
from pharmakon.design.kept import Fit, Kept
from pharmakon.design.oddities import Oddities, oddities
from pharmakon.design.parts import edit_part, fill, put, redraw

OPERATORS: dict[str, Operator] = genetic.OPERATORS | fragment.OPERATORS | context.OPERATORS
CROSSOVERS = genetic.CROSSOVERS | fragment.CROSSOVERS
REDRAW = "redraw"
"""The operator that draws another part from the vocabulary in place of one that is not kept."""
OFTEN = 4.0
"""How often it is used, in units of each other operator."""
ROOM = 25
"""Heavy atoms that what is kept may grow by, where that is more than the usual limit."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A band of ECFP4 Tanimoto similarity to a molecule, which is not itself inside."""

    smiles: str
    low: float
    high: float

    def holds(self, mol: Mol) -> bool:
        """Whether a molecule lies in the band."""
        found = float(tanimoto(bits([mol]), _bits(self.smiles))[0, 0])
        return self.low - 1e-6 <= found <= self.high + 1e-6 and Chem.MolToSmiles(mol) != self.smiles


@dataclass(frozen=True)
class Guard(ABC):
    """The base: `base` is what is kept, as molecules; `words` says in a sentence what is asked."""

    words: str
    base: str

    @abstractmethod
    def __call__(self, mol: Mol) -> bool:
        """Whether a molecule without stereo is one that the mode may put out; quick."""

    @abstractmethod
    def start(self, random: Generator, *, strict: bool) -> Mol | None:
        """A molecule to begin with, perhaps; without `strict` unusual bonds are made too."""

    @property
    def operators(self) -> Mapping[str, float]:
        """Names of the operators that breed under this guard, and how often each is tried at first."""
        return dict.fromkeys(OPERATORS, 1.0)

    def operator(self, name: str) -> Operator:
        """The operator of a name."""
        return OPERATORS[name]

    def kept(self, mol: Mol) -> tuple[int, ...]:
        """The atoms of a molecule that are what was to be kept."""
        return ()

    def changed(self, mol: Mol) -> dict[str, str]:
        """What hangs where, as SMILES with `*`, by the name of the place."""
        return {}

    def accepts(self, smiles: str) -> bool:
        """Whether a SMILES is of a molecule that passes."""
        mol = flat(smiles)
        return mol is not None and self(mol)

    @property
    def allowed(self) -> Oddities:
        """What would be unwanted in a molecule, had the user not asked for it."""
        return oddities(self.base)

    def sane(self, mol: Mol) -> bool:
        """Whether nothing about a molecule is absurd but what is kept."""
        return self.allowed.excuse(mol)

    def limits(self, limits: Limits) -> Limits:
        """The limits of a child, wide enough for what is kept."""
        mol = Chem.MolFromSmiles(self.base)
        return replace(
            limits,
            max_atoms=max(limits.max_atoms, mol.GetNumHeavyAtoms() + ROOM),
            max_charge=max(limits.max_charge, abs(Chem.GetFormalCharge(mol))),
            elements=limits.elements | {atom.GetSymbol() for atom in mol.GetAtoms()},
        )

    def starts(self, n: int, random: Generator, *, tries: int = 60) -> list[str]:
        """`n` different molecules that pass, spread over what is possible; fewer where few are found."""
        found: dict[str, None] = {}
        with rdBase.BlockLogs():
            for attempt in range(n * tries):
                if len(found) >= 2 * n:
                    break
                mol = self.start(random, strict=attempt < n * tries // 2)
                if mol is not None and self(mol) and self.sane(mol):
                    found[Chem.MolToSmiles(mol)] = None
        candidates = list(found)
        return [candidates[i] for i in spread(candidates, n)]


@dataclass(frozen=True)
class Parts(Guard):
    """Fragments stay; what hangs on them is drawn and edited.

    One of the `variants` must fit. `free` is how many heavy atoms may be new, `single` that they are one part, `ring`
    that some are in a ring, `path` how many atoms the shortest way through a part has, `unlike` the Bemis-Murcko
    scaffold that a molecule must not have; `name` says what a part is called.
    """

    variants: tuple[Kept, ...]
    free: tuple[int, int] = (1, 1000)
    single: bool = False
    ring: bool = False
    path: tuple[int, int] | None = None
    unlike: str | None = None
    likeness: Likeness | None = None
    name: str = "R"

    def __call__(self, mol: Mol) -> bool:
        return (
            _fit(self, mol) is not None
            and (self.unlike is None or scaffold(mol) != self.unlike)
            and (self.likeness is None or self.likeness.holds(mol))
        )

    @property
    def operators(self) -> Mapping[str, float]:
        return {**super().operators, REDRAW: OFTEN}

    def operator(self, name: str) -> Operator:
        return self._redraw if name == REDRAW else partial(self._edit, name)

    def start(self, random: Generator, *, strict: bool) -> Mol | None:
        kept = pick(self.variants, random)
        mol, room, points = kept.template
        if len(kept.fragments) > 1:
            return fill(mol, list(room), random, strict=strict)
        places = [atom for atom, several in room.items() for _ in range(several)]
        wanted = 1 if self.single else len(places) if points else 1 + int(random.integers(3))
        made: Mol | None = mol
        for place in random.permutation(places)[:wanted]:
            made = fill(made, [int(place)], random, strict=strict) if made is not None else None
        return made

    def kept(self, mol: Mol) -> tuple[int, ...]:
        found = _fit(self, mol)
        return found[1].atoms if found else ()

    def changed(self, mol: Mol) -> dict[str, str]:
        found = _fit(self, mol)
        if found is None:
            return {}
        kept, fit = found
        labels = kept.template.labels if self.name == "R" else {}
        out: dict[str, str] = {}
        for number, piece in enumerate(fit.parts):
            mine = labels.get(fit.atoms.index(piece.ends[0][1]), ())
            names = [f"{self.name}{label}" for label in mine] if mine else [f"{self.name}{number + 1}"]
            name = next((one for one in names if one not in out), names[-1]) if self.name == "R" else self.name
            out[name] = fragment.extract(mol, piece)
        return dict(sorted(out.items()))

    def fitting(self, mol: Mol) -> tuple[Kept, Fit] | None:
        """The first variant and place that fit."""
        for kept in self.variants:
            for fit in kept.fits(mol):
                if (
                    self.free[0] <= fit.free <= self.free[1]
                    and (not self.ring or any(part.ring for part in fit.parts))
                    and (len(fit.parts) <= 1 or not self.single)
                    and (self.path is None or all(self.path[0] <= _way(mol, p) <= self.path[1] for p in fit.parts))
                ):
                    return kept, fit
        return None

    def _edit(self, name: str, mol: Mol, mate: Mol, random: Generator) -> Mol | None:
        """One of the genetic operators on a part that is not kept; a crossing is with a part of the mate."""
        found = _fit(self, mol)
        if found is None or not found[1].parts:
            return None
        theirs = _fit(self, mate) if name in CROSSOVERS else None
        mates = theirs[1].parts if theirs else ()
        piece = pick(found[1].parts, random)
        return edit_part(OPERATORS[name], mol, piece, mate=mate, mates=mates, random=random)

    def _redraw(self, mol: Mol, mate: Mol, random: Generator) -> Mol | None:
        """Another part from the vocabulary, a part where there was none, or none where there was one."""
        found = _fit(self, mol)
        if found is None:
            return None
        kept, (_, parts, empty) = found
        if empty and (not parts or (not self.single and random.random() < 0.5)):
            return fill(mol, [pick(empty, random)], random)
        if not parts:
            return None
        piece = pick(parts, random)
        if len(piece.ends) == 1 and not kept.filled and random.random() < 0.15:
            return put(mol, [piece.ends[0][1]], None, leaving=piece.atoms)
        return redraw(mol, piece, random)


@dataclass(frozen=True)
class Pattern(Guard):
    """A substructure stays, whatever else becomes of the molecule; `base` is "" where none can be drawn from it."""

    smarts: str

    def __call__(self, mol: Mol) -> bool:
        return bool(mol.HasSubstructMatch(_pattern(self.smarts)))

    def kept(self, mol: Mol) -> tuple[int, ...]:
        return tuple(mol.GetSubstructMatch(_pattern(self.smarts)))

    def start(self, random: Generator, *, strict: bool) -> Mol | None:
        if not self.base:
            return None
        made: Mol | None = Chem.MolFromSmiles(self.base)
        for _ in range(1 + int(random.integers(3))):
            places = [a.GetIdx() for a in made.GetAtoms() if a.GetTotalNumHs()] if made is not None else []
            if made is None or not places:
                break
            made = fill(made, [pick(places, random)], random, strict=strict)
        return made

    def starts(self, n: int, random: Generator, *, tries: int = 60) -> list[str]:
        found = super().starts(n, random, tries=tries)
        if found:
            return found
        from pharmakon.design.assemble import assemble

        return [smiles for smiles in assemble(n, random) if self.accepts(smiles)]


@dataclass(frozen=True)
class Analogues(Guard):
    """Molecules in a band of similarity to one."""

    likeness: Likeness

    def __call__(self, mol: Mol) -> bool:
        return self.likeness.holds(mol)

    def start(self, random: Generator, *, strict: bool) -> Mol | None:
        """The molecule edited until it is in the band, at most a dozen times."""
        return next(filter(self, self._walk(random)), None)

    def _walk(self, random: Generator) -> Iterator[Mol]:
        mol = mate = Chem.MolFromSmiles(self.base)
        names = [name for name in OPERATORS if name not in CROSSOVERS]
        for _ in range(12):
            child = OPERATORS[pick(names, random)](mol, mate, random)
            if child is not None and self.sane(child):
                mol = child
                yield mol


def _way(mol: Mol, part: Piece) -> int:
    """Atoms on the shortest way through a part, from its first open end to its last."""
    first, last = part.ends[0][0], part.ends[-1][0]
    return len(Chem.GetShortestPath(mol, first, last)) if first != last else 1


@lru_cache(maxsize=8192)
def _fit(guard: Parts, mol: Mol) -> tuple[Kept, Fit] | None:
    return guard.fitting(mol)


@lru_cache(maxsize=64)
def _bits(smiles: str) -> NDArray[np.uint8]:
    return bits([Chem.MolFromSmiles(smiles)])


@lru_cache(maxsize=64)
def _pattern(smarts: str) -> Mol:
    return Chem.MolFromSmarts(smarts)
