import csv
from importlib.resources import files

import pytest
from rdkit import Chem, rdBase

from pharmakon.core.random import stream
from pharmakon.design import fragment
from pharmakon.design.graph import flat

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"


def test_pieces_are_rings_linkers_and_substituents():
    mol = flat(GEFITINIB)
    found = {fragment.extract(mol, p): p.ring for p in fragment.pieces(mol)}
    assert found == {
        "*OC": False,
        "*c1cc2ncnc(*)c2cc1*": True,
        "*N*": False,
        "*c1ccc(*)c(*)c1": True,
        "*F": False,
        "*Cl": False,
        "*CCCO*": False,
        "*N1CCOCC1": True,
    }
    assert sum(len(p.atoms) for p in fragment.pieces(mol)) == mol.GetNumAtoms()


@pytest.mark.parametrize(
    ("smiles", "kinds"),
    [
        ("*c1ccccc1", "c"),
        ("*n1cccc1", "n"),
        ("*C(N)=O", "C="),
        ("*NC(C)=O", "Na"),
        ("*N1CCOCC1", "Nr"),
        ("*NC", "N3"),
        ("*S(C)(=O)=O", "So"),
        ("*CC", "C3"),
        ("*CO", "C3x"),
        ("*C1CCCCC1", "Cr"),
        ("*C1CCCO1", "Crx"),
        ("*OC(C)=O", "Oa"),
        ("*C#N", "C#"),
        ("*Cl", "Cl"),
    ],
)
def test_kinds_of_ends(smiles, kinds):
    assert fragment.fragment(smiles).kinds == (kinds,)


def test_joins_follow_chemistry():
    assert fragment.joinable("c", "c")
    assert fragment.joinable("C=", "Nr")
    assert fragment.joinable("So", "Nr")
    assert not fragment.joinable("O3", "O3")
    assert not fragment.joinable("F", "Nr")
    assert not fragment.joinable("O3", "Nr")


@pytest.mark.parametrize(("name", "least"), [("rings", 350), ("linkers", 120), ("substituents", 200)])
def test_tables_are_sound(name, least):
    with (files("pharmakon.design") / "tables" / f"{name}.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) >= least
    assert len({r["smiles"] for r in rows}) == len(rows)
    counts = [int(r["count"]) for r in rows]
    assert counts == sorted(counts, reverse=True)
    for row in rows:
        mol = Chem.MolFromSmiles(row["smiles"])
        assert Chem.MolToSmiles(mol) == row["smiles"]
        assert row["smiles"].count("*") == int(row["ends"])
        assert "+" not in row["smiles"]
        assert "-" not in row["smiles"].replace("(-", "")
    sorts = {"rings": (1, 2, 3), "linkers": (2,), "substituents": (1,)}[name]
    assert {int(r["ends"]) for r in rows} == set(sorts)


@pytest.mark.parametrize("name", fragment.OPERATORS)
def test_every_child_is_a_sound_connected_molecule(name):
    mols = [flat(s) for s in (GEFITINIB, "O=C(Nc1ccc(F)cc1)C1CCN(S(=O)(=O)c2cccs2)CC1", "Cc1c[nH]c2ccc(CN)cc12")]
    random = stream(5, name)
    with rdBase.BlockLogs():
        made = [fragment.OPERATORS[name](mols[i % 3], mols[(i + 1) % 3], random) for i in range(90)]
    made = [m for m in made if m is not None]
    assert len(made) >= 8
    for mol in made:
        smiles = Chem.MolToSmiles(mol)
        assert "." not in smiles
        assert "*" not in smiles
        assert Chem.MolFromSmiles(smiles) is not None


def test_a_ring_swap_keeps_everything_else():
    mol = flat("CCOc1ccc(CN)cc1")
    random = stream(2, "swap")
    made = [m for _ in range(60) if (m := fragment.swap_ring(mol, mol, random)) is not None]
    kept = [Chem.MolFromSmarts(s) for s in ("CCO[*;R]", "NC[*;R]")]
    assert len({Chem.MolToSmiles(m) for m in made}) > 10
    assert all(m.HasSubstructMatch(k) for m in made for k in kept)
