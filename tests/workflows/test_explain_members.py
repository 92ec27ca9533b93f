from math import fsum

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.standardize import standardize
from pharmakon.predict.blend import Blend
from pharmakon.predict.features import Features
from pharmakon.predict.panel import Panel, load_model, own_names, shipped_names, target_names
from pharmakon.workflows.explain_members import KERNEL, Seen, atom_shares, explain, explain_panel, said_by

ASKED = ("CC(=O)Oc1ccccc1C(=O)O", "Cc1ccc(cc1)S(=O)(=O)NC(=O)NN1CCCCC1", "CC(C)NCC(O)c1ccc(O)c(O)c1", "CCCCCC")


def seen(text):
    return Seen(standardize(text).mol)


def adds_up(found):
    return abs(fsum([*found.weights, found.base]) - found.value) < 1e-6


@pytest.mark.parametrize("profile", ["fast", "full"])
def test_atoms_and_base_are_the_score_of_every_shipped_model(profile):
    panel = Panel.load(shipped_names(), profile)
    mols = [standardize(text).mol for text in ASKED[: 1 if profile == "full" else 3]]
    found = explain_panel(panel, mols, {name: [True] * len(mols) for name in panel.models})
    assert set(found) == set(shipped_names())
    for name, several in found.items():
        values = panel.models[name].values(Features(mols))
        for one, value in zip(several, values, strict=True):
            assert adds_up(one), name
            assert one.value == pytest.approx(value, abs=1e-6)
            assert sum(change for _, change in one.parts) + one.base == pytest.approx(value, abs=1e-6)
            assert np.abs(one.weights).max() > 0


def test_a_protein_target_is_explained_too():
    assert adds_up(explain(load_model(target_names()[0]), seen(ASKED[1])))


@pytest.mark.parametrize("kind", ["regression", "classification"])
def test_what_is_counted_is_accounted_for_to_the_last_digit(kind, molecules, solubilities):
    """Of kernels and trees the base is known: what they say of a molecule of which nothing is counted."""
    features, y = Features.from_smiles(molecules), np.array(solubilities)
    y = y if kind == "regression" else (y > np.median(y)).astype(float)
    blend = Blend(kind=kind, views=("ecfp4", "atom_pair", "torsion")).fit(
        features, y, folds={"random": np.arange(len(y)) % 3}
    )
    one = seen(molecules[3])
    shares = atom_shares(blend, one)
    assert (
        set(shares) == set(blend.names_) == {"ridge", "trees", "forest", *(["support"] if kind == "regression" else [])}
    )
    kernel = blend.kernel_
    space = kernel.descriptor_weight * kernel.space_.transform(one.whole.descriptors)
    space = space / np.float32(len(kernel.views_) + kernel.descriptor_weight)
    empty = one.whole.dense.copy()
    empty[:, :2048] = 0
    for name, found in shares.items():
        if name in KERNEL:
            base = float((kernel.ridge_ if name == "ridge" else kernel.support_).predict(space)[0])
            base = float(np.clip(base, 0, 1)) if kind == "classification" else base
        else:
            grown = blend.grown_[name]
            base = float(grown.link(np.array([grown.trees_._follow(empty)[0]]))[0])
        assert base + found.sum() == pytest.approx(said_by(blend, name, one.whole)[0], abs=2e-5), name


def test_a_users_own_model_is_explained(trained, molecules):
    model = load_model(trained)
    for text in molecules[:4]:
        found = explain(model, seen(text))
        assert adds_up(found)
        assert {"kernel terms", "TreeSHAP"} <= {word.partition(" (")[0] for word in found.method.split(", ")}


def test_equivalent_atoms_get_the_same_number_to_the_last_bit():
    mol = standardize("Cc1ccc(C)cc1").mol
    found = explain(load_model(own_names()[0]), Seen(mol))
    ranks = list(Chem.CanonicalRankAtoms(mol, breakTies=False))
    assert len(set(ranks)) == 3
    for rank in set(ranks):
        assert len({found.weights[i] for i, other in enumerate(ranks) if other == rank}) == 1


def test_the_order_of_the_atoms_changes_nothing():
    model, mol = load_model("herg"), standardize(ASKED[1]).mol
    order = np.random.default_rng(0).permutation(mol.GetNumAtoms())
    before, after = explain(model, Seen(mol)), explain(model, Seen(Chem.RenumberAtoms(mol, order.tolist())))
    assert after.weights == pytest.approx(before.weights[order], abs=1e-6)


def test_out_of_the_domain_it_is_withheld():
    panel = Panel.load(["herg"])
    (found,) = explain_panel(panel, [standardize(ASKED[0]).mol], {"herg": [False]})["herg"]
    assert found.weights is None
    assert "outside the model's domain" in found.withheld
    assert np.isfinite(found.value)
