"""Routes of synthesis as something a design can be asked for: `route` and `route.steps`, from a user's blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pharmakon.chem.parse import to_mol
from pharmakon.chem.reactions import reactions_by_name
from pharmakon.chem.routes import Route, RouteFinder
from pharmakon.core.types import Estimates, Property
from pharmakon.design.lineage import Record
from pharmakon.design.objective import Term, halves

from .design_scoring import CHUNK, load_panel

if TYPE_CHECKING:
    from pharmakon.engine.base import Engine

ROUTES = ROUTE, ROUTE_STEPS = "route", "route.steps"
NONE_FOUND = "none found"
ADVICE = (
    f'{ROUTE!r} and {ROUTE_STEPS!r} ask for a route from building blocks: give stock = "FILE", a table of their SMILES'
)

_worker: dict[str, RouteFinder] = {}


def asks_for_routes(terms: Iterable[Term]) -> bool:
    """Whether a wish is about a route."""
    return any(name in ROUTES for term in terms for name in halves(term))


def prepare(models: tuple[str, ...], finder: RouteFinder | None) -> None:
    """In a worker: load the models, and keep the finder of routes for the tasks to come."""
    load_panel(models)
    if finder is None:
        _worker.pop(ROUTE, None)
    else:
        _worker[ROUTE] = finder


def find_routes(smiles: tuple[str, ...]) -> list[Route | None]:
    """In a worker: the routes of a few molecules."""
    return [_worker[ROUTE].find(to_mol(text)) for text in smiles]


def routes_of(smiles: Sequence[str], engine: Engine) -> list[Route | None]:
    """The route of each molecule, None where none was found; dealt to workers that were prepared."""
    chunks = [tuple(smiles[i : i + CHUNK]) for i in range(0, len(smiles), CHUNK)]
    return [route for part in engine.map(find_routes, chunks, label="finding routes") for route in part]


def made_of_stock(records: Iterable[Record]) -> tuple[str, ...]:
    """How many scored molecules were put together from the stock, in words; nothing where none was."""
    known = reactions_by_name()
    made = sum(
        bool(one.steps) and all(name in known for step in one.steps for name in step.operators) for one in records
    )
    verb = "molecule was" if made == 1 else "molecules were"
    return (f"{made:,} {verb} put together from the stock before being scored.",) if made else ()


class RouteScorer:
    """Says whether a route was found, and of how many reactions.

    Where none was found, the number of reactions is one more than were allowed.
    """

    def __init__(self, engine: Engine, *, steps: int) -> None:
        self._engine, self._steps = engine, steps
        high = steps + 1
        self.properties: dict[str, Property] = {
            ROUTE: Property(ROUTE, "Route from the stock", "", better="high", low=0, high=1),
            ROUTE_STEPS: Property(ROUTE_STEPS, "Reactions of the route", "count", better="low", low=0, high=high),
        }

    def estimate(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        """See core.types.Scorer."""
        routes = routes_of(smiles, self._engine)
        found = [route is not None for route in routes]
        steps = [self._steps + 1 if route is None else len(route.steps) for route in routes]
        values = {ROUTE: np.array(found, float), ROUTE_STEPS: np.array(steps, float)}
        return {name: Estimates.exact(self.properties[name], "routes", values[name]) for name in names}
