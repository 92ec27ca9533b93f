"""`pharmakon slice`."""

import json
import tomllib

from pharmakon.cli.main import main


def test_what_is_printed_is_toml_with_reasons(capsys):
    assert main(["slice", "Fc1ccc(CNC(=O)c2ccncc2)cc1", "--best", "1"]) == 0
    shown = capsys.readouterr().out
    tables = shown.split("[mode]")[1:]
    kinds = [tomllib.loads(table)["kind"] for table in tables]
    assert kinds == ["decorate", "link", "grow", "hop"]
    assert "# cut off: " in shown
    assert "a linker of 4 heavy atoms" in shown


def test_as_json(capsys):
    assert main(["slice", "Fc1ccc(CNC(=O)c2ccncc2)cc1", "CCO", "--json"]) == 0
    one, other = json.loads(capsys.readouterr().out)
    assert one["proposals"][0]["mode"]["kind"] == "decorate"
    assert other["proposals"] == []
    assert "nothing to cut" in other["problem"]


def test_a_molecule_that_cannot_be_cut_is_a_failure(capfd):
    assert main(["slice", "C1CC"]) == 1
    told = capfd.readouterr()
    assert "not the SMILES of a molecule" in told.out
    assert told.err == ""  # RDKit writes past sys.stderr


def test_what_has_nothing_to_cut_is_told_which_modes_need_no_cut(capsys):
    assert main(["slice", "CC(C)(C)C"]) == 1
    told = capsys.readouterr().out
    assert "nothing to cut" in told and 'kind = "analogues"' in told and 'kind = "keep"' in told
