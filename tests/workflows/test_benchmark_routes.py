"""Assembled molecules are what they say, and the harness counts what is found."""

import pytest

from pharmakon.chem.routes import RouteFinder
from pharmakon.chem.stock import Stock
from pharmakon.core.random import stream
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_routes import HEAVY, ROUTES, assembled, share

ACIDS = [f"OC(=O)c1ccc({arm})cc1" for arm in ("F", "Br", "OC", "C#N", "C(F)(F)F")]
AMINES = ["C1COCCN1", "NCc1ccccc1", "CC(C)N", "Nc1ccncc1", "CC(C)(C)OC(=O)N1CCNCC1"]
STOCK = Stock.of([(text, f"B{i}") for i, text in enumerate([*ACIDS, *AMINES, "OB(O)c1cccnc1", "OB(O)c1ccccc1"])])


def test_assembled_molecules_are_new_of_the_right_size_and_mostly_found_again():
    from pharmakon.chem.parse import to_mol

    made = assembled(STOCK, 12, stream(0, "test"))
    assert made == assembled(STOCK, 12, stream(0, "test"))
    assert sorted(steps for _, steps in made) == sorted([1, 2, 3] * 4)
    assert all(smiles not in STOCK and HEAVY[0] <= to_mol(smiles).GetNumHeavyAtoms() <= HEAVY[1] for smiles, _ in made)
    finder = RouteFinder(STOCK)
    routes = [(finder.find(to_mol(smiles)), steps) for smiles, steps in made]
    assert sum(route is not None for route, _ in routes) >= 9
    assert all(len(route.steps) <= steps for route, steps in routes if route is not None and steps < 3)


def test_a_share_has_an_interval():
    found = share([True] * 9 + [False])
    assert (found["value"], found["n"]) == (0.9, 10)
    assert found["low"] < 0.9 < found["high"]


@pytest.mark.data
def test_a_slice_of_the_benchmark(tmp_path):
    record = run(BenchmarkConfig(name="routes", tasks=("zinc",), limit=20, output=tmp_path)).record
    scores = record["tasks"]["zinc"]["scores"]
    assert set(scores) == {"found", "ms a molecule"}
    assert scores["found"]["n"] == 20 and 0 <= scores["found"]["value"] < 1
    assert record["summary"] == {"zinc": scores["found"]["value"]}
    assert not record["comparable"]
    assert ROUTES.tasks() == ["assembled", "approved drugs", "zinc"]
