"""`pharmakon route` as a user sees it."""

import json

import pytest

from pharmakon.cli.main import main

AMIDE = "O=C(c1ccncc1)N1CCOCC1"


@pytest.fixture
def stock(tmp_path):
    path = tmp_path / "stock.csv"
    path.write_text("smiles,id\nC1COCCN1,M1\nOC(=O)c1ccncc1,P7\n", encoding="utf-8")
    return str(path)


def test_a_route_is_printed_step_by_step(capsys, stock):
    assert main(["route", AMIDE, "--stock", stock]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [AMIDE, "  1  amide coupling"]
    assert "(P7)" in lines[2] and "(M1)" in lines[2]
    assert lines[3].strip() == f"-> {AMIDE}"


def test_what_has_none_and_what_is_in_stock(capsys, stock):
    assert main(["route", "-s", "CCCC", "--stock", stock]) == 0
    assert "no route was found from this stock" in capsys.readouterr().out
    assert main(["route", "-s", "C1COCCN1", "--stock", stock]) == 0
    assert "in stock: C1COCCN1 (M1)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "named"), [("xx", "xx"), ("C1CC", "C1CC"), ("", "an empty text"), ("C" * 300 + "x", "CCC")]
)
def test_what_is_neither_a_file_nor_a_smiles_is_told_so(capsys, stock, given, named):
    assert main(["route", given, "--stock", stock]) == 2
    assert f"neither a file nor a SMILES: {named}" in capsys.readouterr().err
    assert main(["route", stock, "--stock", stock]) == 2
    assert "name the table to write with -o" in capsys.readouterr().err


def test_json_is_whole(capsys, stock):
    assert main(["route", AMIDE, "--stock", stock, "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert one["route"]["steps"][0]["reaction"] == "amide coupling"
    assert {block["id"] for block in one["route"]["blocks"]} == {"M1", "P7"}


def test_a_file_is_counted(capsys, stock, tmp_path):
    table, output = tmp_path / "in.csv", tmp_path / "out.csv"
    table.write_text(f"smiles\n{AMIDE}\nCCCC\nC1CC\n", encoding="utf-8")
    assert main(["route", str(table), "--stock", stock, "-o", str(output), "--workers", "1"]) == 0
    text = capsys.readouterr().out
    assert "3 rows: 1 none found, 1 not looked for, 1 with a route of 1 reaction" in text


def test_nothing_readable_is_a_failure_and_no_stock_a_mistake(capsys, stock):
    assert main(["route", "-s", "C1CC", "--stock", stock]) == 1
    assert main(["route", "-s", "CCO"]) == 2
    assert "stock" in capsys.readouterr().err
