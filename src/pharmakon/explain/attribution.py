"""Which atoms a prediction rests on: mask one atom at a time and see what the model says then.

An atom is masked by making it a dummy (atomic number 0) whose bonds stay, so that every substructure that contains
it becomes unknown to the model and nothing else changes. On count-fingerprint models this finds planted groups as
well as the best published graph-network attributions (Sanchez-Lengeling et al., NeurIPS 2020, gives the tasks).

Each of a ring's atoms takes the whole ring away, so that masking overstates what many atoms share; what the weights do
not make of the value is its base. A part's number is the sum of its atoms'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.parse import parse
from pharmakon.core.types import Better, Floats, Property
from pharmakon.core.units import show

from .fragments import Fragment, fragments

Predict = Callable[[Sequence[Mol]], Floats]
PredictMany = Callable[[Sequence[Mol]], Mapping[str, Floats]]

OUTSIDE = "outside the model's domain: its reasons are not to be trusted there"
NO_ANSWER = "the model has no answer for it"
UNREAD = "the structure cannot be read"
STANDS_OUT = 0.15
"""A fragment is worth a sentence when it carries at least this share of everything the atoms carry."""


@dataclass(frozen=True, slots=True)
class AtomWeights:
    """What each atom adds to one prediction, in the prediction's unit.

    `weights` has shape (n_atoms,), in the atom order of the molecule given, and sums with `base` to `value`; it is None
    where an explanation is `withheld`, which is then the reason. `base` is what no atom accounts for. `parts` are the
    molecule's fragments, each with the sum of its atoms' weights; `method` says how they were found.
    """

    smiles: str
    weights: Floats | None
    base: float
    value: float
    withheld: str = ""
    parts: tuple[tuple[Fragment, float], ...] = ()
    method: str = "masking"

    @classmethod
    def of(
        cls, smiles: str, weights: Floats, value: float, parts: Sequence[Fragment], *, method: str = "masking"
    ) -> AtomWeights:
        """With the base that belongs to these weights, and each part's sum."""
        if not (np.isfinite(weights).all() and np.isfinite(value)):
            return cls(smiles, None, np.nan, value, NO_ANSWER)
        told = tuple((part, fsum(weights[list(part.atoms)])) for part in parts)
        return cls(smiles, weights, value - fsum(weights), value, parts=told, method=method)


def atom_weights(predict: Predict, smiles: str, *, in_domain: bool = True) -> AtomWeights:
    """The weights of one molecule's atoms under one model; `predict` gives a value for each molecule, shape (m,)."""
    found = atom_weights_many(lambda mols: {"": predict(mols)}, [smiles], in_domain={"": [in_domain]})
    return found[""][0]


def atom_weights_many(
    predict_many: PredictMany,
    mols: Sequence[Mol | str | None],
    *,
    in_domain: Mapping[str, Sequence[bool]] | None = None,
) -> dict[str, list[AtomWeights]]:
    """For each of the model's names, the weights of each molecule's atoms.

    All variants of all molecules go to `predict_many` in one call, each distinct one once: symmetric atoms therefore
    get the same number, exactly. Where `in_domain[name][i]` is false the explanation is withheld.
    """
    texts = [mol if isinstance(mol, str) else Chem.MolToSmiles(mol) if mol is not None else "" for mol in mols]
    read = [parse(mol).mol if isinstance(mol, str) else mol for mol in mols]
    batch = _Batch([mol for mol in read if mol is not None])
    whole = iter(range(len(batch.mols)))
    rows = [next(whole) if mol is not None else -1 for mol in read]
    atoms: list[list[int]] = []
    for i, mol in enumerate(read):
        wanted = in_domain is None or any(inside[i] for inside in in_domain.values())
        atoms.append([batch.place(variant) for variant in masked(mol)] if mol is not None and wanted else [])
    if not batch.mols:
        return {name: [_unread(text) for text in texts] for name in in_domain or ()}
    out: dict[str, list[AtomWeights]] = {}
    for name, predicted in predict_many(batch.mols).items():
        f = np.asarray(predicted, dtype=np.float64)
        inside = in_domain.get(name) if in_domain is not None else None
        out[name] = [
            _unread(text)
            if mol is None
            else AtomWeights(text, None, np.nan, float(f[row]), OUTSIDE)
            if inside is not None and not inside[i]
            else AtomWeights.of(text, f[row] - f[mask], float(f[row]), fragments(mol))
            for i, (text, mol, row, mask) in enumerate(zip(texts, read, rows, atoms, strict=True))
        ]
    return out


class _Batch:
    """Molecules to be asked about, and for each distinct variant the place where its answer will be."""

    def __init__(self, whole: Sequence[Mol]) -> None:
        self.mols = list(whole)
        self._known: dict[str, int] = {}

    def place(self, variant: Mol) -> int:
        key = Chem.MolToSmiles(variant)
        if key not in self._known:
            self._known[key] = len(self.mols)
            self.mols.append(variant)
        return self._known[key]


def masked(mol: Mol) -> list[Mol]:
    """For each atom, the molecule without knowledge of it."""
    return [without(mol, (index,)) for index in range(mol.GetNumAtoms())]


def without(mol: Mol, atoms: Sequence[int]) -> Mol:
    """The molecule without knowledge of some of its atoms."""
    variant = Chem.RWMol(mol)
    for index in atoms:
        atom = variant.GetAtomWithIdx(index)
        atom.SetAtomicNum(0)
        atom.SetFormalCharge(0)
        atom.SetIsotope(0)
        atom.SetNumRadicalElectrons(0)
        atom.SetNumExplicitHs(0)
        atom.SetNoImplicit(True)
        atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
        atom.SetHybridization(Chem.HybridizationType.UNSPECIFIED)
        atom.ClearProp("_CIPCode")
    variant.ClearComputedProps()  # cached contributions are of the whole molecule
    variant.UpdatePropertyCache(strict=False)
    Chem.GetSymmSSSR(variant)
    return variant.GetMol()


def scaled(weights: Floats, *, better: Better = "high", largest: float | None = None) -> dict[int, float]:
    """Weights for drawing, by atom, in [-1, 1]: positive is good when `better` says which way that is.

    `largest` is the weight that gets the full colour: the molecule's own largest unless one is given, as it should be
    where several molecules are compared.
    """
    full = float(np.abs(weights).max(initial=0)) if largest is None else largest
    if not np.isfinite(full) or full < 1e-12:
        return dict.fromkeys(range(len(weights)), 0.0)
    sign = -1.0 if better == "low" else 1.0
    return {i: float(w) for i, w in enumerate(np.clip(sign * weights / full, -1, 1) + 0.0)}


def sentence(found: AtomWeights, what: Property, *, said: Callable[[float], str] | None = None) -> str:
    """Which part raises and which lowers the value most, in one sentence made of nothing but the parts' numbers.

    It is an account of the model, not of nature. `said` spells a number, where the weights' unit is not the value's.
    """
    if found.weights is None:
        return f"Not explained: {found.withheld}."
    carried = sum(abs(change) for _, change in found.parts)
    told = []
    for verb, sign in (("raises", 1.0), ("lowers", -1.0)):
        part, change = max(found.parts, key=lambda pair: sign * pair[1], default=(None, 0.0))
        if part is not None and carried > 1e-12 and sign * change >= STANDS_OUT * carried:
            told.append((verb, part, said(change) if said else _signed(change, what.unit)))
    if not told:
        return f"No part of the molecule stands out for {what.title}."
    (verb, part, shown), *rest = told
    text = f"The {part.name} {verb} {what.title} most ({shown})"
    for verb, part, shown in rest:
        text += f"; the {part.name} {verb} it most ({shown})"
    return text + "."


def _unread(text: str) -> AtomWeights:
    return AtomWeights(text, None, np.nan, np.nan, UNREAD)


def _signed(change: float, unit: str) -> str:
    return f"{'+' if change >= 0 else '−'}{show(abs(change), unit, digits=2)}"
