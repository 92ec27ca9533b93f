"""A small made-up drug screen whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from pharmakon.therapy.crossvalidation import cross_validate
from pharmakon.therapy.predictor import ResponsePredictor
from pharmakon.therapy.profiles import Profiles
from pharmakon.therapy.response import ResponseModel
from pharmakon.therapy.screen import Screen

CELLS, GENES = 90, 24
SMILES = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "CC(=O)Nc1ccc(O)cc1",
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1",
    "Cc1ccc(cc1Nc1nccc(n1)-c1cccnc1)NC(=O)c1ccc(cc1)CN1CCN(C)CC1",
    "CNC(=O)c1cc(ccn1)Oc1ccc(cc1)NC(=O)Nc1ccc(Cl)c(c1)C(F)(F)F",
    "O=C(O)CCCc1ccc(cc1)N(CCCl)CCCl",
    "NC(=O)c1cccnc1",
    "OC(=O)c1ccccc1O",
    "CCOC(=O)c1ccc(N)cc1",
)


def made(seed: int = 0) -> Screen:
    """Sensitivity is general (a pathway of genes), a mutation of G0 makes drug D0 work, G1's expression D1."""
    random = np.random.default_rng(seed)
    genes = tuple(f"G{j}" for j in range(GENES))
    pathway = random.normal(size=(CELLS, 3))
    expression = pathway @ random.normal(size=(3, GENES)) * 0.6 + 0.6 * random.normal(size=(CELLS, GENES))
    mutation = (random.random((CELLS, GENES)) < 0.2).astype(float)
    copies = 1 + 0.2 * random.normal(size=(CELLS, GENES))
    m = len(SMILES)
    response = np.linspace(-3, 3, m) + 0.8 * pathway[:, :1] + 0.3 * random.normal(size=(CELLS, m))
    response[:, 0] -= 2.5 * mutation[:, 0]
    response[:, 1] -= 0.8 * expression[:, 1]
    response[random.random((CELLS, m)) < 0.1] = np.nan
    profiles = Profiles(
        tuple(f"C{i}" for i in range(CELLS)),
        {"expression": genes, "mutation": genes, "copy_number": genes},
        {"expression": expression, "mutation": mutation, "copy_number": copies},
    )
    tissue = tuple(("lung", "skin", "")[i % 3] for i in range(CELLS))
    return Screen(profiles, tuple(f"D{j}" for j in range(m)), response, SMILES, tissue)


@pytest.fixture(scope="session")
def screen() -> Screen:
    return made()


@pytest.fixture(scope="session")
def predictor(screen: Screen) -> ResponsePredictor:
    """A model of the first 70 lines."""
    training = screen.take(np.arange(70))
    held = [cross_validate(training, split) for split in ("cell", "both")]
    return ResponsePredictor.calibrated(training, ResponseModel().fit(training), *held)
