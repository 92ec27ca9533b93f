"""A model of environments learns a planted rule, and the simplest that is as good as the best is kept."""

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.explain.environments import environments
from pharmakon.workflows.attribution_models import ADDITIVE, MASKED, best, candidates, fit_linear, fit_trees, simplest

PARTS = ["CC", "CCC", "c1ccccc1", "C1CCCCC1", "CO", "CCO", "FC", "ClC", "CC(C)C", "CS"]
ENDS = ["O", "F", "Cl", "C", "N", "CN", "CCN", "S"]


@pytest.fixture(scope="module")
def planted():
    """Molecules, and how many nitrogens each has."""
    mols = [Chem.MolFromSmiles(f"{part}{end}") for part in PARTS for end in ENDS]
    count = [sum(atom.GetAtomicNum() == 7 for atom in mol.GetAtoms()) for mol in mols]
    return mols, [environments(mol, 2) for mol in mols], np.array(count, dtype=float)


@pytest.mark.parametrize("kind", ["regression", "classification"])
@pytest.mark.parametrize("way", [ADDITIVE, MASKED])
def test_the_atoms_of_the_rule_stand_out(planted, kind, way):
    mols, molecules, y = planted
    for model in (fit_linear(molecules, y, kind, 1, 1.0), fit_trees(molecules, y, kind, 0)):
        for mol, scores in zip(mols, model.scores(molecules, way), strict=True):
            nitrogen = [atom.GetIdx() for atom in mol.GetAtoms() if atom.GetAtomicNum() == 7]
            if nitrogen:
                assert np.argmax(scores) == nitrogen[0]


def test_attributions_rebuild_the_output(planted):
    _, molecules, y = planted
    for family in ("linear", "trees"):
        for model in candidates(molecules, y, "classification", family):
            outputs = model.output([molecule.features for molecule in model.seen(molecules)])
            assert [found.value for found in model.additive(molecules)] == pytest.approx(outputs.tolist(), abs=1e-9)


def test_the_same_recipe_learns_other_labels(planted):
    _, molecules, y = planted
    model = fit_linear(molecules, y, "regression", 0, 1.0)
    other = model.again(molecules, -y)
    rows = [molecule.features for molecule in model.seen(molecules)]
    assert (other.family, other.radius) == ("linear", 0)
    assert np.corrcoef(model.output(rows), other.output(rows))[0, 1] < -0.99


def test_the_simplest_of_equals_is_kept_and_a_better_one_wins(planted):
    _, molecules, y = planted
    models = candidates(molecules, y, "regression", "linear")
    nothing = fit_linear(molecules, np.random.default_rng(0).permutation(y), "regression", 0, 1.0)
    kept, score = simplest([nothing, *models], molecules, y, "regression", np.random.default_rng(1))
    assert kept is not nothing
    assert best([nothing, *models], molecules, y, "regression") is not nothing
    assert score > 0.95
    twice = [fit_linear(molecules, y, "regression", 0, 1.0) for _ in range(2)]
    assert simplest(twice, molecules, y, "regression", np.random.default_rng(1))[0] is twice[0]
