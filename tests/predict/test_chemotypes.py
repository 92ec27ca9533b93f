"""Errors by group: planted ones are named, and where errors are alike nobody is blamed."""

import numpy as np
import pytest

from pharmakon.chem.parse import to_mol
from pharmakon.core.random import stream
from pharmakon.predict.chemotypes import errors_by_group, finding, groups_of, worst_group


@pytest.fixture
def mols(molecules):
    return [to_mol(s) for s in molecules]


def test_groups_are_made_of_rings_ranges_and_scaffolds(mols):
    names = {name for name, _ in groups_of(mols)}
    assert "acyclic" in names
    assert "one aromatic ring" in names
    assert any(name.startswith("scaffold c1ccccc1") for name in names)
    assert any("logP" in name for name in names)


def test_a_macrocycle_and_charges_have_groups():
    smiles = ["C1CCCCCCCCCCCC1"] * 12 + ["C[N+](C)(C)C"] * 12 + ["CC(=O)[O-]"] * 12
    names = {name for name, _ in groups_of([to_mol(s) for s in smiles])}
    assert {"macrocycle", "charge positive", "charge negative", "charge none"} <= names


def test_the_group_with_planted_errors_is_the_worst(mols):
    dice = stream(0, "chemotypes")
    measured = dice.normal(size=len(mols))
    said = measured + 0.2 * dice.normal(size=len(mols))
    acyclic = np.array([not mol.GetRingInfo().NumRings() for mol in mols])
    said[acyclic] += 1.5
    found = errors_by_group(mols, said, measured, "regression")
    worst = worst_group(found)
    assert acyclic[worst.rows].mean() > 0.9
    assert worst.bias > 1
    assert worst.low < worst.error < worst.high
    assert worst.error == pytest.approx(np.abs(said - measured)[worst.rows].mean())


def test_alike_errors_blame_nobody(mols):
    blamed = 0
    for seed in range(20):
        dice = stream(seed, "alike")
        measured = dice.normal(size=len(mols))
        found = errors_by_group(mols, measured + dice.normal(size=len(mols)), measured, "regression")
        blamed += worst_group(found) is not None
    assert blamed <= 3


def test_classes_have_a_squared_error_and_an_area(mols):
    dice = stream(1, "classes")
    measured = (dice.random(len(mols)) < 0.5).astype(float)
    said = np.clip(measured * 0.6 + 0.2, 0, 1)
    found = errors_by_group(mols, said, measured, "classification")
    assert found[0].error == pytest.approx(0.04)
    assert found[0].auroc == 1.0
    one = finding("m", found, np.arange(len(mols)), "classification", left_out=7)
    assert one.severity == "info"
    assert "7 that the model was made with" in one.sentence
    assert finding("m", [], np.arange(3), "regression").severity == "passed"
