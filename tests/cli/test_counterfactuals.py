"""`pharmakon counterfactuals` as a user sees it."""

import json

from pharmakon.cli.main import main

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
ASKED = ["counterfactuals", ASPIRIN, "-m", "lipophilicity", "--change", "1", "--profile", "fast", "-n", "2"]


def test_edits_are_printed_with_what_speaks_for_them(capsys):
    assert main(ASKED) == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0] == ASPIRIN
    assert "Wanted: Lipophilicity" in out
    assert lines[3].startswith(" 1   ")
    assert "similarity 0." in out and "heavy atoms:" in out
    assert "products" in out


def test_json_is_whole(capsys):
    assert main([*ASKED, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["found"]) == 2
    assert told["found"][0]["after"]["value"] > told["before"]["value"] + 1


def test_nothing_to_change_is_one_line(capsys):
    assert main(["counterfactuals", ASPIRIN, "-m", "herg"]) == 2
    assert "already on the good side" in capsys.readouterr().err
    assert main(["counterfactuals", "no molecule", "-m", "herg"]) == 2
