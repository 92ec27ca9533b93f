"""The two calls of ICH M7 and the class that follows from them."""

from types import SimpleNamespace

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.mutagenic import mutagenic_alerts, surroundings
from pharmakon.core.errors import ModelError
from pharmakon.predict.mutagenicity import Rules, identity, impurity_class, meaning, shared, statistical


def mol(text):
    return Chem.MolFromSmiles(text)


@pytest.fixture
def rules():
    known = np.unique(np.concatenate([surroundings(mol(text)) for text in ("CCO", "c1ccccc1", "CCCO", "CC(=O)OCC")]))
    own = np.array([identity(mol("CCO")), identity(mol("CN(C)N=O"))])
    order = np.argsort(own)
    return Rules(
        {"name": "rules", "alerts": {"aromatic nitro": [10, 8]}}, known, own[order], np.array([False, True])[order]
    )


def test_an_alert_is_positive_even_among_strange_atoms(rules):
    call = rules.call(mol("O=[N+]([O-])c1ccccc1"))
    assert call.outcome == "positive"
    assert call.strange


def test_known_surroundings_without_an_alert_are_negative(rules):
    assert rules.call(mol("CCO")).outcome == "negative"
    assert rules.call(mol("CCCO")).strange == ()


def test_unknown_surroundings_are_out_of_domain(rules):
    call = rules.call(mol("CC[Si](C)(C)C"))
    assert call.outcome == "out of domain"
    assert 2 in call.strange


def test_the_record_of_an_alert(rules):
    assert rules.record("aromatic nitro") == (10, 8)
    assert rules.record("azide") == (0, 0)


def test_rules_come_back_from_a_folder(rules, tmp_path):
    again = Rules.load(rules.save(tmp_path / "rules"))
    assert again.call(mol("CCO")) == rules.call(mol("CCO"))
    (tmp_path / "rules" / "surroundings.npz").write_bytes(b"")
    with pytest.raises(ModelError):
        Rules.load(tmp_path / "rules")


def test_a_measured_molecule_is_known_however_it_is_written(rules):
    assert rules.measurement(mol("OCC")) is False
    assert rules.measurement(mol("O=NN(C)C")) is True
    assert rules.measurement(mol("CCCO")) is None


@pytest.mark.parametrize(
    ("model", "rule", "expected"),
    [
        ("negative", "negative", "5"),
        ("positive", "negative", "3"),
        ("negative", "positive", "3"),
        ("out of domain", "positive", "3"),
        ("positive", "out of domain", "3"),
        ("indeterminate", "negative", "expert review"),
        ("negative", "out of domain", "expert review"),
        ("out of domain", "out of domain", "expert review"),
    ],
)
def test_one_concern_is_enough_and_one_silence_is_no_clearance(model, rule, expected):
    assert impurity_class(model, rule) == expected


def test_what_the_parent_shares_is_class_4_and_changes_nothing_else():
    assert impurity_class("indeterminate", "positive", shared=True) == "4"
    assert impurity_class("negative", "negative", shared=True) == "5"
    assert impurity_class("positive", "positive", shared=True) == "3"
    assert impurity_class("negative", "positive", shared=True, measured=True) == "2"


@pytest.mark.parametrize(
    ("model", "rule", "measured", "expected"),
    [
        ("positive", "negative", True, "2"),
        ("negative", "negative", True, "expert review"),
        ("negative", "negative", False, "5"),
        ("out of domain", "out of domain", False, "5"),
        ("negative", "positive", False, "expert review"),
    ],
)
def test_a_measurement_comes_first_and_a_contradiction_goes_to_an_expert(model, rule, measured, expected):
    assert impurity_class(model, rule, measured=measured) == expected


def test_statistical_calls_follow_verdict_and_domain():
    estimates = SimpleNamespace(
        verdict=["good", "poor", "don't know", "don't know"], in_domain=np.array([True, True, True, False])
    )
    assert statistical(estimates) == ["negative", "positive", "indeterminate", "out of domain"]


def alike(one, parent):
    return shared(mol(one), mutagenic_alerts(mol(one)), mol(parent), mutagenic_alerts(mol(parent)))


PROCAINE = "CCN(CC)CCOC(=O)c1ccc(N)cc1"


@pytest.mark.parametrize("impurity", ["CCN(C)CCOC(=O)c1ccc(N)cc1", "CCN(CCO)CCOC(=O)c1ccc(N)cc1"])
def test_an_alert_far_from_what_differs_is_shared(impurity):
    assert alike(impurity, PROCAINE)


@pytest.mark.parametrize(
    ("impurity", "parent"),
    [
        ("Nc1ccc(Cl)cc1", PROCAINE),  # another substituent at the far end of the ring
        ("CCN(CC)CCNC(=O)c1ccc(N)cc1", PROCAINE),
        ("CCN(CC)CCOC(=O)c1ccc(N)c(Cl)c1", PROCAINE),
        ("CCN(CCBr)CCOC(=O)c1ccc(N)cc1", PROCAINE),  # an alert of its own
        ("Nc1ccc(-c2ccccc2)cc1", "CC(=O)Nc1ccc(Cc2ccc(N)cc2)cc1"),
        ("Nc1ccc2ccccc2c1", "CC(=O)Nc1ccc(Cc2ccc(N)cc2)cc1"),
        ("O=[N+]([O-])c1ccc2c(c1)Cc1ccccc1-2", "CC(=O)Nc1ccc([N+](=O)[O-])cc1"),
        ("O=NN1CCOCC1", "O=NN1CCN(C)CC1"),
        ("C1OC1CC", "C1OC1(C)CC"),
        ("Nc1ccc(CCc2ccc(N)cc2)cc1", "Nc1ccc(CCc2ccccc2)cc1"),  # twice what the parent has once
    ],
)
def test_an_alert_elsewhere_is_not_shared(impurity, parent):
    assert not alike(impurity, parent)


def test_the_cohort_of_concern_is_named():
    assert "cohort of concern (N-nitroso compound)" in meaning("3", mutagenic_alerts(mol("CN(C)N=O")), measured=None)
    assert "measured not mutagenic" in meaning("5", [], measured=False)
    assert "cohort" not in meaning("3", mutagenic_alerts(mol("CCBr")), measured=None)
