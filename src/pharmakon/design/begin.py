"""What a search begins with: given molecules, and kin of theirs that may be scored where their own children may not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rdkit import Chem
from rdkit.Chem import Mol

from pharmakon.chem.scheduled import refuse
from pharmakon.chem.standardize import standardize
from pharmakon.core.errors import UsageError
from pharmakon.design.graph import flat
from pharmakon.design.guard import Guard
from pharmakon.design.propose import Brood, Proposal

__all__ = ["approach", "given", "parent", "unlabelled"]

GENERATIONS = 12
"""Generations that nobody scores, at most."""
NEAREST = 30
"""Of each, how many breed on."""


def given(texts: Iterable[str], guard: Guard | None) -> list[str]:
    """The readable ones of molecules to start from; a salt or mixture as its parent.

    Isotopes go, since every child would inherit them; where a mode keeps one, they stay.

    RefusedGoal of a scheduled chemical, UsageError of one that the guard does not let pass.
    """
    asked = list(texts)
    for text in asked:  # each part of a mixture, of which the parent is kept
        refuse(text, "as a start molecule")
    found = [s for s in map(parent, asked) if flat(s) is not None]
    if guard is None or unlabelled(guard.base) == guard.base:
        found = list(map(unlabelled, found))
    for smiles in found:
        if guard is not None and not guard.accepts(smiles):
            raise UsageError(f"the start molecule {smiles} does not fit the mode: {guard.words}")
    return found


def parent(text: str) -> str:
    """A SMILES; of a salt or mixture that of its parent."""
    return text if flat(text) is not None else standardize(text).smiles


def unlabelled(smiles: str) -> str:
    """A SMILES without isotopes; the very text where it has none, or cannot be read."""
    mol = Chem.MolFromSmiles(smiles)
    if mol is None or not any(atom.GetIsotope() for atom in mol.GetAtoms()):
        return smiles
    for atom in mol.GetAtoms():
        atom.SetIsotope(0)
    return Chem.MolToSmiles(Chem.RemoveHs(mol))


def approach(
    ancestors: Sequence[Proposal],
    *,
    breed: Callable[..., Brood],
    distance: Callable[[Mol], float],
    passes: Callable[[Mol], bool],
) -> list[Proposal]:
    """Descendants that pass, of the first generation that has one; none where none has.

    Children breed on whether they pass or not, the least far from it first; `breed` takes parents and a label.
    """
    nearest: list[tuple[float, Proposal]] = []
    parents = list(ancestors)
    for generation in range(GENERATIONS):
        brood = breed(parents, label=f"approach {generation}")
        pairs = list(zip(brood.proposals, brood.views.mols, strict=True))
        if found := [one for one, mol in pairs if passes(mol)]:
            return found
        known = {one.smiles for _, one in nearest}
        nearest += [(distance(mol), one) for one, mol in pairs if one.smiles not in known]
        nearest = sorted(nearest, key=lambda pair: pair[0])[:NEAREST]
        parents = [one for _, one in nearest] or parents
    return []
