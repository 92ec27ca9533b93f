"""`pharmakon mutagenicity` as a user sees it."""

import json

from pharmakon.cli.main import main


def test_a_molecule_is_judged_by_both_methods(capsys):
    assert main(["mutagenicity", "-s", "CN(C)N=O"]) == 0
    text = capsys.readouterr().out
    assert "class 2" in text
    assert "cohort of concern" in text
    assert "ames        positive" in text
    assert "atoms" in text


def test_strange_atoms_are_named(capsys):
    main(["mutagenicity", "-s", "FC12CC3(I)CC(C1)CB(O)C2C3"])
    text = capsys.readouterr().out
    assert "expert review" in text
    assert "no measured molecule has the surroundings of atoms" in text


def test_json_is_whole(capsys):
    assert main(["mutagenicity", "-s", "CCO", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert one["impurity_class"] == "5"
    assert one["rules"]["outcome"] == "negative"


def test_nothing_readable_is_a_failure(capsys):
    assert main(["mutagenicity", "-s", "C1CC"]) == 1
    assert "ring" in capsys.readouterr().out


def test_a_file_is_counted_by_class(capsys, tmp_path):
    table = tmp_path / "impurities.csv"
    table.write_text("smiles\nCCO\nCN(C)N=O\nC1CC\n", encoding="utf-8")
    assert main(["mutagenicity", str(table), "-o", str(tmp_path / "out.csv")]) == 0
    text = capsys.readouterr().out
    assert "3 rows" in text
    assert "1 not judged" in text
    assert "1 class 2" in text
    assert "1 class 5" in text
