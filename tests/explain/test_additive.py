"""Atoms and base add up to the output, equals get equals, and how a molecule is written changes no bit."""

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.core.errors import UsageError
from pharmakon.explain.additive import attribute, kernel_shares, linear_shares, to_atoms, tree_shares
from pharmakon.explain.environments import Vocabulary, environments

SMILES = [
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "CC(C)(C)c1ccc(cc1)C(F)(F)F",
    "Cc1cc(C)cc(C)c1",
    "OC(=O)CC(O)(CC(O)=O)C(O)=O",
    "C1CC2CCC1CC2",
    "CCCCCC",
    "CCN(CC)CC",
    "c1ccc2ccccc2c1",
    "NC(=O)c1ccccc1",
    "CC(=O)Nc1ccc(O)cc1",
]


def read(texts, radius=2):
    return [environments(Chem.MolFromSmiles(text), radius) for text in texts]


@pytest.fixture(scope="module", params=["linear", "kernel", "trees"])
def explain(request):
    """A model of each kind: environments -> attributions, outputs."""
    molecules = read(SMILES)
    vocabulary = Vocabulary.of(molecules, at_least=1)
    training = vocabulary.counts([molecule.features for molecule in molecules])
    random = np.random.default_rng(0)
    if request.param == "linear":
        coefficients = random.normal(size=len(vocabulary))

        def shares(rows):
            return [linear_shares(row, coefficients) for row in rows], [0.7] * rows.shape[0]

        def output(rows):
            return rows @ coefficients + 0.7

    elif request.param == "kernel":
        weights = random.normal(size=len(molecules))

        def shares(rows):
            return [kernel_shares(row, training, weights) for row in rows], [0.7] * rows.shape[0]

        def output(rows):
            a, b = rows.toarray()[:, None, :], training.toarray()[None, :, :]
            return (np.minimum(a, b).sum(axis=2) / np.maximum(a, b).sum(axis=2)) @ weights + 0.7

    else:
        import lightgbm

        settings = {"min_data_in_leaf": 2, "num_threads": 1, "verbose": -1, "min_data_in_bin": 1, "seed": 0}
        many = np.repeat(np.arange(len(molecules)), 4)
        data = lightgbm.Dataset(training[many], label=random.normal(size=len(molecules))[many])
        booster = lightgbm.train(settings, data, num_boost_round=20)

        def shares(rows):
            return tree_shares(booster, rows)

        def output(rows):
            return booster.predict(rows)

    def explained(molecules):
        rows = vocabulary.counts([molecule.features for molecule in molecules])
        return attribute(molecules, vocabulary, *shares(rows)), output(rows)

    return explained


def test_atoms_and_base_add_up_to_the_output(explain):
    found, outputs = explain(read([*SMILES, "CCCCO", "[Na+].[Cl-]"]))
    assert len(set(outputs)) > 3
    for one, value in zip(found, outputs, strict=True):
        assert one.value == pytest.approx(value, abs=1e-9)
        assert one.atoms.sum() + one.base == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("smiles", SMILES)
def test_equivalent_atoms_get_the_same_number_to_the_last_bit(explain, smiles):
    atoms = explain(read([smiles]))[0][0].atoms
    kinds = list(Chem.CanonicalRankAtoms(Chem.MolFromSmiles(smiles), breakTies=False))
    assert len(set(zip(kinds, atoms.tolist(), strict=True))) == len(set(kinds))


@pytest.mark.parametrize("smiles", SMILES[:4])
def test_the_order_of_the_atoms_changes_no_bit(explain, smiles):
    mol, random = Chem.MolFromSmiles(smiles), np.random.default_rng(1)
    before = explain([environments(mol)])[0][0]
    for _ in range(5):
        order = random.permutation(mol.GetNumAtoms())
        after = explain([environments(Chem.RenumberAtoms(mol, order.tolist()))])[0][0]
        assert (after.atoms == before.atoms[order]).all()
        assert after.base == before.base


def test_a_feature_is_shared_by_its_atoms_and_its_absence_stays_with_the_base():
    molecule = environments(Chem.MolFromSmiles("CCO"), 0)
    vocabulary = Vocabulary.of([*read(["CCO", "N"], 0)], at_least=1)
    oxygen = vocabulary.columns(molecule.features[molecule.atoms[:, 2]])[0]
    shares = np.where(vocabulary.counts([molecule.features]).toarray()[0] > 0, 0.0, 5.0)
    shares[oxygen] = 2.0
    found = to_atoms(molecule, vocabulary, shares, 1.0)
    assert found.atoms.tolist() == [0, 0, 2]
    assert found.base == 6.0


def test_shares_of_other_columns_are_refused():
    molecules = read(["CCO"])
    with pytest.raises(UsageError, match="columns"):
        to_atoms(molecules[0], Vocabulary.of(molecules, at_least=1), np.zeros(2), 0.0)
