"""How well a molecule lies over a known drug in space: lines of JSON in, lines of JSON out."""

import json
import sys

from rdkit import Chem, RDLogger
from rdkit.Chem import rdDistGeom, rdMolAlign, rdMolDescriptors, rdShapeHelpers

RDLogger.DisableLog("rdApp.*")


def conformers(smiles, n):
    mol = Chem.AddHs(Chem.MolFromSmiles(smiles))
    rdDistGeom.EmbedMultipleConfs(mol, n, randomSeed=7)
    if not mol.GetNumConformers():
        raise ValueError("no conformer could be made")
    return Chem.RemoveHs(mol)


drug = conformers(sys.argv[1], 1)  # made once: the program is kept running
groups = rdMolDescriptors._CalcCrippenContribs(drug)


def overlay(smiles):
    mol = conformers(smiles, 5)
    own = rdMolDescriptors._CalcCrippenContribs(mol)
    likeness = []
    for i in range(mol.GetNumConformers()):
        rdMolAlign.GetCrippenO3A(mol, drug, own, groups, i, 0).Align()
        likeness.append(1 - rdShapeHelpers.ShapeTanimotoDist(mol, drug, i, 0))
    return max(likeness)


for line in sys.stdin:
    asked = json.loads(line)
    try:
        said = {"value": overlay(asked["smiles"])}
    except ValueError as problem:
        said = {"error": str(problem)}
    print(json.dumps({"id": asked["id"], **said}), flush=True)
