"""Which atoms a prediction rests on: mask one atom at a time and see what the model says then.

An atom is masked by making it a dummy (atomic number 0) whose bonds stay, so that every substructure that contains
it becomes unknown to the model and nothing else changes. On count-fingerprint models this finds planted groups as
well as the best published graph-network attributions (Sanchez-Lengeling et al., NeurIPS 2020, gives the tasks).
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
    where an explanation is `withheld`, which is then the reason. `base` is what no single atom accounts for.
    """

    smiles: str
    weights: Floats | None
    base: float
    value: float
    withheld: str = ""


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
    batch: list[Mol] = [mol for mol in read if mol is not None]
    whole = iter(range(len(batch)))
    rows = [next(whole) if mol is not None else -1 for mol in read]
    known: dict[str, int] = {}
    masks: list[list[int]] = []
    for i, mol in enumerate(read):
        wanted = mol is not None and (in_domain is None or any(inside[i] for inside in in_domain.values()))
        row = []
        for variant in masked(mol) if mol is not None and wanted else []:
            key = Chem.MolToSmiles(variant)
            if key not in known:
                known[key] = len(batch)
                batch.append(variant)
            row.append(known[key])
        masks.append(row)
    if not batch:
        return {name: [_unread(text) for text in texts] for name in in_domain or ()}
    out: dict[str, list[AtomWeights]] = {}
    for name, predicted in predict_many(batch).items():
        f = np.asarray(predicted, dtype=np.float64)
        inside = in_domain.get(name) if in_domain is not None else None
        out[name] = [
            _weights(text, f, row, mask, inside=inside is None or bool(inside[i])) if row >= 0 else _unread(text)
            for i, (text, row, mask) in enumerate(zip(texts, rows, masks, strict=True))
        ]
    return out


def masked(mol: Mol) -> list[Mol]:
    """For each atom, the molecule without knowledge of it."""
    variants = []
    for index in range(mol.GetNumAtoms()):
        variant = Chem.RWMol(mol)
        atom = variant.GetAtomWithIdx(index)
        atom.SetAtomicNum(0)
        atom.SetFormalCharge(0)
        atom.SetIsotope(0)
        atom.SetNumRadicalElectrons(0)
        atom.SetNumExplicitHs(0)
        atom.SetNoImplicit(True)
        atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
        variant.ClearComputedProps()  # cached contributions are of the whole molecule
        variant.UpdatePropertyCache(strict=False)
        Chem.GetSymmSSSR(variant)
        variants.append(variant.GetMol())
    return variants


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


def sentence(found: AtomWeights, mol: Mol, what: Property) -> str:
    """What raises and what lowers the value most, in one sentence made of nothing but the weights.

    A fragment's number is the sum of its atoms' weights: an account of the model, not of nature.
    """
    if found.weights is None:
        return f"Not explained: {found.withheld}."
    parts = [(float(found.weights[list(part.atoms)].sum()), part) for part in fragments(mol)]
    carried = sum(abs(weight) for weight, _ in parts)
    told = []
    for verb, sign in (("raises", 1.0), ("lowers", -1.0)):
        weight, part = max(parts, key=lambda pair: sign * pair[0])
        if carried > 1e-12 and sign * weight >= STANDS_OUT * carried:
            told.append((verb, weight, part))
    if not told:
        return f"No part of the molecule stands out for {what.title}."
    (verb, weight, part), *rest = told
    text = f"{_the(part)} {verb} {what.title} most ({_signed(weight)})"
    for verb, weight, part in rest:
        other = _the(part)
        text += f"; {other[:1].lower()}{other[1:]} {verb} it most ({_signed(weight)})"
    return text + "."


def _weights(text: str, f: Floats, row: int, mask: Sequence[int], *, inside: bool) -> AtomWeights:
    value = float(f[row])
    if not inside:
        return AtomWeights(text, None, np.nan, value, OUTSIDE)
    weights = value - f[list(mask)]
    if not np.isfinite(weights).all():
        return AtomWeights(text, None, np.nan, value, "the model has no answer for it")
    return AtomWeights(text, weights, value - float(weights.sum()), value)


def _unread(text: str) -> AtomWeights:
    return AtomWeights(text, None, np.nan, np.nan, "the structure cannot be read")


def _the(part: Fragment) -> str:
    return f"The {part.name}"


def _signed(weight: float) -> str:
    return f"{'+' if weight >= 0 else '−'}{show(abs(weight), digits=2)}"
