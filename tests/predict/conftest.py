"""A sample to audit, made of (SMILES, value) or (SMILES, value, part); a small screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pharmakon.chem.graphs import Joined
from pharmakon.core.types import Property
from pharmakon.learn.domain import Domain
from pharmakon.predict.analogues import Analogues, Series
from pharmakon.predict.features import Features
from pharmakon.predict.graph import GraphNetwork
from pharmakon.predict.graph_training import GraphRecipe, train_graph_network
from pharmakon.predict.measured import Sample, Source, measure
from pharmakon.predict.network import Network
from pharmakon.predict.network_training import Recipe, train_network
from pharmakon.predict.screen import Screen
from pharmakon.predict.uncertainty import Calibration
from pharmakon.store.tables import Row


@pytest.fixture(scope="session")
def sample() -> Callable[..., Sample]:
    def make(lines: Sequence[Sequence[Any]], *, value: str = "pIC50", **options: Any) -> Sample:
        rows = []
        for number, (smiles, measured, *rest) in enumerate(lines, start=1):
            fields = {"smiles": smiles, value: str(measured), "split": rest[0] if rest else "", "unit": ""}
            if len(rest) > 1:
                fields["unit"] = rest[1]
            rows.append(Row(number, str(number), smiles, fields))
        split = "split" if any(len(line) > 2 and line[2] for line in lines) else None
        return measure([Source("x.csv", rows)], value=value, split_column=split, unit_column="unit", **options)

    return make


@pytest.fixture(scope="session")
def both(solubilities: list[float]) -> NDArray[np.float32]:
    """Two endpoints, (n, 2): a solubility, and whether it is high, measured for every other molecule."""
    y = np.column_stack([solubilities, np.array(solubilities) > -1.5]).astype(np.float32)
    y[::2, 1] = np.nan
    return y


@pytest.fixture(scope="session")
def network(molecules: list[str], both: NDArray[np.float32]) -> Network:
    """A network of the two."""
    features = Features.from_smiles(molecules)
    return train_network(
        features.hashed,
        features.quick,
        both,
        tasks=["logs", "soluble"],
        classes=np.array([False, True]),
        recipe=Recipe(hidden=(32, 16), epochs=60, batch=64, dropout=0.1),
        threads=1,  # the tests beside it have the other cores, and threads that wait for one cost minutes
    )


@pytest.fixture(scope="session")
def graph_network(molecules: list[str], both: NDArray[np.float32]) -> GraphNetwork:
    """A graph network of the two."""
    features = Features.from_smiles(molecules)
    return train_graph_network(
        Joined.of([one for one in features.graphs if one is not None]),
        features.quick,
        features.descriptors,
        both,
        tasks=["logs", "soluble"],
        classes=np.array([False, True]),
        recipe=GraphRecipe(hidden=32, head=32, epochs=30, batch=32),
        threads=1,
    )


@pytest.fixture(scope="session")
def pair(screen: Screen, graph_network: GraphNetwork) -> Screen:
    """Both networks; the calibrations are those of one."""
    cards = {
        name: card | {"learned": {"weights": {"network": 0.5, "graph": 0.5}, "output": name}}
        for name, card in screen.cards.items()
    }
    networks = [*screen.networks, graph_network]
    return Screen(networks, screen.analogues, cards, screen.calibrations, screen.domains, base=screen, digest="both")


@pytest.fixture(scope="session")
def screen(molecules: list[str], network: Network, both: NDArray[np.float32]) -> Screen:
    """The network with a pool, calibrations, domains and cards."""
    y, features = both, Features.from_smiles(molecules)
    value = network.predict(features.hashed, features.quick)
    near = np.linspace(0.2, 0.9, len(molecules))
    calibrations, domains, cards = {}, {}, {}
    for column, (name, kind) in enumerate((("logs", "regression"), ("soluble", "classification"))):
        known = np.isfinite(y[:, column])
        mine, truth = value[known, column], y[known, column].astype(np.float64)
        calibrations[name] = Calibration(kind=kind).fit(mine[:, None], mine, near[known], truth)
        domains[name] = Domain().fit(near[known])
        what = Property(name, name, "x", kind, low=-10.0 if kind == "regression" else 0.0, high=10.0)
        cards[name] = {"name": name, "property": asdict(what), "learned": {"weights": {"network": 1}, "output": name}}
    rows = np.tile(np.arange(1, len(y) + 1, dtype=np.int32)[:, None], (1, 2))
    ids = [f"m{i}" for i in range(len(y))]
    series = Series(("logs", "soluble"), np.arange(len(y), dtype=np.int32), ids, rows, y)
    return Screen([network], Analogues.of(features.packed, [series]), cards, calibrations, domains, digest="made up")
