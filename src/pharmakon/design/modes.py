"""Modes of a design: what of a molecule must stay. Each is made into a guard that every output has passed."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal, Self

from pydantic import Field, model_validator
from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.chem.scaffolds import scaffold
from pharmakon.chem.scheduled import refuse
from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError
from pharmakon.design.begin import parent
from pharmakon.design.desirability import Want
from pharmakon.design.fragment import Piece, pieces
from pharmakon.design.graph import cuts, flat
from pharmakon.design.guard import Analogues, Guard, Likeness, Parts, Pattern
from pharmakon.design.kept import Kept, around, cut, template
from pharmakon.design.pattern import as_smarts, example, refuse_elements

__all__ = ["Kind", "Mode", "core_of", "guard_of"]

Kind = Literal["de_novo", "decorate", "link", "grow", "hop", "analogues", "keep"]
KEYS: dict[str, tuple[str, ...]] = {
    "de_novo": (),
    "decorate": ("scaffold",),
    "link": ("fragments", "linker", "path"),
    "grow": ("fragment",),
    "hop": ("molecule", "core"),
    "analogues": ("molecule", "similarity", "one_place"),
    "keep": ("substructure",),
}
"""The keys of each kind; the first must be given."""
ARM = 3
"""Heavy atoms from which on what hangs on a core is an arm that a hop keeps."""
CHANGE = 10
"""Heavy atoms at most that a change at one place takes away or brings."""
LARGER = 8
"""Heavy atoms by which a new core may be larger than the old."""


class Mode(Config):
    """What of a molecule must stay; every design keeps it."""

    kind: Kind = Field("de_novo", description="what is designed: with anything but de_novo, a part is given and stays")
    scaffold: str = Field(
        "",
        description="decorate: SMILES with `[*:1]`, `[*:2]` ... where something may hang; without, any hydrogen may go",
    )
    fragments: tuple[str, ...] = Field((), description="link: two SMILES with one `[*:1]` each, to be joined")
    linker: str = Field("1..12", description="link: heavy atoms of what joins the fragments")
    path: str = Field("", description="link: atoms on the shortest way between the fragments; any number otherwise")
    fragment: str = Field("", description="grow: SMILES with one `[*:1]` or more, where it may grow")
    molecule: str = Field("", description="hop, analogues: SMILES of the molecule to begin with")
    core: str = Field("", description="hop: SMARTS of the ring system to replace; the most central one otherwise")
    similarity: str = Field("0.5..0.9", description="analogues: band of ECFP4 Tanimoto similarity to the molecule")
    one_place: bool = Field(False, description="analogues: whether each is changed at one place only: matched pairs")
    substructure: str = Field("", description="keep: SMILES or SMARTS that stays")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        own = KEYS[self.kind]
        for key in sorted(self.model_fields_set - {"kind", *own}):
            kinds = " and ".join(kind for kind, keys in KEYS.items() if key in keys)
            raise ValueError(f"{key} is for the mode {kinds}, and the mode is {self.kind}")
        if own and not getattr(self, own[0]):
            raise ValueError(f"the mode {self.kind} needs {own[0]}")
        try:
            guard_of(self)
        except ConfigError as error:
            raise ValueError(str(error)) from None
        return self


@lru_cache(maxsize=64)
def guard_of(mode: Mode) -> Guard | None:
    """The guard of a mode; None where anything goes. ConfigError where what is given cannot be read or fits no mode.

    RefusedGoal where what is given is a scheduled chemical.
    """
    makers = {
        "de_novo": lambda _: None,
        "decorate": _decorate,
        "link": _link,
        "grow": _grow,
        "hop": _hop,
        "analogues": _analogues,
        "keep": _keep,
    }
    with rdBase.BlockLogs():
        guard: Guard | None = makers[mode.kind](mode)
    if guard is not None:
        for smiles in filter(None, guard.base.split(".")):
            refuse(smiles, "as what a design keeps")
    return guard


def _decorate(mode: Mode) -> Guard:
    kept = _kept("scaffold", mode.scaffold)
    where = "at its open ends" if kept.template.labels else "in place of hydrogens"
    return Parts(f"the scaffold {mode.scaffold} stays; parts hang on it {where} only", _base(kept), (kept,))


def _grow(mode: Mode) -> Guard:
    kept = _kept("fragment", mode.fragment)
    if not kept.template.labels:
        raise ConfigError(f"{mode.fragment!r} has no attachment point; write [*:1] where it shall grow")
    return Parts(f"the fragment {mode.fragment} stays and grows at its open ends only", _base(kept), (kept,))


def _link(mode: Mode) -> Guard:
    if len(mode.fragments) != 2:
        raise ConfigError(f"link joins two fragments; {len(mode.fragments)} are given")
    for text in mode.fragments:
        points = sum(_kept("fragments", text).template.room.values())
        if points != 1 or "*" not in text:
            raise ConfigError(f"{text!r} needs one attachment point [*:1], where the linker shall be")
    kept = Kept(mode.fragments, filled=True)
    free = _whole("linker", mode.linker)
    path = _whole("path", mode.path) if mode.path else None
    if path and path[0] > free[1]:
        raise ConfigError(f"a linker of {mode.linker!r} heavy atoms has no path of {mode.path!r}")
    one, two = mode.fragments
    words = f"{one} and {two} stay, joined by {_span(free)} heavy atoms"
    words += f", {_span(path)} of them on the shortest way" if path else ""
    return Parts(words, _base(kept), (kept,), free=free, single=True, path=path, name="linker")


def _hop(mode: Mode) -> Guard:
    mol = _molecule(mode.molecule)
    core = core_of(mol, mode.core)
    arms = around(_stereo(mode.molecule), core)
    words = f"{' and '.join(arms)} stay; the ring system between them is another"
    return Parts(
        words,
        Chem.MolToSmiles(mol),
        (Kept(arms, filled=True),),
        free=(ARM, len(core) + LARGER),
        single=True,
        ring=True,
        unlike=scaffold(mol),
        name="core",
    )


def core_of(mol: Mol, smarts: str = "") -> frozenset[int]:
    """The atoms that a hop replaces: a ring system with its small substituents.

    The one with most arms (three heavy atoms or more; up to three count), of equals the one whose largest arm is
    smallest. ConfigError where nothing would be left.
    """
    wanted = [p for p in pieces(mol) if p.ring]
    if smarts:
        pattern = Chem.MolFromSmarts(smarts)
        if pattern is None:
            raise ConfigError(f"core {smarts!r} is not a SMARTS pattern")
        match = set(mol.GetSubstructMatch(pattern))
        touched = [p for p in pieces(mol) if not match.isdisjoint(p.atoms)]
        atoms = frozenset(i for p in touched for i in p.atoms)
        wanted = [Piece(atoms, (), ring=True)] if any(p.ring for p in touched) else []
    cores = [(piece, _arms(mol, piece.atoms)) for piece in wanted]
    cores = [(piece, arms) for piece, arms in cores if any(len(arm) >= ARM for arm in arms)]
    if not cores:
        raise ConfigError(
            f"{Chem.MolToSmiles(mol)} has no {f'ring system {smarts}' if smarts else 'ring system'} on which something "
            f"of {ARM} heavy atoms or more hangs"
        )
    piece, arms = max(cores, key=_centrality)
    return piece.atoms.union(*(arm for arm in arms if len(arm) < ARM))


def _centrality(core: tuple[Piece, list[frozenset[int]]]) -> tuple[int, int, int]:
    piece, arms = core
    return min(sum(len(arm) >= ARM for arm in arms), 3), -max(map(len, arms)), -min(piece.atoms)


def _arms(mol: Mol, atoms: frozenset[int]) -> list[frozenset[int]]:
    """The connected parts of a molecule without some atoms."""
    edited = Chem.RWMol(mol)
    for bond in mol.GetBonds():
        if (bond.GetBeginAtomIdx() in atoms) != (bond.GetEndAtomIdx() in atoms):
            edited.RemoveBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
    return [frozenset(members) for members in Chem.GetMolFrags(edited) if atoms.isdisjoint(members)]


def _analogues(mode: Mode) -> Guard:
    mol = _molecule(mode.molecule)
    smiles = Chem.MolToSmiles(mol)
    try:
        band = Want.parse(mode.similarity)
    except ValueError as error:
        raise ConfigError(f"similarity: {error}") from None
    low, high = max(band.low, 0.0), min(band.high, 1.0)
    likeness = Likeness(smiles, low, high)
    words = f"ECFP4 Tanimoto similarity {low:g} to {high:g} to {mode.molecule}"
    if not mode.one_place:
        return Analogues(words, smiles, likeness)
    variants = one_place(mol)
    words += ", changed at one place"
    return Parts(words, smiles, variants, free=(0, CHANGE), single=True, likeness=likeness, name="changed")


def one_place(mol: Mol) -> tuple[Kept, ...]:
    """What may stay where a molecule is changed at one place: at one bond, one ring or linker, or one hydrogen."""
    found: dict[Kept, None] = {}
    for begin, end in cuts(mol):
        fragments = cut(mol, [mol.GetBondBetweenAtoms(begin, end).GetIdx()])
        sizes = [template((one,)).mol.GetNumHeavyAtoms() for one in fragments]
        for stays, size in zip(fragments, reversed(sizes), strict=True):
            if size <= CHANGE and mol.GetNumHeavyAtoms() - size >= size:
                found[Kept((stays,))] = None
    for piece in pieces(mol):
        if 2 <= len(piece.ends) <= 3 and len(piece.atoms) <= CHANGE:
            found[Kept(around(mol, piece.atoms), filled=True)] = None
    found[Kept((Chem.MolToSmiles(mol),))] = None
    return tuple(found)


def _keep(mode: Mode) -> Guard:
    text = as_smarts(mode.substructure)
    if not text:
        raise ConfigError(f"{mode.substructure!r} is neither SMILES nor SMARTS")
    refuse_elements(text)
    return Pattern(f"{mode.substructure} stays", example(text), text)


# ------------------------------------------------------------------ reading


def _kept(key: str, smiles: str) -> Kept:
    kept = Kept((smiles,))
    try:
        mol = kept.template.mol
    except ConfigError as error:
        raise ConfigError(f"{key}: {error}") from None
    if len(Chem.GetMolFrags(mol)) > 1:
        raise ConfigError(f"{key} {smiles!r} is more than one molecule")
    if not kept.template.room:
        raise ConfigError(f"{key} {smiles!r} has no hydrogen and no attachment point, so nothing can hang on it")
    return kept


def _base(kept: Kept) -> str:
    return Chem.MolToSmiles(kept.template.mol)


def _molecule(smiles: str) -> Mol:
    """A molecule without stereo; a salt as its parent."""
    mol = flat(parent(smiles)) if "*" not in smiles else None
    if mol is None:
        raise ConfigError(f"molecule {smiles!r} is not the SMILES of a molecule")
    return Chem.MolFromSmiles(Chem.MolToSmiles(mol))


def _stereo(smiles: str) -> Mol:
    """The molecule with its stereo, atoms in the order of `_molecule`."""
    mol, plain = Chem.MolFromSmiles(parent(smiles)), _molecule(smiles)
    order = mol.GetSubstructMatch(plain)
    return Chem.RenumberAtoms(mol, list(order))


def _span(range_: tuple[int, int]) -> str:
    return " to ".join(map(str, dict.fromkeys(range_)))


def _whole(key: str, text: str) -> tuple[int, int]:
    """A range of whole numbers from 1, such as "1..12", "<= 8" or "3"."""
    try:
        want = Want.parse(f"= {text}" if text.strip().isdigit() else text)
    except ValueError as error:
        raise ConfigError(f"{key}: {error}") from None
    low, high = max(1, math.ceil(want.low)) if math.isfinite(want.low) else 1, int(min(want.high, 40))
    if high < low or want.low == 0:
        raise ConfigError(f"{key} {text!r}: a linker has one heavy atom or more, and at most 40")
    return low, high
