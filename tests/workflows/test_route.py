"""Every row gets its route, "none found" or a problem, and keeps what it had."""

import csv
import json

import pytest

from pharmakon.chem.reactions import reaction
from pharmakon.chem.routes import Route
from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.workflows.route import NONE_FOUND, SCHEDULED, RouteConfig, plain, run
from pharmakon.workflows.verbs import find_routes

AMIDE = "O=C(c1ccncc1)N1CCOCC1"


@pytest.fixture
def stock(tmp_path):
    path = tmp_path / "stock.csv"
    path.write_text("smiles,id\nC1COCCN1,M1\nOC(=O)c1ccncc1,P7\nNc1ccccc1,A2\n", encoding="utf-8")
    return path


def test_a_route_is_told_with_its_blocks(stock):
    (one,) = run(RouteConfig(smiles=(AMIDE,), stock=stock)).table
    assert one.route.lines == [f"amide coupling: O=C(O)c1ccncc1 (P7) + C1COCCN1 (M1) -> {AMIDE}"]
    assert one.route.steps[0].conditions == reaction("amide coupling").conditions
    told = json.loads(json.dumps(plain(one)))
    assert Route.of(told["route"]) == one.route


def test_rows_of_a_file_keep_their_columns_and_say_why(stock, tmp_path):
    table, output = tmp_path / "in.csv", tmp_path / "out.csv"
    vx = "CCOP(C)(=O)SCCN(C(C)C)C(C)C"
    table.write_text(
        f"name,smiles,route\na,{AMIDE},mine\nb,C1CC,x\nc,CC12CCC(CC1)C2(C)C,x\nd,Nc1ccccc1.Cl,x\ne,{vx},x\n",
        encoding="utf-8",
    )
    result = run(RouteConfig(data=table, stock=stock, output=output, workers=1))
    assert result.counts == {"of 1": 1, "not looked for": 2, NONE_FOUND: 1, "in stock": 1}
    rows = list(csv.DictReader(output.read_text(encoding="utf-8").splitlines()))
    assert [row["name"] for row in rows] == list("abcde")
    assert rows[0]["route"] == "mine"  # the file's own column stays
    own = next(name for name in rows[0] if name.endswith("route") and name != "route")
    assert rows[0][own].startswith("amide coupling: ")
    assert (rows[0]["route_steps"], rows[0]["blocks"]) == ("1", "P7 M1")
    assert "ring" in rows[1]["problem"] and not rows[1][own]
    assert (rows[2][own], rows[2]["route_steps"], rows[2]["blocks"]) == (NONE_FOUND, "", "")
    assert (rows[3]["route_steps"], rows[3]["blocks"]) == ("0", "A2")
    assert rows[4]["problem"] == SCHEDULED


def test_workers_change_no_byte(stock, tmp_path):
    table = tmp_path / "in.csv"
    table.write_text("smiles\n" + f"{AMIDE}\nCCCC\nO=C(Nc1ccccc1)c1ccncc1\n" * 15, encoding="utf-8")
    outputs = []
    for workers in (1, 2):
        outputs.append(tmp_path / f"{workers}.csv")
        run(RouteConfig(data=table, stock=stock, output=outputs[-1], workers=workers))
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_a_structure_may_stand_for_the_file(stock):
    (one,) = find_routes(data=AMIDE, stock=stock).table
    assert one.route is not None
    with pytest.raises(ConfigError, match="-o"):
        find_routes(data=stock, stock=stock)
    with pytest.raises(UsageError, match="nowhere"):
        find_routes(data="nowhere.csv", stock=stock, output="out.csv")


def test_the_stock_is_not_overwritten(stock, tmp_path):
    table = tmp_path / "in.csv"
    table.write_text("smiles\nCC\n", encoding="utf-8")
    with pytest.raises(UsageError, match="is the input"):
        run(RouteConfig(data=table, stock=stock, output=stock))
