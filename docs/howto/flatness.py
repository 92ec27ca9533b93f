"""How flat molecules are in space: 0 for a ball, 1 for a disc or a rod, with the spread of their conformers."""

from rdkit import Chem
from rdkit.Chem import rdDistGeom, rdMolDescriptors


def flatness(smiles):
    return [one(text) for text in smiles]


def one(text):
    mol = Chem.AddHs(Chem.MolFromSmiles(text))
    shapes = []
    for conformer in rdDistGeom.EmbedMultipleConfs(mol, 5, randomSeed=7):
        ratios = rdMolDescriptors.CalcNPR1(mol, conformer), rdMolDescriptors.CalcNPR2(mol, conformer)
        shapes.append(2 - sum(ratios))
    if not shapes:
        return None  # a failure: the run stops and names the molecule
    return {"value": sum(shapes) / len(shapes), "low": min(shapes), "high": max(shapes)}
