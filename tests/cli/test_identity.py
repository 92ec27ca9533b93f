"""`pharmakon identity`."""

import pytest

from pharmakon.cli.main import main
from pharmakon.record import identity
from pharmakon.store.keys import Cost


@pytest.fixture(autouse=True)
def cheap(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(identity, "Cost", lambda *given: Cost(*given) if given else Cost(4, 1, 1))
    monkeypatch.setenv("PHARMAKON_IDENTITY_PASSPHRASE", "five little ducks went out")


def test_made_and_shown(capsys):
    assert main(["identity", "new", "Ada Lovelace", "--email", "ada@example.org", "-o", "ada.identity"]) == 0
    made = capsys.readouterr()
    assert made.out.startswith('[[people]]\nname = "Ada Lovelace"\nemail = "ada@example.org"\nkey = "')
    assert "ada.identity" in made.err
    assert main(["identity", "show", "ada.identity"]) == 0
    assert capsys.readouterr().out == made.out


def test_no_passphrase_is_a_flag(capsys):
    assert main(["identity", "new", "Ada", "--passphrase", "x"]) == 2
    assert main(["identity", "show", "nowhere"]) == 2
    assert "pharmakon identity new makes one" in capsys.readouterr().err
