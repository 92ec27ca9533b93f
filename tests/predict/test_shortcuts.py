"""What size and row numbers give away."""

import pytest
from rdkit import Chem
from rdkit.Chem import Crippen

from pharmakon.core.random import stream
from pharmakon.predict.shortcuts import shortcuts


def by_name(made):
    return {f.name: f for f in shortcuts(made)}


@pytest.fixture
def greasy(molecules):
    return [Crippen.MolLogP(Chem.MolFromSmiles(s)) for s in molecules]


def test_a_label_that_is_logp_is_a_shortcut(sample, molecules, greasy):
    found = by_name(sample(list(zip(molecules, greasy, strict=True)), value="x"))
    assert found["shortcut"].severity == "warning"
    assert "logP" in found["shortcut"].sentence
    assert found["shortcut"].measures["best_single"] == pytest.approx(1)


def test_classes_by_logp_are_a_shortcut(sample, molecules, greasy):
    found = by_name(sample([(s, int(g > 1.5)) for s, g in zip(molecules, greasy, strict=True)], value="y"))
    assert found["shortcut"].severity == "warning"
    assert "AUROC" in found["shortcut"].sentence


def test_noise_is_none(sample, molecules):
    noise = stream(1, "noise").normal(size=len(molecules))
    found = by_name(sample(list(zip(molecules, noise, strict=True)), value="x"))
    assert {f.severity for f in found.values()} == {"info"}
    assert found["shortcut"].measures["score"] < 0.1


def test_a_file_sorted_by_its_label(sample, molecules):
    noise = stream(2, "noise").normal(size=len(molecules))
    found = by_name(sample(list(zip(molecules, sorted(noise), strict=True)), value="x"))
    assert found["order"].severity == "warning"


def test_a_few_rows_or_one_value_say_nothing(sample, molecules):
    assert shortcuts(sample([("C" * i, i) for i in range(1, 20)])) == []
    assert shortcuts(sample([(s, 5) for s in molecules])) == []


def test_the_same_seed_gives_the_same_findings(sample, molecules, greasy):
    made = sample(list(zip(molecules, greasy, strict=True)), value="x")
    assert shortcuts(made, seed=4) == shortcuts(made, seed=4)


def test_six_descriptors_that_do_as_well_as_the_structure_are_flagged(sample, molecules, greasy):
    """Below 0.7, but as good as a model of everything: the rest of the structure adds nothing."""
    dice = stream(3, "near")
    noisy = [g + 1.6 * dice.normal() for g in greasy]
    found = by_name(sample(list(zip(molecules, noisy, strict=True)), value="x"))["shortcut"]
    assert found.measures["score"] >= found.measures["structure"] - 0.05
    assert (found.severity == "warning") == (found.measures["score"] >= 0.25)
