"""Write a table with one molecule that nobody would draw: 750 carbons, each bound to four others at random."""

from pathlib import Path

import numpy as np
from rdkit import Chem

atoms = 750
mol = Chem.RWMol()
for _ in range(atoms):
    mol.AddAtom(Chem.Atom("C"))
for i in range(atoms - 1):
    mol.AddBond(i, i + 1, Chem.BondType.SINGLE)
free = np.random.default_rng(0).permutation(np.repeat(np.arange(atoms), 2)).tolist()
for one, two in zip(free[::2], free[1::2], strict=True):
    if one != two and mol.GetBondBetweenAtoms(one, two) is None:
        mol.AddBond(one, two, Chem.BondType.SINGLE)
cage = Chem.MolToSmiles(mol, canonical=False)
Path("cage.csv").write_text(
    f"id,smiles\naspirin,CC(=O)Oc1ccccc1C(=O)O\ncage,{cage}\nibuprofen,CC(C)Cc1ccc(C(C)C(=O)O)cc1\n"
)
