"""Bemis-Murcko scaffolds: the ring systems of a molecule and what links them."""

from __future__ import annotations

from rdkit import Chem
from rdkit.Chem import Mol
from rdkit.Chem.Scaffolds import MurckoScaffold


def scaffold(mol: Mol | None) -> str:
    """Bemis-Murcko scaffold as SMILES without stereochemistry; "" for an acyclic molecule or None.

    Bemis & Murcko, J. Med. Chem. 1996, 39, 2887.
    """
    if mol is None or mol.GetRingInfo().NumRings() == 0:
        return ""
    return str(Chem.MolToSmiles(MurckoScaffold.GetScaffoldForMol(mol), isomericSmiles=False))


def generic_scaffold(mol: Mol | None) -> str:
    """The scaffold's graph: every atom a carbon, every bond single; "" for an acyclic molecule or None."""
    if mol is None or mol.GetRingInfo().NumRings() == 0:
        return ""
    core = MurckoScaffold.GetScaffoldForMol(mol)
    # Exocyclic =O and the like belong to the scaffold but not to its graph, so the graph is stripped again.
    graph = Chem.RWMol(core)
    for atom in graph.GetAtoms():
        atom.SetAtomicNum(6)
        atom.SetFormalCharge(0)
        atom.SetIsotope(0)
        atom.SetIsAromatic(False)
        atom.SetNoImplicit(True)
        atom.SetNumExplicitHs(0)
        atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
    for bond in graph.GetBonds():
        bond.SetBondType(Chem.BondType.SINGLE)
        bond.SetIsAromatic(False)
        bond.SetStereo(Chem.BondStereo.STEREONONE)
        bond.SetBondDir(Chem.BondDir.NONE)
    core = MurckoScaffold.GetScaffoldForMol(Chem.Mol(graph))
    plain = Chem.RWMol(core)
    for atom in plain.GetAtoms():
        # Hydrogens are recounted; an atom of more than four bonds (a metal once) keeps none.
        atom.SetNoImplicit(atom.GetDegree() > 4)
    return str(Chem.MolToSmiles(plain.GetMol(), isomericSmiles=False))
