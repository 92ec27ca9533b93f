"""Which search a stage gets: the usual one, and one that is fed from the stock where routes are asked for."""

import pytest

from pharmakon.chem.parse import to_mol
from pharmakon.chem.routes import RouteFinder
from pharmakon.chem.stock import Stock
from pharmakon.core.types import silent
from pharmakon.design.from_stock import FromStock, StockHits, StockSearch
from pharmakon.design.hits import HitSearch, HitSettings
from pharmakon.design.modes import Mode, guard_of
from pharmakon.design.optimise import Optimiser
from pharmakon.design.settings import Settings
from pharmakon.engine.local import SerialEngine
from pharmakon.workflows.design import DesignConfig, objective_of
from pharmakon.workflows.design_routes import RouteScorer, made_of_stock
from pharmakon.workflows.design_search import Searches, policy_of, prior_visitors

BLOCKS = ("C1COCCN1", "O=C(O)c1ccncc1", "O=C(O)c1ccccc1", "CN1CCNCC1", "Clc1ncccn1", "OB(O)c1cccnc1", "Nc1ccc(Br)cc1")
FINDER = RouteFinder(Stock.of([(text, f"B{i}") for i, text in enumerate(BLOCKS)]), steps=2)
QED = {"property": "qed", "want": ">= 0.7"}
ROUTE = {"property": "route", "want": "= 1"}
HEAVY = {"property": "mw", "want": ">= 200"}
START = ["CCOc1ccccc1", "CCNc1ccccc1"]


def search(settings=None, stage=0, guard=None, **wishes):
    config = DesignConfig.model_validate({"stock": "blocks.csv", **wishes})
    engine = SerialEngine()
    stages = range(1, max(1, len(config.stages)) + 1)
    objectives = [objective_of(config, one, RouteScorer(engine, steps=2), guard) for one in stages]
    searches = Searches(config, objectives, guard, FINDER, ["CCO"], None, engine, silent)
    return searches(stage, settings or Settings(calls=20, initial=10), START, None)


def test_without_a_wish_for_a_route_the_search_is_the_usual_one():
    found = search(goals=[QED])
    assert type(found) is Optimiser
    assert (found.start, found.policy) == (tuple(START), None)
    hits = search(HitSettings(calls=20, initial=10), goals=[QED], hits=0.5)
    assert type(hits) is HitSearch and hits.pool == (*START, "CCO")


@pytest.mark.parametrize("wishes", [{"goals": [QED, ROUTE]}, {"goals": [QED], "constraints": [ROUTE]}])
def test_a_wish_for_a_route_brings_molecules_of_the_stock(wishes):
    found = search(**wishes)
    assert type(found) is StockSearch and isinstance(found.policy, FromStock)
    assert (found.start[0], found.start[2]) == tuple(START)
    made = [text for text in found.start if text not in START]
    assert len(made) > 3
    assert all(FINDER.find(to_mol(text)) is not None for text in made)
    assert all(found.made.steps(text) for text in made) and not found.made.steps(START[0])


def test_what_is_made_holds_the_cheap_constraints():
    found = search(goals=[QED], constraints=[ROUTE, HEAVY])
    made = [text for text in found.start if text not in START]
    assert made
    assert all(found.prefilter(to_mol(text)) for text in made)


def test_what_is_made_holds_the_mode():
    guard = guard_of(Mode(kind="decorate", scaffold="O=C(c1ccncc1)N([*:1])[*:2]"))
    assert guard is not None
    found = search(goals=[QED, ROUTE], guard=guard)
    made = [text for text in found.start if text not in START]
    assert made and all(map(guard.accepts, made))


def test_only_the_stage_that_asks_for_routes_is_fed():
    wishes = {"goals": [QED, ROUTE | {"stage": 2}], "stages": [{"calls": 20}, {"calls": 20}]}
    assert [type(search(stage=stage, **wishes)) for stage in (0, 1)] == [Optimiser, StockSearch]


def test_a_search_for_hits_has_them_in_its_pool():
    found = search(HitSettings(calls=20, initial=10), goals=[QED, ROUTE], hits=0.5)
    assert type(found) is StockHits
    assert len(found.pool) > len(found.start)


def test_the_prior_writes_visitors_and_no_policy_is_taught_unasked():
    config = DesignConfig.model_validate({"goals": [QED]})
    visitors = prior_visitors(config)
    assert visitors == prior_visitors(config)
    assert len(visitors) > 200
    assert policy_of(config) is None


def test_how_many_were_put_together_is_said():
    found = search(goals=[QED], constraints=[ROUTE])
    made = next(text for text in found.start if text not in START)
    from pharmakon.design.lineage import Evaluation, Record

    records = [Record("C", Evaluation(1.0), (), 0, 1), Record(made, Evaluation(1.0), found.made.steps(made), 0, 2)]
    assert made_of_stock(records[:1]) == ()
    assert made_of_stock(records) == ("1 molecule was put together from the stock before being scored.",)
