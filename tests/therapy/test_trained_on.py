import numpy as np
import pytest

from pharmakon.therapy.profiles import Profiles
from pharmakon.therapy.response import ResponseModel
from pharmakon.therapy.screen import Screen
from pharmakon.therapy.trained_on import trained_on

GENES = tuple(f"G{j}" for j in range(40))


@pytest.fixture(scope="module")
def learnt():
    random = np.random.default_rng(0)
    values = random.normal(size=(40, 40))
    values[:, 20:] = np.where(random.random((40, 20)) < 0.8, 0.0, values[:, 20:])  # genes that few lines express
    lines = tuple(f"L{i}" for i in range(40))
    profiles = Profiles(lines, {"expression": GENES}, {"expression": values})
    smiles = ("CCO", "c1ccccc1O", "CC(=O)Nc1ccc(O)cc1", "CCN", "CCCCO", "c1ccncc1C")
    response = values[:, :1] + random.normal(size=(40, 6))
    screen = Screen(profiles, tuple(f"D{j}" for j in range(6)), response, smiles, ("",) * 40)
    return ResponseModel().fit(screen), values


def profiles_of(ids, values):
    return Profiles(ids, {"expression": GENES}, {"expression": values})


def test_a_training_line_is_known_rounded_and_with_gaps_whatever_its_name(learnt):
    model, values = learnt
    gaps = np.random.default_rng(1).random((2, 40)) < 0.2
    found = trained_on(model, profiles_of(("A", "B"), np.where(gaps, np.nan, values[[7, 3]].round(2))))
    assert [(who, one.line, one.by) for who, one in found.items()] == [("A", "L7", "values"), ("B", "L3", "values")]
    assert "say nothing of a new tumour" in found["A"].sentence("A")


def test_a_new_tumour_is_not_and_a_name_is_asked_about(learnt):
    model, values = learnt
    new = np.random.default_rng(2).normal(size=(2, 40))
    found = trained_on(model, profiles_of(("l5", "P1"), new))
    assert {who: (one.line, one.by) for who, one in found.items()} == {"l5": ("L5", "name")}
    assert "if it is that line" in found["l5"].sentence("l5")
    assert trained_on(model, profiles_of(("P2",), values[:1] + 0.3)) == {}


def test_too_few_genes_tell_nothing(learnt):
    model, values = learnt
    few = np.full((1, 40), np.nan)
    few[0, :9] = values[0, :9]
    assert trained_on(model, profiles_of(("P",), few)) == {}
