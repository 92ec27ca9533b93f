import json

import pytest

from pharmakon.cli.main import main


def test_a_cohort_from_the_shell(cohort_file, tmp_path, capsys):
    words = ["discover", str(cohort_file()), "-o", str(tmp_path / "run"), "--without", "signature"]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert "G0" in out
    assert "report.html" in err
    assert main(words) == 2
    assert "already holds a run" in capsys.readouterr().err


def test_json(cohort_file, tmp_path, capsys):
    assert main(["discover", str(cohort_file()), "-o", str(tmp_path / "run"), "--without", "signature", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["samples"] == 60


@pytest.mark.parametrize("claim", ["predictive"])
def test_a_refused_design_is_one_sentence_and_exit_code_1(cohort_file, tmp_path, capsys, claim):
    path = cohort_file()
    path.write_text(path.read_text().replace('"prognostic"', f'"{claim}"'))
    assert main(["discover", str(path), "-o", str(tmp_path / "run")]) == 1
    assert "does not support this" in capsys.readouterr().err


def test_parts_are_joined_by_commas(cohort_file, tmp_path, capsys):
    words = ["discover", str(cohort_file()), "-o", str(tmp_path / "run"), "--without", "signature,trees"]
    assert main(words) == 0
    assert main([*words[:-1], "nothing"]) == 2
    assert "no part named 'nothing'" in capsys.readouterr().err


def test_a_single_permutation_prints_no_interval(cohort_file, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("pharmakon.workflows.study_scores.RESAMPLES", 60)
    monkeypatch.setattr("pharmakon.workflows.attack_signature.ATTACKED", 4)
    words = ["discover", str(cohort_file()), "-o", str(tmp_path / "run"), "--without", "stability,trees"]
    assert main([*words, "--permutations", "1", "--folds", "3", "--workers", "1"]) == 0
    assert "of 1 run, 5 are needed" in capsys.readouterr().out
