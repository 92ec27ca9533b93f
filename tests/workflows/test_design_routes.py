"""A design can be asked for a route, gets one in its table and report, and the record says from which stock."""

import csv
import json
from pathlib import Path

import pytest

from pharmakon.chem.parse import to_mol
from pharmakon.chem.reactions import reaction, reactions_by_name
from pharmakon.chem.routes import RouteFinder
from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.core.files import sha256
from pharmakon.core.types import Scorer
from pharmakon.engine.local import SerialEngine
from pharmakon.record.ledger import verify
from pharmakon.workflows.design import DesignConfig, run
from pharmakon.workflows.design_routes import NONE_FOUND, RouteScorer, asks_for_routes, prepare
from pharmakon.workflows.replay import replay
from pharmakon.workflows.stock import load_stock

AMIDE, NONE = "O=C(c1ccncc1)N1CCOCC1", "CC12CCC(CC1)C2(C)C"


@pytest.fixture(scope="module")
def stock(molecules, tmp_path_factory):
    """Acids and amines among the molecules, and what the test needs."""
    path = tmp_path_factory.mktemp("stock") / "blocks.csv"
    blocks = ["C1COCCN1", "OC(=O)c1ccncc1", "OC(=O)c1ccccc1", "CN1CCNCC1", "OC(=O)CC", "Clc1ncccn1", "CCN", "CC(=O)O"]
    path.write_text("smiles,id\n" + "".join(f"{s},B{i}\n" for i, s in enumerate(blocks)), encoding="utf-8")
    return path


@pytest.fixture
def scorer(stock):
    finder = RouteFinder(load_stock(stock), steps=2)
    with SerialEngine(initializer=prepare, initargs=((), finder)) as engine:
        yield RouteScorer(engine, steps=2)


def test_the_scorer_says_whether_and_in_how_many_reactions(scorer):
    assert isinstance(scorer, Scorer)
    got = scorer.estimate([AMIDE, NONE, "C1COCCN1"], ["route", "route.steps"])
    assert got["route"].value.tolist() == [1, 0, 1]
    assert got["route.steps"].value.tolist() == [1, 3, 0]
    assert set(scorer.estimate([AMIDE], ["route.steps"])) == {"route.steps"}


@pytest.mark.parametrize("name", ["route", "route.steps"])
def test_asking_for_a_route_without_a_stock_says_what_to_give(name, tmp_path):
    wish = {"goals": [{"property": name, "want": ">= 1" if name == "route" else "<= 2"}]}
    path = tmp_path / "goal.toml"
    path.write_text(f'goals = [{{ property = "{name}", want = "= 1" }}]', encoding="utf-8")
    with pytest.raises(ConfigError, match='give stock = "FILE"'):
        DesignConfig.from_toml(path)
    assert asks_for_routes(DesignConfig.model_validate(wish | {"stock": "blocks.csv"}).goals)


@pytest.fixture(scope="module")
def made(stock, tmp_path_factory):
    config = DesignConfig.model_validate(
        {
            "stock": str(stock),
            "start": [AMIDE, "CCC(=O)N1CCN(C)CC1", NONE, "CCNC(=O)c1ccccc1"],
            "calls": 30,
            "batch": 10,
            "designs": 6,
            "goals": [
                {"property": "qed", "want": ">= 0.6"},
                {"property": "route", "want": ">= 1"},
                {"property": "route.steps", "want": "<= 1"},
            ],
        }
    )
    folder = tmp_path_factory.mktemp("designs") / "run"
    run(config, output=folder, workers=1)
    return config, folder


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "designs.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_each_design_has_its_route_or_says_that_none_was_found(made):
    config, folder = made
    found = rows(folder)
    finder = RouteFinder(load_stock(config.stock))
    for row in found:
        route = finder.find(to_mol(row["smiles"]))
        assert row["route"] == (NONE_FOUND if route is None else "; ".join(route.lines))
        assert row["route_steps"] == ("" if route is None else str(len(route.steps)))
        assert float(row["route_found"]) == (route is not None)
        assert (float(row["missed:route"]) == 0) == (route is not None)
    assert any(row["route"] != NONE_FOUND for row in found)


def test_the_report_shows_routes_and_the_record_the_stock(made):
    config, folder = made
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "How it could be made" in text
    assert "amide coupling" in text and "HATU" in text
    assert "A route from blocks.csv was found for" in text
    assert "named reactions from the stock" in text
    digest = sha256(config.stock)
    assert digest in text
    assert json.loads((folder / "run.json").read_text())["inputs"][0]["sha256"] == digest
    started = json.loads((folder / "ledger.jsonl").read_text().splitlines()[0])
    assert started["data"]["stock"] == digest
    assert verify(folder).ok


@pytest.fixture(scope="module")
def constrained(stock, tmp_path_factory):
    """A search that may only put out what has a route, and is given no molecule to start from."""
    config = DesignConfig.model_validate(
        {
            "stock": str(stock),
            "calls": 60,
            "batch": 10,
            "designs": 10,
            "route_steps": 2,
            "goals": [{"property": "qed", "want": ">= 0.9"}],
            "constraints": [{"property": "route", "want": "= 1"}],
        }
    )
    folder = tmp_path_factory.mktemp("constrained") / "run"
    return config, run(config, output=folder, workers=1)


def test_a_route_as_a_constraint_gives_designs_that_have_one(constrained):
    config, result = constrained
    stock = load_stock(config.stock)
    at_hand = {smiles for smiles, _ in stock}
    found = rows(result.folder)
    assert len(found) == result.designs >= 5
    assert result.summary[1] == f"{config.stock.name} has {len(stock)} building blocks."
    for row in found:
        route = RouteFinder(stock, steps=2).find(to_mol(row["smiles"]))
        assert route is not None and row["route"] == "; ".join(route.lines)
        made = set(at_hand)
        for step in route.steps:
            assert made.issuperset(step.reactants)
            assert step.product in reaction(step.reaction).forward(step.reactants)
            made.add(step.product)
    reactions = {row["operators"] for row in found} - {"start"}
    assert any(reaction_name in operators for operators in reactions for reaction_name in reactions_by_name())
    made_of_blocks = [row for row in found if {*row["parents"].split()} <= at_hand and row["parents"]]
    assert made_of_blocks
    assert any("put together from the stock" in line for line in result.summary)
    assert replay(result.folder).ok


def test_such_a_run_is_resumed_with_the_same_bytes(constrained, tmp_path):
    config, result = constrained
    held = tmp_path / "run"
    held.mkdir()
    (held / "run.json").write_bytes((result.folder / "run.json").read_bytes())
    lines = (result.folder / "calls.jsonl").read_bytes().splitlines(keepends=True)
    (held / "calls.jsonl").write_bytes(b"".join(lines[:5]))
    run(config, output=held, resume=True, workers=2)
    for name in ("calls.jsonl", "designs.csv"):
        assert (held / name).read_bytes() == (result.folder / name).read_bytes()


def test_a_molecule_to_start_from_is_joined_by_others_with_a_route(constrained, tmp_path):
    config, _ = constrained
    result = run(config.model_copy(update={"start": (AMIDE,), "calls": 30}), output=tmp_path / "run", workers=1)
    found = rows(result.folder)
    assert len(found) > 1
    assert [row["smiles"] for row in found if row["operators"] == "start"] in ([AMIDE], [])


def test_workers_change_no_byte(made, tmp_path):
    config, folder = made
    run(config, output=tmp_path / "two", workers=2)
    assert (tmp_path / "two" / "designs.csv").read_bytes() == (folder / "designs.csv").read_bytes()


def test_a_run_is_not_resumed_with_another_stock(made, tmp_path):
    config, folder = made
    other = tmp_path / "blocks.csv"
    other.write_text(Path(config.stock).read_text() + "CCO,B99\n", encoding="utf-8")
    held = tmp_path / "run"
    held.mkdir()
    (held / "run.json").write_bytes((folder / "run.json").read_bytes())
    with pytest.raises(UsageError, match="stock"):
        run(config.model_copy(update={"stock": other}), output=held, resume=True, workers=1)


def test_without_a_stock_nothing_is_said_of_routes(tmp_path):
    config = DesignConfig.model_validate(
        {"goals": [{"property": "qed", "want": ">= 0.5"}], "calls": 10, "batch": 10, "designs": 2}
    )
    run(config, output=tmp_path / "run", workers=1)
    assert "route" not in rows(tmp_path / "run")[0]
    assert "How it could be made" not in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
