"""What a wish is about, computed from the structure: descriptors, likeness to a molecule, novelty, substructures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from rdkit import Chem, DataStructs
from rdkit.Chem import Mol

from pharmakon.chem.descriptors import RDKIT, named
from pharmakon.chem.fingerprints import bit_vector, bits
from pharmakon.chem.parse import canonical, to_mol
from pharmakon.chem.pharmacophore import pharmacophore_similarity
from pharmakon.chem.shape import shape_similarity
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.types import Floats, Property
from pharmakon.design.novelty import NOVELTY, novelty
from pharmakon.design.terms import LIKENESS, Term

PRESENT = Property("present", "Substructure", "count", low=0, high=1)
SLOW = ("qed", "alerts", "unprecedented_rings", "pharmacophore", "shape", NOVELTY.name)
"""What takes half a millisecond or more, beside RDKit's own descriptors."""
RESERVED = (*LIKENESS, NOVELTY.name)
"""Names that no model may have."""
MEASURED = ".similarity"
"""What follows a model's name in that of the likeness to the nearest molecule it was trained on."""
_TITLES = {
    "similarity": "Tanimoto similarity",
    "pharmacophore": "Pharmacophore similarity (Gobbi, Tanimoto)",
    "shape": "Shape similarity (Tanimoto)",
}


def likeness(term: Term) -> Property:
    """What a likeness to a molecule is called."""
    kind = term.property or "similarity"
    title = _TITLES[kind] + (f" ({term.fingerprint.upper()})" if kind == "similarity" else "")
    return Property(kind, title, "score", low=0, high=1)


def measured_aspects(name: str, what: Property) -> tuple[Property, Property]:
    """How near a molecule is to those that a model was trained on: its likeness to the nearest, and its domain.

    Likeness to what was measured for a hazard is a hazard as well: the most alike are the poisons of the table.
    """
    title = f"Similarity to the nearest molecule measured for {what.title}"
    alike = Property(
        name + MEASURED,
        title,
        "Tanimoto",
        better="low" if what.hazard else "none",
        low=0.0,
        high=1.0,
        hazard=what.hazard,
    )
    domain = Property(f"{name}.domain", f"Inside the domain of {what.title}", "", better="high", low=0.0, high=1.0)
    return alike, domain


def halves(term: Term) -> tuple[str, ...]:
    """The properties that a term is about: one, two of a difference, none of a substructure or a likeness."""
    named_here = bool(term.property) and term.property not in LIKENESS
    return tuple(name for name in (term.property, term.over) if name) if named_here else ()


def is_slow(term: Term) -> bool:
    """Whether a term takes a millisecond or more a molecule."""
    return any(name in SLOW or name.startswith(RDKIT) for name in (*halves(term), term.property))


def value(term: Term, mol: Mol, known: str = "") -> float:
    """A computed term's value, `known` being the table to be new against; NaN where the molecule has none."""
    if pattern := term.keep or term.avoid:
        return float(mol.HasSubstructMatch(_pattern(pattern)))
    if term.to and is_slow(term):
        return _slow_likeness(Chem.MolToSmiles(mol), term.property, canonical(term.to))
    if term.to and term.fingerprint != "ecfp4":
        return float(DataStructs.TanimotoSimilarity(bit_vector(mol, term.fingerprint), _vector(term)))
    if term.to:
        return float(tanimoto(bits([mol]), _reference(term.to))[0, 0])
    one, *rest = (_named(name, mol, known) for name in halves(term))
    return one - rest[0] if rest else one


def values(term: Term, mols: Iterable[Mol | None], known: str = "") -> Floats:
    """A computed term's values; NaN for None."""
    return np.array([value(term, mol, known) if mol is not None else math.nan for mol in mols], np.float64)


def named_values(name: str, mols: Sequence[Mol | None], known: str = "") -> Floats:
    """A computed property's values; NaN for None."""
    return np.array([_named(name, mol, known) if mol is not None else math.nan for mol in mols], np.float64)


def _named(name: str, mol: Mol, known: str) -> float:
    if name in SLOW or name.startswith(RDKIT):
        return _slow(Chem.MolToSmiles(mol), name, known)
    return float(named([mol], name)[0])


@lru_cache(maxsize=4096)
def _slow(smiles: str, name: str, known: str) -> float:
    """A slow property, kept: a sieve asks for it, and soon after the score does."""
    mol = to_mol(smiles)
    if name == NOVELTY.name:
        return novelty(mol, known) if mol is not None else math.nan
    return float(named([mol], name)[0])


@lru_cache(maxsize=4096)
def _slow_likeness(smiles: str, kind: str, to: str) -> float:
    return (shape_similarity if kind == "shape" else pharmacophore_similarity)(smiles, to)


@lru_cache(maxsize=256)
def _pattern(smarts: str) -> Mol:
    return Chem.MolFromSmarts(smarts)


@lru_cache(maxsize=64)
def _reference(smiles: str) -> Any:
    return bits([to_mol(smiles)])


@lru_cache(maxsize=64)
def _vector(term: Term) -> Any:
    return bit_vector(Chem.MolFromSmiles(term.to), term.fingerprint)
