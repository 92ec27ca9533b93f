"""Named reactions, run forwards on reactants and backwards on a product: tables/reactions.toml.

Forwards a reaction is judged as a chemist would: the most reactive site reacts, a second site as reactive makes the
answer ambiguous, and a group that would react first or not survive forbids the reaction. What is ambiguous or forbidden
gives no product. Stereochemistry is left out: all SMILES are flat.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import combinations, product
from typing import Any

from rdkit import Chem, rdBase
from rdkit.Chem import Mol, rdChemReactions, rdMolHash

MOST_PRODUCTS = 60
_ATOM, _CHOICE = re.compile(r"\{(\w+)\}"), re.compile(r"<(\w+)>")
_HELD = 20_000
_HELD_MOLECULES = 4_000
"""A molecule takes some kilobytes."""


@dataclass(frozen=True)
class Reaction:
    """One named reaction. `ranks` are the SMARTS of each reactant, from the most reactive kind of site to the least."""

    name: str
    kind: str
    ranks: tuple[tuple[str, ...], ...]
    product: str
    target: str
    precursors: tuple[str, ...]
    excludes: tuple[tuple[str, ...], ...]
    conditions: str
    reference: str = ""
    in_turn: bool = False
    """The reactants meet one after the other, so that none can react with itself."""
    stops: tuple[bool, ...] = ()
    """Of each reactant: whether, once it has reacted, a second site alike to the first stays."""

    def forward(self, reactants: Sequence[str]) -> tuple[str, ...]:
        """The one product, as flat SMILES, of reactants given in the reaction's order; () where there is none.

        More than one SMILES are tautomers of one product.
        """
        if len(reactants) != len(self.ranks) or not self.allows(reactants):
            return ()
        chosen = [site(text, ranks) for text, ranks in zip(reactants, self.ranks, strict=True)]
        if None in chosen or self._react_with_themselves(reactants, chosen):
            return ()
        stops = self.stops or (False,) * len(reactants)
        if any(
            _is_there_twice(text, str(one)) for text, one, ok in zip(reactants, chosen, stops, strict=True) if not ok
        ):
            return ()
        smarts = ".".join(f"({rank})" if "." in str(rank) else str(rank) for rank in chosen)
        found = {
            text for parts in _run(f"{smarts}>>{self.product}", tuple(reactants)) for text in parts if "." not in text
        }
        if len(found) > 1 and len(set(map(_tautomers, found))) > 1:
            return ()
        return tuple(sorted(found))

    def allows(self, reactants: Sequence[str]) -> bool:
        """Whether no reactant has a group that would react first or not survive."""
        return not any(
            has_group(text, name) for text, names in zip(reactants, self.excludes, strict=True) for name in names
        )

    def _react_with_themselves(self, reactants: Sequence[str], chosen: Sequence[str | None]) -> bool:
        """Whether a reactant has the site of another too, at least as reactive as the other's."""
        if self.in_turn:
            return False
        rivals = [ranks[: ranks.index(str(one)) + 1] for ranks, one in zip(self.ranks, chosen, strict=True)]
        return any(site(text, ranks) for i, text in enumerate(reactants) for j, ranks in enumerate(rivals) if i != j)

    def backward(self, mol: Mol) -> list[tuple[str, ...]]:
        """The reactants that could give a molecule, in order; halogens that leave are astatine. Not yet judged."""
        if not mol.HasSubstructMatch(_query(self.target)):
            return []
        smarts = f"{self.target}>>{'.'.join(f'({part})' for part in self.precursors)}"
        return sorted(
            {
                parts
                for parts in _run(smarts, (Chem.MolToSmiles(mol),))
                if len(parts) == len(self.ranks) and not any("." in part for part in parts)
            }
        )


@cache
def reactions() -> tuple[Reaction, ...]:
    """All of the table, in its order."""
    table = _table()
    return tuple(_reaction(row, table) for row in table["reaction"])


@cache
def reactions_by_name() -> dict[str, Reaction]:
    """All of the table by name."""
    return {one.name: one for one in reactions()}


def reaction(name: str) -> Reaction:
    """The reaction of that name."""
    return reactions_by_name()[name]


@lru_cache(maxsize=_HELD)
def has_group(smiles: str, group: str) -> bool:
    """Whether a molecule has a group of the table."""
    mol = read(smiles)
    return mol is not None and bool(mol.HasSubstructMatch(_query(_groups()[group])))


@lru_cache(maxsize=_HELD_MOLECULES)
def read(smiles: str) -> Mol | None:
    """A molecule, kept: the same reactants are asked about again and again. Do not change it."""
    with rdBase.BlockLogs():
        return Chem.MolFromSmiles(smiles)


def flat_smiles(mol: Mol) -> str:
    """Canonical SMILES without stereochemistry, isotopes and atom numbers."""
    plain = Chem.Mol(mol)
    for atom in plain.GetAtoms():
        atom.SetAtomMapNum(0)
        atom.SetIsotope(0)
    text = Chem.MolToSmiles(plain, isomericSmiles=False)
    again = Chem.MolFromSmiles(text)  # an [nH] or a charge may stand elsewhere once stereo is gone
    return Chem.MolToSmiles(again) if again is not None else text


def smarts_of(text: str) -> str:
    """A SMARTS of the table with its {atoms} written out."""
    atoms = _table()["atoms"]
    while _ATOM.search(text):
        text = _ATOM.sub(lambda found: f"$({atoms[found[1]]})", text)
    return text


def _reaction(row: dict[str, Any], table: dict[str, Any]) -> Reaction:
    return Reaction(
        name=row["name"],
        kind=row["class"],
        ranks=tuple(_ranks(text, table["choices"]) for text in row["reactants"]),
        product=row["product"],
        target=smarts_of(row.get("target", row["product"])),
        precursors=tuple(row["precursors"]),
        excludes=tuple(tuple(names) for names in row["excludes"]),
        conditions=row["conditions"],
        reference=row.get("reference", ""),
        in_turn=row.get("in_turn", False),
        stops=tuple(row.get("stops", ())),
    )


def _ranks(text: str, choices: dict[str, list[str]]) -> tuple[str, ...]:
    """The SMARTS that a reactant with <choices> stands for, in order of reactivity."""
    names = _CHOICE.findall(text)
    out = []
    for picked in product(*(choices[name] for name in names)):
        written = text
        for name, one in zip(names, picked, strict=True):
            written = written.replace(f"<{name}>", one, 1)
        out.append(smarts_of(written))
    return tuple(out)


@lru_cache(maxsize=_HELD)
def site(smiles: str, ranks: tuple[str, ...]) -> str | None:
    """The first of a reactant's SMARTS that a molecule has: what of it reacts."""
    mol = read(smiles)
    return None if mol is None else next((one for one in ranks if mol.HasSubstructMatch(_query(one))), None)


@lru_cache(maxsize=_HELD)
def _is_there_twice(smiles: str, smarts: str) -> bool:
    """Whether a molecule has a site at two places that share no atom."""
    mol = read(smiles)
    places = list(map(set, mol.GetSubstructMatches(_query(smarts)))) if mol is not None else []
    return any(a.isdisjoint(b) for a, b in combinations(places, 2))


def _run(smarts: str, reactants: tuple[str, ...]) -> list[tuple[str, ...]]:
    mols = [read(text) for text in reactants]
    if any(mol is None for mol in mols):
        return []
    with rdBase.BlockLogs():
        runs = _compiled(smarts).RunReactants(mols, MOST_PRODUCTS)
        return [texts for mols in runs if (texts := tuple(_finished(mols))) and len(texts) == len(mols)]


def _finished(mols: Iterable[Mol]) -> Iterable[str]:
    """The SMILES of what a reaction made, as far as it is a molecule."""
    for mol in mols:
        try:
            Chem.SanitizeMol(mol)
        except (ValueError, RuntimeError):
            return
        yield Chem.MolToSmiles(mol)


@lru_cache(maxsize=_HELD)
def _tautomers(smiles: str) -> str:
    return str(rdMolHash.MolHash(Chem.MolFromSmiles(smiles), rdMolHash.HashFunction.HetAtomTautomer))


@cache
def _compiled(smarts: str) -> Any:
    return rdChemReactions.ReactionFromSmarts(smarts)


@cache
def _query(smarts: str) -> Mol:
    return Chem.MolFromSmarts(smarts)


@cache
def _groups() -> dict[str, str]:
    return {name: smarts_of(smarts) for name, smarts in _table()["groups"].items()}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("tables/reactions.toml").read_text(encoding="utf-8"))
