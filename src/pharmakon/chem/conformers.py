"""Conformers: a few low-energy geometries of a molecule, the same ones each time it is asked."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rdkit import Chem, rdBase
from rdkit.Chem import Mol, rdDistGeom, rdForceFieldHelpers

CONFORMERS = 4
SEED = 20_260
TRIES = 20
"""Embeddings tried for each conformer: the effort is bounded by counts, not by a clock, so that it can be repeated."""
STEPS = 100
"""Steps of the force field for each."""


@lru_cache(maxsize=512)
def conformers(smiles: str) -> Mol | None:
    """A molecule with its hydrogens and up to four conformers, lowest energy first; None where none can be embedded.

    ETKDGv3 (Wang et al., J. Chem. Inf. Model. 2020, 60, 2044), then MMFF94s, or UFF where that lacks a parameter.
    Centres without stereo are embedded one way or the other. The result is shared: copy it before changing it.
    """
    mol = Chem.MolFromSmiles(smiles)
    if mol is None:
        return None
    with rdBase.BlockLogs():
        mol = Chem.AddHs(mol)
        settings: Any = rdDistGeom.ETKDGv3()
        settings.randomSeed, settings.maxIterations, settings.numThreads = SEED, TRIES, 1
        found = list(rdDistGeom.EmbedMultipleConfs(mol, CONFORMERS, settings))
        if not found:
            return None
        energies = _relaxed(mol)
    order = sorted(range(len(found)), key=lambda i: (round(energies[i], 4), i))
    ranked = [Chem.Conformer(mol.GetConformer(found[i])) for i in order]
    mol.RemoveAllConformers()
    for conformer in ranked:
        mol.AddConformer(conformer, assignId=True)
    return mol


def _relaxed(mol: Mol) -> list[float]:
    """The energies after some steps of a force field, kcal/mol; zeros where neither knows the atoms."""
    if rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol):
        done = rdForceFieldHelpers.MMFFOptimizeMoleculeConfs(mol, maxIters=STEPS, mmffVariant="MMFF94s")
    elif rdForceFieldHelpers.UFFHasAllMoleculeParams(mol):
        done = rdForceFieldHelpers.UFFOptimizeMoleculeConfs(mol, maxIters=STEPS)
    else:
        return [0.0] * mol.GetNumConformers()
    return [energy for _, energy in done]
