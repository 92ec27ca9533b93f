import json

import pytest

from pharmakon.cli.main import main
from pharmakon.privacy.pseudonym import VARIABLE


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    path = tmp_path / "patients.csv"
    path.write_text("mrn,nombre,sex\nMR100001,Ana García,F\n", encoding="utf-8")
    return path


def test_from_the_shell(table, capsys):
    out = table.parent / "out"
    assert main(["deidentify", str(table), "-o", str(out)]) == 0
    shown = capsys.readouterr()
    assert "nombre" in shown.out
    assert "García" not in shown.out + shown.err
    assert "keep it apart" in shown.err
    assert (out / "report.html").is_file()


def test_as_json_and_shifted(table, capsys):
    out = str(table.parent / "out")
    assert main(["deidentify", str(table), "-o", out, "--shift-dates", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["safe_harbor_method"] is False
    assert "NOT Safe Harbor" in shown.err


def test_a_key_in_the_output_is_refused(table, capsys):
    out = str(table.parent / "out")
    assert main(["deidentify", str(table), "-o", out, "--key", f"{out}/key"]) == 2
    assert "keep it apart from the data" in capsys.readouterr().err
