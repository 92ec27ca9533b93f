"""Ways to cut a molecule for a mode of design, best first, each with its reasons.

Cuts are made at acyclic single bonds that touch a ring, where chemists make bonds too. Nothing is learnt here: a
proposal is ranked by how much it keeps, how many open ends it leaves and how usual the bonds are that it cuts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.chem.scheduled import refuse
from pharmakon.core.errors import ConfigError, RefusedGoal
from pharmakon.design.begin import parent, unlabelled
from pharmakon.design.fragment import joinable, kind, pieces, ring_cuts
from pharmakon.design.graph import flat
from pharmakon.design.kept import around, cut, template
from pharmakon.design.modes import ARM, Mode, core_of

__all__ = ["Proposal", "proposals"]

END = 5
"""Heavy atoms, a ring among them, that each end of a linked pair has at least."""
LINKER = 12
"""Heavy atoms of a linker at most: what the mode allows when nothing is said."""
GROWN = (0.35, 0.8)
"""Share of a molecule that a fragment to grow has."""
KINDS = ("decorate", "link", "grow", "hop")
POINTS = (1, 4)
"""Attachment points of a scaffold."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mode for a molecule, what is cut off it, and why this cut is a good one. `score` lies between 0 and 1."""

    mode: Mode
    pieces: tuple[str, ...]
    score: float
    reasons: tuple[str, ...]

    @property
    def toml(self) -> str:
        """The mode as a table of a goal file."""
        given = self.mode.model_dump(exclude_defaults=True)
        return "\n".join(["[mode]", *(f"{key} = {_toml(value)}" for key, value in given.items())])


def proposals(smiles: str) -> list[Proposal]:
    """Scaffolds to decorate, pairs to link, fragments to grow and a core to hop, best first of each kind.

    Stereo stays in what is proposed; isotopes do not, and of a salt its parent is cut. ConfigError where the text is no
    molecule, RefusedGoal where it is a scheduled chemical.
    """
    if not smiles.strip():
        raise ConfigError("there is no SMILES")
    with rdBase.BlockLogs():
        refuse(smiles, "as a molecule to slice")
        text = unlabelled(parent(smiles))
        mol = Chem.MolFromSmiles(text)
    if mol is None or flat(text) is None or any(a.GetAtomicNum() == 0 for a in mol.GetAtoms()):
        raise ConfigError(f"{smiles!r} is not the SMILES of a molecule")
    found = []
    for given, pieces_, why in (*_scaffolds(mol), *_pairs(mol), *_grown(mol), *_hops(mol)):
        with suppress(RefusedGoal):  # a part of a harmless molecule may be none
            found.append(Proposal(Mode(**given), pieces_, round(why.score, 3), tuple(why.said)))
    unique: dict[Mode, Proposal] = {}
    for one in sorted(found, key=lambda p: (KINDS.index(p.mode.kind), -p.score, p.pieces)):
        unique.setdefault(one.mode, one)
    return list(unique.values())


@dataclass
class _Reasons:
    """Reasons, and the product of what each is worth."""

    said: list[str] = field(default_factory=list)
    score: float = 1.0

    def add(self, worth: float, text: str = "") -> None:
        self.score *= worth
        if text:
            self.said.append(text)


_Found = tuple[dict[str, Any], tuple[str, ...], _Reasons]
"""The keys of a mode, what is cut off for it, and why."""


def _scaffolds(mol: Mol) -> Iterator[_Found]:
    """All rings with their linkers, without what hangs on them; and each ring system by itself."""
    found = pieces(mol)
    rings = [p for p in found if p.ring]
    ends = [p for p in found if not p.ring and len(p.ends) == 1]
    whole = frozenset(i for p in found if p not in ends for i in p.atoms)
    choices = {whole: "all ring systems and what joins them"} if rings and ends else {}
    for ring in rings:
        if len(rings) > 1 or not ends:
            choices.setdefault(ring.atoms, "one ring system, with everything on it open to change")
    for atoms, what in choices.items():
        bonds = _leaving(mol, atoms)
        if not POINTS[0] <= len(bonds) <= POINTS[1]:
            continue
        scaffold, *arms = _with_first(mol, bonds, atoms)
        why = _Reasons()
        why.add(1.0, what)
        _share(why, mol, len(atoms), best=(0.4, 0.75))
        why.add(1.0 if len(bonds) in (2, 3) else 0.8, _count(len(bonds), "open end"))
        _usual(why, mol, bonds)
        yield {"kind": "decorate", "scaffold": scaffold}, tuple(arms), why


def _pairs(mol: Mol) -> Iterator[_Found]:
    """What two fragments with a ring each are left when a linker between them is taken out."""
    bonds = [mol.GetBondBetweenAtoms(*pair).GetIdx() for pair in ring_cuts(mol)]
    for pair in combinations(bonds, 2):
        parts = cut(mol, pair)
        twice = [part for part in parts if part.count("*") == 2]
        ends = [part for part in parts if part.count("*") == 1]
        if len(twice) != 1 or len(ends) != 2:
            continue
        sizes = [template((one,)).mol for one in (*ends, twice[0])]
        atoms = [m.GetNumHeavyAtoms() for m in sizes]
        if min(atoms[:2]) < END or atoms[2] > LINKER or not all(m.GetRingInfo().NumRings() for m in sizes[:2]):
            continue
        why = _Reasons()
        acyclic = not sizes[2].GetRingInfo().NumRings()
        with_ring = "" if acyclic else " with a ring"
        why.add(1.0 if acyclic else 0.7, f"a linker of {_count(atoms[2], 'heavy atom')}{with_ring}")
        why.add(min(atoms[:2]) / max(atoms[:2]) * 0.5 + 0.5, f"two ends of {atoms[0]} and {atoms[1]} heavy atoms")
        _usual(why, mol, pair)
        yield {"kind": "link", "fragments": tuple(map(_renumbered, ends))}, (twice[0],), why


def _grown(mol: Mol) -> Iterator[_Found]:
    """A side of a bond that holds a ring and a good part of the molecule."""
    for pair in ring_cuts(mol):
        bond = mol.GetBondBetweenAtoms(*pair).GetIdx()
        sides = cut(mol, [bond])
        for stays, leaves in (sides, sides[::-1]):
            kept = template((stays,)).mol
            share = kept.GetNumHeavyAtoms() / mol.GetNumHeavyAtoms()
            if not GROWN[0] <= share <= GROWN[1] or not kept.GetRingInfo().NumRings():
                continue
            why = _Reasons()
            _share(why, mol, kept.GetNumHeavyAtoms(), best=(0.5, 0.7))
            _usual(why, mol, [bond])
            yield {"kind": "grow", "fragment": stays}, (leaves,), why


def _hops(mol: Mol) -> Iterator[_Found]:
    """The core that a hop replaces when none is named."""
    smiles = Chem.MolToSmiles(mol)
    try:
        ordered = Chem.MolFromSmiles(smiles)
        core = core_of(ordered)
    except ConfigError:
        return
    why = _Reasons()
    arms = around(ordered, core)
    why.add(1.0 if len(arms) > 1 else 0.6, f"{_count(len(arms), 'arm')} of {ARM} heavy atoms or more stay")
    why.add(1.0, f"a core of {_count(len(core), 'heavy atom')} is replaced")
    others = frozenset(range(ordered.GetNumAtoms())) - core
    yield {"kind": "hop", "molecule": smiles}, cut(ordered, _leaving(ordered, core), without=others), why


# ------------------------------------------------------------------ what a cut is worth


def _share(why: _Reasons, mol: Mol, kept: int, *, best: tuple[float, float]) -> None:
    share = kept / mol.GetNumHeavyAtoms()
    outside = max(best[0] - share, share - best[1], 0.0)
    why.add(max(0.1, 1.0 - 2.0 * outside), f"keeps {kept} of {mol.GetNumHeavyAtoms()} heavy atoms")


def _usual(why: _Reasons, mol: Mol, bonds: tuple[int, ...] | list[int]) -> None:
    """Whether drug-like molecules have these bonds often."""
    rare = 0
    for index in bonds:
        bond = mol.GetBondWithIdx(index)
        one, two = bond.GetBeginAtom(), bond.GetEndAtom()
        rare += not joinable(kind(one, across=two.GetIdx()), kind(two, across=one.GetIdx()))
    if rare:
        why.add(0.7**rare, f"{_count(rare, 'bond')} of those cut is rare in drug-like molecules")
    else:
        why.add(1.0, "every bond that is cut is a usual one")


def _leaving(mol: Mol, atoms: frozenset[int]) -> list[int]:
    """The bonds between a set of atoms and the others."""
    return [b.GetIdx() for b in mol.GetBonds() if (b.GetBeginAtomIdx() in atoms) != (b.GetEndAtomIdx() in atoms)]


def _with_first(mol: Mol, bonds: list[int], atoms: frozenset[int]) -> list[str]:
    """The fragment of some atoms, then the others by the number of their point."""
    arms = cut(mol, bonds, without=atoms)
    others = frozenset(range(mol.GetNumAtoms())) - atoms
    (scaffold,) = cut(mol, bonds, without=others)
    return [scaffold, *sorted(arms, key=lambda arm: int(arm.split("[*:")[1].split("]")[0]))]


def _renumbered(fragment: str) -> str:
    """A fragment whose one point is number 1."""
    mol = Chem.MolFromSmiles(fragment)
    for atom in mol.GetAtoms():
        atom.SetAtomMapNum(1 if atom.GetAtomicNum() == 0 else 0)
    return str(Chem.MolToSmiles(mol))


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def _toml(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return "'" + str(value) + "'" if "\\" in str(value) else f'"{value}"'
