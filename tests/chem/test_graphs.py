from __future__ import annotations

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.graphs import ATOM_WIDTH, BOND_WIDTH, Graph, Joined, featuriser, graph


def of(smiles: str) -> Graph:
    return graph(Chem.MolFromSmiles(smiles))


def test_every_fact_of_an_atom_and_a_bond_is_told_once() -> None:
    one = of("C[C@H](N)C(=O)[O-].[Na+]")
    assert one.atoms.shape == (7, ATOM_WIDTH) and one.bonds.shape == (10, BOND_WIDTH)
    assert (one.atoms.sum(axis=1) == len(featuriser()["atom"])).all()  # type: ignore[arg-type]
    assert (one.bonds.sum(axis=1) == len(featuriser()["bond"])).all()  # type: ignore[arg-type]


def test_each_bond_is_two_arrows_side_by_side() -> None:
    one = of("CC(=O)Oc1ccccc1")
    assert (one.source[::2] == one.target[1::2]).all() and (one.source[1::2] == one.target[::2]).all()
    assert (one.bonds[::2] == one.bonds[1::2]).all()


def test_a_molecule_without_bonds_is_a_graph() -> None:
    one = of("O")
    assert one.atoms.shape == (1, ATOM_WIDTH)
    assert one.bonds.shape == (0, BOND_WIDTH) and one.source.shape == (0,)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O"),
        (r"C/C=C/C", r"C/C=C\C"),
        ("C1CCCC1N", "C1CCCCC1N"),
        ("CC(=O)O", "CC(=O)[O-]"),
        ("c1ccccc1", "C1CCCCC1"),
        ("CCCl", "CCBr"),
        ("CC#N", "CC=N"),
    ],
)
def test_what_a_chemist_tells_apart_is_told_apart(one: str, other: str) -> None:
    a, b = of(one), of(other)
    assert sorted(map(bytes, a.atoms)) != sorted(map(bytes, b.atoms)) or sorted(map(bytes, a.bonds)) != sorted(
        map(bytes, b.bonds)
    )


def test_the_order_of_the_atoms_changes_no_fact() -> None:
    a, b = of("C[C@H](N)C(=O)O"), of("OC(=O)[C@@H](N)C")
    assert sorted(map(bytes, a.atoms)) == sorted(map(bytes, b.atoms))


def test_joined_molecules_can_be_taken_apart_in_any_order() -> None:
    single = [of(text) for text in ("CCO", "O", "c1ccccc1Cl", "CC(C)(C)N")]
    joined = Joined.of(single).take(np.array([2, 0, 1]))
    for got, want in zip(joined.each(), [single[2], single[0], single[1]], strict=True):
        for name in ("atoms", "bonds", "source", "target"):
            assert (getattr(got, name) == getattr(want, name)).all()
