"""A private key is locked, bound to its name, and never shown."""

import json
import stat

import pytest

from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.record import identity
from pharmakon.record.identity import holds
from pharmakon.store import keys

from .conftest import WORDS


def test_what_is_signed_holds_and_nothing_else_does(person):
    _, ada = person("Ada Lovelace", "ada@example.org")
    signer = ada.open()
    said = {"b": 1, "a": "é"}
    signature = signer.sign(said)
    assert holds(ada.key, signature, {"a": "é", "b": 1})
    assert not holds(ada.key, signature, {"a": "é", "b": 2})
    assert not holds(person("Eve")[1].key, signature, said)
    assert not holds("no key", signature, said)
    assert not holds(ada.key, "ff", said)


def test_the_file_holds_no_secret_and_is_its_owners_alone(person):
    path, ada = person("Ada Lovelace")
    text = path.read_text()
    private = ada.open()._private.private_bytes_raw().hex()
    assert private not in text
    assert WORDS not in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert private not in repr(ada) + repr(ada.open())


@pytest.mark.parametrize("key", ["name", "email", "key", "made"])
def test_another_name_under_the_same_key_does_not_open(person, key):
    path, _ = person("Ada Lovelace", "ada@example.org")
    data = json.loads(path.read_text())
    data[key] = "00" * 32 if key == "key" else "Eve"
    path.write_text(json.dumps(data))
    with pytest.raises(ConfigError, match="does not open"):
        identity.read(path).open()


def test_the_wrong_passphrase_is_told_without_showing_it(person, monkeypatch):
    _, ada = person("Ada Lovelace")
    monkeypatch.setenv("PHARMAKON_IDENTITY_PASSPHRASE", "six little ducks went out")
    with pytest.raises(ConfigError, match="does not open") as said:
        ada.open()
    assert "ducks" not in str(said.value)


def test_opening_anew_asks_each_time_and_remembers_nothing(person, monkeypatch):
    _, ada = person("Ada Lovelace")
    asked = []
    keys.ask_with(lambda question: asked.append(question) or WORDS)
    ada.open(anew=True)
    ada.open(anew=True)
    assert asked == ["passphrase of the identity: "] * 2  # although the environment has it
    monkeypatch.delenv("PHARMAKON_IDENTITY_PASSPHRASE")
    assert not keys._told
    ada.open()
    assert len(asked) == 3


def test_an_identity_is_never_replaced(person):
    person("Ada Lovelace")
    with pytest.raises(UsageError, match="never replaced"):
        person("Ada Lovelace")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1, "private": {}}', "[" * 100_000])
def test_what_is_no_identity_is_told(tmp_path, text):
    path = tmp_path / "x"
    path.write_text(text)
    with pytest.raises(ConfigError, match="not an identity"):
        identity.read(path)
    with pytest.raises(ConfigError, match="no identity at"):
        identity.read(tmp_path / "y")


def test_the_environment_names_who_signs(person, monkeypatch):
    assert identity.configured() is None
    path, ada = person("Ada Lovelace")
    monkeypatch.setenv("PHARMAKON_IDENTITY", str(path))
    assert identity.configured().key == ada.key
    assert identity.configured() is identity.configured()
