"""What makes two drawings one molecule, at each of four levels."""

from __future__ import annotations

from itertools import pairwise

import pytest
from rdkit import Chem

from pharmakon.chem.identity import LEVELS, difference, first_shared, identify


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("OCC", "CCO", "exact"),
        ("C1=CC=CC=C1O", "Oc1ccccc1", "exact"),
        ("CCN", "CCN.Cl", "parent"),
        ("CC(=O)O", "CC(=O)[O-].[Na+]", "parent"),
        ("CS(C)=O", "C[S+](C)[O-]", "parent"),
        ("CC[13CH2]O", "CCCO", "parent"),
        ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "stereo"),
        ("C/C=C/C", "CC=CC", "stereo"),
        ("Oc1ccccn1", "O=c1cccc[nH]1", "tautomer"),
        ("Cc1c[nH]cn1", "Cc1cnc[nH]1", "tautomer"),
        ("CC(=O)CC(C)=O", "CC(O)=CC(C)=O", "tautomer"),
        ("CCCO", "CCOC", None),
        ("Cc1ccccc1O", "Cc1ccc(O)cc1", None),
        ("CCO", "CC=O", None),
    ],
)
def test_the_level_at_which_two_are_one(one: str, other: str, level: str | None) -> None:
    a, b = identify([one, other])
    assert first_shared(a, b) == first_shared(b, a) == level
    assert bool(difference(a, b)) == (level is not None)


def test_keys_are_nested() -> None:
    drawings = ["CCN", "CCN.Cl", "C[C@H](N)O", "CC(N)O", "Oc1ccccn1", "O=c1cccc[nH]1", "[O-]c1ccccn1.[Na+]"]
    found = identify(drawings)
    for finer, coarser in pairwise(LEVELS):
        for a in found:
            for b in found:
                assert a.key(finer) != b.key(finer) or a.key(coarser) == b.key(coarser)


def test_what_cannot_be_read_is_like_nothing() -> None:
    bad, empty, good = identify(["C1CC", "", "CC"])
    assert bad.problem and empty.problem and not good.problem
    assert first_shared(bad, empty) is None
    assert difference(bad, good) == ""


def test_a_difference_is_told_in_words() -> None:
    salt, base = identify(["CCN.OS(=O)(=O)C", "CCN"])
    assert "removed salt" in difference(salt, base)
    flat, left, right = identify(["CC(N)C(=O)O", "C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O"])
    assert difference(flat, left) == "one is drawn without stereochemistry"
    assert difference(left, right) == "stereoisomers"


def test_the_order_of_the_rows_does_not_matter() -> None:
    texts = ["Oc1ccccn1", "CCO", "O=c1cccc[nH]1", "Oc1ccccn1"]
    assert identify(texts) == identify(texts[::-1])[::-1]


def test_a_lone_molecule_pays_for_no_tautomers(monkeypatch: pytest.MonkeyPatch) -> None:
    from pharmakon.chem import identity

    monkeypatch.setattr(identity, "_canonical_tautomer", lambda flat: pytest.fail("not needed"))
    (found,) = identify(["O=c1[nH]c(=O)c2[nH]cnc2[nH]1"])
    assert found.tautomer == found.stereo == Chem.CanonSmiles("O=c1[nH]c(=O)c2[nH]cnc2[nH]1")
