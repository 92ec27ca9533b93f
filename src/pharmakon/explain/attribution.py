"""Which atoms a prediction rests on: mask one atom at a time and see what the model says then.

An atom is masked by making it a dummy (atomic number 0) whose bonds stay, so that every substructure that contains
it becomes unknown to the model and nothing else changes. On count-fingerprint models this finds planted groups as
well as the best published graph-network attributions (Sanchez-Lengeling et al., NeurIPS 2020, gives the tasks).

Single atoms' numbers do not add up: each of a ring's atoms takes the whole ring away. A fragment's number is therefore
what the prediction loses when all its atoms are masked together, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

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
STANDS_OUT = 0.15
"""A fragment is worth a sentence when it carries at least this share of everything the atoms carry."""


@dataclass(frozen=True, slots=True)
class AtomWeights:
    """What each atom adds to one prediction, in the prediction's unit.

    `weights` has shape (n_atoms,), in the atom order of the molecule given, and sums with `base` to `value`; it is None
    where an explanation is `withheld`, which is then the reason. `base` is what no single atom accounts for. `parts`
    are the molecule's fragments, each with what the answer loses when all its atoms are masked together.
    """

    smiles: str
    weights: Floats | None
    base: float
    value: float
    withheld: str = ""
    parts: tuple[tuple[Fragment, float], ...] = ()


def atom_weights(predict: Predict, smiles: str, *, in_domain: bool = True) -> AtomWeights:
    """The weights of one molecule's atoms under one model; `predict` gives a value for each molecule, shape (m,)."""
    found = atom_weights_many(lambda mols: {"": predict(mols)}, [smiles], in_domain={"": [in_domain]})
    return found[""][0]


def atom_weights_many(
    predict_many: PredictMany,
    mols: Sequence[Mol | str | None],
    *,
    in_domain: Mapping[str, Sequence[bool]] | None = None,
    answer_many: PredictMany | None = None,
) -> dict[str, list[AtomWeights]]:
    """For each of the model's names, the weights of each molecule's atoms.

    All variants of all molecules go to `predict_many` in one call, each distinct one once: symmetric atoms therefore
    get the same number, exactly. Where `in_domain[name][i]` is false the explanation is withheld. `answer_many`, where
    it differs, gives what a reader is told (a probability, say, and not a class score): fragments are weighed by it.
    """
    texts = [mol if isinstance(mol, str) else Chem.MolToSmiles(mol) if mol is not None else "" for mol in mols]
    read = [parse(mol).mol if isinstance(mol, str) else mol for mol in mols]
    scores = _Batch([mol for mol in read if mol is not None])
    answers = scores if answer_many is None else _Batch([mol for mol in read if mol is not None])
    whole = iter(range(len(scores.mols)))
    rows = [next(whole) if mol is not None else -1 for mol in read]
    atoms: list[list[int]] = []
    parts: list[list[tuple[Fragment, int]]] = []
    for i, mol in enumerate(read):
        wanted = mol is not None and (in_domain is None or any(inside[i] for inside in in_domain.values()))
        atoms.append([scores.place(variant) for variant in masked(mol)] if mol is not None and wanted else [])
        found = fragments(mol) if mol is not None and wanted else []
        parts.append([(part, answers.place(without(mol, part.atoms))) for part in found if mol is not None])
    if not scores.mols:
        return {name: [_unread(text) for text in texts] for name in in_domain or ()}
    predicted = predict_many(scores.mols)
    answered = predicted if answer_many is None else answer_many(answers.mols)
    out: dict[str, list[AtomWeights]] = {}
    for name in predicted:
        f, g = (np.asarray(values[name], dtype=np.float64) for values in (predicted, answered))
        inside = in_domain.get(name) if in_domain is not None else None
        out[name] = [
            _weights(text, f, g, row, mask, parts=some, inside=inside is None or bool(inside[i]))
            if row >= 0
            else _unread(text)
            for i, (text, row, mask, some) in enumerate(zip(texts, rows, atoms, parts, strict=True))
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


def sentence(found: AtomWeights, what: Property) -> str:
    """Which part raises and which lowers the value most, in one sentence made of nothing but the fragments' numbers.

    A fragment's number is what the answer loses without it: an account of the model, not of nature.
    """
    if found.weights is None:
        return f"Not explained: {found.withheld}."
    carried = sum(abs(change) for _, change in found.parts)
    told = []
    for verb, sign in (("raises", 1.0), ("lowers", -1.0)):
        part, change = max(found.parts, key=lambda pair: sign * pair[1], default=(None, 0.0))
        if part is not None and carried > 1e-12 and sign * change >= STANDS_OUT * carried:
            told.append((verb, part, _signed(change, what.unit)))
    if not told:
        return f"No part of the molecule stands out for {what.title}."
    (verb, part, shown), *rest = told
    text = f"The {part.name} {verb} {what.title} most ({shown} compared with the same molecule with this part masked)"
    for verb, part, shown in rest:
        text += f"; the {part.name} {verb} it most ({shown})"
    return text + "."


def _weights(
    text: str,
    f: Floats,
    g: Floats,
    row: int,
    atoms: Sequence[int],
    *,
    parts: Sequence[tuple[Fragment, int]],
    inside: bool,
) -> AtomWeights:
    value = float(f[row])
    if not inside:
        return AtomWeights(text, None, np.nan, value, OUTSIDE)
    weights = value - f[list(atoms)]
    changes = [(part, float(g[row] - g[place])) for part, place in parts]
    if not np.isfinite(weights).all() or not np.isfinite([change for _, change in changes]).all():
        return AtomWeights(text, None, np.nan, value, "the model has no answer for it")
    return AtomWeights(text, weights, value - float(weights.sum()), value, parts=tuple(changes))


def _unread(text: str) -> AtomWeights:
    return AtomWeights(text, None, np.nan, np.nan, "the structure cannot be read")


def _signed(change: float, unit: str) -> str:
    return f"{'+' if change >= 0 else '−'}{show(abs(change), unit, digits=2)}"
