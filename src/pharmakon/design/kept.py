"""Parts of a molecule that must stay: fragments with open ends, found again in a child, and what hangs on them.

A fragment is SMILES with `*` (or `[*:1]`, `[*:2]` ...) where something may hang. In a child each of its atoms has the
same element, charge, bonds and number of neighbours, but for the atoms beside a `*`, where a hydrogen may have given
way to one part. Such a part hangs on a single bond outside any ring: the fragment's own rings cannot be fused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem import Mol, RWMol

from pharmakon.core.errors import ConfigError
from pharmakon.design.fragment import Piece
from pharmakon.design.graph import SINGLE

MATCHES = 200
"""Places where the fragments are looked for in one molecule."""


class Template(NamedTuple):
    """Fragments as one molecule with hydrogens in place of each `*`.

    `room` says how many parts an atom may carry, `labels` which points stand at an atom.
    """

    mol: Mol
    room: dict[int, int]
    labels: dict[int, tuple[int, ...]]


class Fit(NamedTuple):
    """Where the kept atoms are in a molecule, the parts that hang on them, and open atoms where nothing does."""

    atoms: tuple[int, ...]
    parts: tuple[Piece, ...]
    empty: tuple[int, ...]

    @property
    def free(self) -> int:
        """Heavy atoms that are not kept."""
        return sum(len(part.atoms) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Kept:
    """Fragments that stay; with `filled`, each of their points must carry something."""

    fragments: tuple[str, ...]
    filled: bool = False

    @property
    def template(self) -> Template:
        """The fragments, read."""
        return template(self.fragments)

    def fits(self, mol: Mol) -> Iterator[Fit]:
        """The ways in which a molecule keeps the fragments; none where it does not."""
        query = _query(self.fragments, self.filled)
        for match in mol.GetSubstructMatches(query, maxMatches=MATCHES):
            found = self._fit(mol, match)
            if found is not None:
                yield found

    def _fit(self, mol: Mol, match: tuple[int, ...]) -> Fit | None:
        template_ = self.template
        inside = set(match)
        bonds: list[tuple[int, int]] = []
        empty = []
        for index, room in template_.room.items():
            atom, place = mol.GetAtomWithIdx(match[index]), match[index]
            outside = [b for b in atom.GetBonds() if b.GetOtherAtomIdx(place) not in inside]
            if len(outside) != atom.GetDegree() - template_.mol.GetAtomWithIdx(index).GetDegree():
                return None  # a new bond between two kept atoms
            if any(b.GetBondType() != SINGLE or b.IsInRing() for b in outside):
                return None
            bonds += [(b.GetOtherAtomIdx(place), place) for b in outside]
            empty += [place] * (room - len(outside))
        return Fit(match, tuple(_parts(mol, bonds, inside)), tuple(empty))


@lru_cache(maxsize=512)
def template(fragments: tuple[str, ...]) -> Template:
    """Read fragments; ConfigError where one is no SMILES or a `*` is no end."""
    mol, room, labels = Chem.Mol(), dict[int, int](), dict[int, tuple[int, ...]]()
    for smiles in fragments:
        one, more, points = _read(smiles)
        shift = mol.GetNumAtoms()
        mol = Chem.CombineMols(mol, one)
        room |= {atom + shift: n for atom, n in more.items()}
        labels |= {atom + shift: several for atom, several in points.items()}
    Chem.SanitizeMol(mol)
    return Template(mol, room, labels)


def _read(smiles: str) -> tuple[Mol, dict[int, int], dict[int, tuple[int, ...]]]:
    mol = Chem.MolFromSmiles(smiles)
    if mol is None or not mol.GetNumAtoms():
        raise ConfigError(f"{smiles!r} is not a SMILES")
    Chem.RemoveStereochemistry(mol)
    stars = [a for a in mol.GetAtoms() if a.GetAtomicNum() == 0]
    numbers: dict[int, list[int]] = {}
    for order, star in enumerate(stars):
        beside = star.GetNeighbors()
        if len(beside) != 1 or star.GetBonds()[0].GetBondType() != SINGLE or beside[0].GetAtomicNum() == 0:
            raise ConfigError(f"an attachment point of {smiles!r} is not at the end of a single bond to an atom")
        numbers.setdefault(beside[0].GetIdx(), []).append(star.GetAtomMapNum() or star.GetIsotope() or order + 1)
    for atom in mol.GetAtoms():
        if atom.GetIdx() in numbers:
            atom.SetProp("points", " ".join(map(str, numbers[atom.GetIdx()])))
        atom.SetAtomMapNum(0)
    for star in stars:
        star.SetIsotope(0)
        star.SetAtomicNum(1)
    bare = Chem.RemoveHs(mol) if stars else mol
    if not stars:
        return bare, {a.GetIdx(): a.GetTotalNumHs() for a in bare.GetAtoms() if a.GetTotalNumHs()}, {}
    points = {a.GetIdx(): tuple(map(int, a.GetProp("points").split())) for a in bare.GetAtoms() if a.HasProp("points")}
    return bare, {atom: len(several) for atom, several in points.items()}, points


@lru_cache(maxsize=512)
def _query(fragments: tuple[str, ...], filled: bool) -> Mol:  # noqa: FBT001 - a cache's key
    mol, room, _ = template(fragments)
    query = RWMol()
    for atom in mol.GetAtoms():
        degree, more = atom.GetDegree(), room.get(atom.GetIdx(), 0)
        neighbours = f"D{{{degree}-{degree + more}}}" if more and not filled else f"D{degree + more}"
        kind = "a" if atom.GetIsAromatic() else "A"
        query.AddAtom(
            Chem.AtomFromSmarts(
                f"[#{atom.GetAtomicNum()};{kind};{neighbours};X{atom.GetTotalDegree()};{atom.GetFormalCharge():+d}]"
            )
        )
    for bond in mol.GetBonds():
        query.AddBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), bond.GetBondType())
    return query.GetMol()


def _parts(mol: Mol, bonds: Sequence[tuple[int, int]], inside: set[int]) -> Iterator[Piece]:
    """What hangs on bonds (outer atom, kept atom), each connected part once."""
    seen: set[int] = set()
    for first, _ in bonds:
        if first in seen:
            continue
        members, waiting = {first}, [first]
        while waiting:
            for other in mol.GetAtomWithIdx(waiting.pop()).GetNeighbors():
                index = other.GetIdx()
                if index not in members and index not in inside:
                    members.add(index)
                    waiting.append(index)
        seen |= members
        ends = tuple((outer, kept) for outer, kept in bonds if outer in members)
        yield Piece(frozenset(members), ends, any(mol.GetAtomWithIdx(i).IsInRing() for i in members))


def around(mol: Mol, atoms: frozenset[int]) -> tuple[str, ...]:
    """What hangs on a set of atoms, as fragments with a numbered point each (stereo stays), largest first."""
    bonds = [b.GetIdx() for b in mol.GetBonds() if (b.GetBeginAtomIdx() in atoms) != (b.GetEndAtomIdx() in atoms)]
    return cut(mol, bonds, without=atoms)


def cut(mol: Mol, bonds: Sequence[int], *, without: frozenset[int] = frozenset()) -> tuple[str, ...]:
    """The fragments that cutting bonds gives, points numbered in the order of the bonds; largest first.

    Fragments that hold an atom of `without` are left out.
    """
    labels = [(i + 1, i + 1) for i in range(len(bonds))]
    parted = Chem.FragmentOnBonds(mol, list(bonds), dummyLabels=labels) if bonds else Chem.Mol(mol)
    for atom in parted.GetAtoms():
        if atom.GetAtomicNum() == 0:
            atom.SetAtomMapNum(atom.GetIsotope())
            atom.SetIsotope(0)
    kept = [members for members in Chem.GetMolFrags(parted) if without.isdisjoint(members)]
    kept.sort(key=lambda members: (-len(members), members))
    return tuple(Chem.MolFragmentToSmiles(parted, members) for members in kept)
