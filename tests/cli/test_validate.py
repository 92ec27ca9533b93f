import json

from pharmakon.cli.main import main


def test_a_signature_from_the_shell(discovered, cohort_file, tmp_path, capsys):
    path = str(cohort_file(n=70, p=24, seed=5))
    assert main(["validate", str(discovered.folder), path, "-o", str(tmp_path / "val")]) == 0
    out = capsys.readouterr().out
    assert "where it was made, nested" in out
    assert "AUC" in out
    assert main(["validate", str(discovered.folder), path, "-o", str(tmp_path / "val"), "--overwrite", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["measure"] == "auc"


def test_its_own_patients_are_refused(discovered, tmp_path, capsys):
    own = str(discovered.folder.parent / "cohort.toml")
    assert main(["validate", str(discovered.folder), own, "-o", str(tmp_path / "val")]) == 1
    assert "made the model" in capsys.readouterr().err
