"""The two calls of ICH M7 and the class that follows from them."""

from types import SimpleNamespace

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.mutagenic import mutagenic_alerts, surroundings
from pharmakon.core.errors import ModelError
from pharmakon.predict.mutagenicity import Rules, impurity_class, meaning, shared, statistical


def mol(text):
    return Chem.MolFromSmiles(text)


@pytest.fixture
def rules():
    known = np.unique(np.concatenate([surroundings(mol(text)) for text in ("CCO", "c1ccccc1", "CCCO", "CC(=O)OCC")]))
    return Rules({"name": "rules", "alerts": {"aromatic nitro": [10, 8]}}, known)


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


def test_statistical_calls_follow_verdict_and_domain():
    estimates = SimpleNamespace(
        verdict=["good", "poor", "don't know", "don't know"], in_domain=np.array([True, True, True, False])
    )
    assert statistical(estimates) == ["negative", "positive", "indeterminate", "out of domain"]


def alike(one, parent):
    return shared(mol(one), mutagenic_alerts(mol(one)), mol(parent), mutagenic_alerts(mol(parent)))


def test_an_alert_is_shared_only_in_the_same_surroundings():
    assert alike("Nc1ccc(C(=O)NC)cc1", "Nc1ccc(C(=O)OC)cc1")
    assert not alike("Nc1ccc(C(=O)NCCCl)cc1", "Nc1ccc(C(=O)OC)cc1")  # an alert of its own
    assert not alike("C1OC1CC", "C1OC1(C)CC")  # the same alert, another epoxide


def test_the_cohort_of_concern_is_named():
    assert "cohort of concern (N-nitroso compound)" in meaning("3", mutagenic_alerts(mol("CN(C)N=O")))
    assert "cohort" not in meaning("3", mutagenic_alerts(mol("CCBr")))
