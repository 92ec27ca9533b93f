import json

import pytest

from pharmakon.cli.main import main
from pharmakon.store.keys import KEY, NEW

HEX, OTHER = "0123456789abcdef" * 4, "fedcba9876543210" * 4


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(KEY, HEX)
    monkeypatch.setenv(NEW[KEY], OTHER)
    (tmp_path / "x.csv").write_text("patient,age\nP1,40\n")


def test_a_file_through_all_verbs(capfdbinary, tmp_path, monkeypatch):
    def said(*words, code=0):
        assert main(["vault", *words]) == code
        return b"\n".join(capfdbinary.readouterr()).decode()

    assert "x.csv is locked in x.csv.vault" in said("lock", "x.csv", "--key", "environment")
    assert "environment" in said("list")
    (listed,) = json.loads(said("list", "--json"))
    assert listed["bytes"] == 18
    assert said("unlock", "x.csv.vault").strip() == "patient,age\nP1,40"
    said("unlock", "x.csv.vault", "-o", "plain.csv")
    assert (tmp_path / "plain.csv").read_text() == "patient,age\nP1,40\n"
    assert "opens with the new secret" in said("rotate", "x.csv.vault", "--key", "environment")
    assert "does not open" in said("unlock", "x.csv.vault", code=1)
    monkeypatch.setenv(KEY, OTHER)
    assert "nothing was erased" in said("erase", "x.csv.vault", code=2)
    assert listed["fingerprint"] in said("erase", "x.csv.vault", "--yes")
    everything = said("unlock", "x.csv.vault", code=1) + said("list", "--json")
    assert "destroyed" in everything
    assert HEX not in everything
    assert OTHER not in everything


def test_a_secret_is_no_flag(capsys):
    for verb in ("lock", "unlock", "rotate", "erase"):
        assert main(["vault", verb, "--help"]) == 0
        assert "--passphrase" not in capsys.readouterr().out


def test_nothing_to_list_is_said(capsys, tmp_path):
    assert main(["vault", "list", str(tmp_path)]) == 0
    assert "no vault" in capsys.readouterr().err
