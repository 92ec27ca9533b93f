"""Neighbours are those of a brute-force search, a copy is found, and two opinions are compared with their habit."""

from pathlib import Path

import numpy as np
import pytest

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.parse import to_mol
from pharmakon.chem.similarity import tanimoto
from pharmakon.predict.features import Features
from pharmakon.predict.panel import load_model
from pharmakon.workflows.finished_run import FinishedRun, read_run
from pharmakon.workflows.passport_models import (
    ONE_KIND,
    by_family,
    memory_of,
    models_of,
    nearest_of,
    opinions_of,
    usual_molecules,
)


@pytest.fixture(scope="module")
def finished(design_run: Path) -> FinishedRun:
    return read_run(design_run)


def test_the_models_are_those_that_were_asked(finished: FinishedRun) -> None:
    assert [model.name for model in models_of(finished)] == ["logs", "dili"]


def test_the_neighbours_are_those_of_a_search_by_hand(finished: FinishedRun, molecules: list[str]) -> None:
    model = finished.panel.models["logs"]
    query = "CCOC(=O)c1ccccc1N"
    found = nearest_of(model, Features.from_smiles([query]))[0]
    by_hand = np.sort(tanimoto(bits([to_mol(query)]), bits([to_mol(s) for s in molecules]))[0])[::-1][:5]
    assert [m.similarity for m in found.molecules] == pytest.approx(by_hand)
    assert (found.unit, [m.copy for m in found.molecules]) == ("log10(mol/L)", [""] * 5)


def test_a_copy_is_flagged(finished: FinishedRun, molecules: list[str]) -> None:
    found = nearest_of(finished.panel.models["logs"], Features.from_smiles([molecules[3]]))[0]
    assert found.molecules[0].similarity == 1.0
    assert found.molecules[0].copy in {"same molecule", "same fingerprint"}


def test_an_unusual_gap_is_flagged(finished: FinishedRun) -> None:
    model, usual = load_model("dili"), usual_molecules(finished)
    said = by_family(model, usual)
    first, second = said["kernel" if "kernel" in said else "trees"], said["graph network"]
    assert np.isfinite(first).all() and np.isfinite(second).all()
    found = opinions_of(model, usual, usual)
    gaps = np.array([o.first_value - o.second_value for o in found])
    assert [o.usual for o in found[:1]] == pytest.approx([gaps.mean()])
    expected = np.abs(gaps - gaps.mean()) > 2 * gaps.std(ddof=1)
    assert [o.flagged for o in found] == expected.tolist()
    assert found[0].first != found[0].second


def test_one_network_has_no_second_opinion(finished: FinishedRun) -> None:
    model = load_model("dili", "fast")
    found = opinions_of(model, Features.from_smiles(["CCO"]), usual_molecules(finished))
    assert found[0].problem == ONE_KIND
    assert not found[0].flagged


def test_the_memory_counts_every_design(finished: FinishedRun) -> None:
    models = models_of(finished)
    found = memory_of(finished, models, given=[finished.designs["D002"]])
    assert len(found.similarity) == len(finished.designs)
    assert found.against > len(models[0].training.value)
    nearest = [
        max(nearest_of(model, Features.from_smiles([smiles]))[0].molecules[0].similarity for model in models)
        for smiles in finished.designs.values()
    ]
    assert all(one >= other - 1e-6 for one, other in zip(found.similarity, nearest, strict=True))
    assert found.same_fingerprint == sum(one >= 1.0 for one in found.similarity)
    assert found.same_molecule <= found.same_fingerprint
    assert found.started == 1
