"""An identity is made where it is asked for, and shown as a trust list takes it."""

import tomllib

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.record import identity
from pharmakon.store import keys
from pharmakon.store.keys import Cost
from pharmakon.workflows.identity import IdentityConfig, entry, new, show

WORDS = "five little ducks went out"


@pytest.fixture(autouse=True)
def cheap(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(identity, "Cost", lambda *given: Cost(*given) if given else Cost(4, 1, 1))
    monkeypatch.setenv("PHARMAKON_IDENTITY_PASSPHRASE", WORDS)
    keys.ask_with(None)


def test_a_trust_list_takes_what_is_shown(tmp_path):
    path, made = new(IdentityConfig(name='Ada  "A" Lovelace', email="ada@example.org"))
    assert path.name == "ada-a-lovelace.identity"
    assert show(path) == made
    (person,) = tomllib.loads(entry(made))["people"]
    assert person == {"name": 'Ada "A" Lovelace', "email": "ada@example.org", "key": made.key, "roles": []}


def test_a_short_passphrase_makes_none(monkeypatch, tmp_path):
    monkeypatch.setenv("PHARMAKON_IDENTITY_PASSPHRASE", "ducks")
    with pytest.raises(ConfigError, match="too short"):
        new(IdentityConfig(name="Ada"))
    monkeypatch.delenv("PHARMAKON_IDENTITY_PASSPHRASE")
    with pytest.raises(UsageError, match="the identity needs its passphrase"):
        new(IdentityConfig(name="Ada"))
    assert not list(tmp_path.iterdir())


def test_a_machine_has_a_key_in_the_environment(monkeypatch):
    monkeypatch.setenv("PHARMAKON_IDENTITY_KEY", "0123456789abcdef" * 4)
    _, made = new(build(IdentityConfig, {"name": "build server", "key": "environment"}))
    assert made.lock.method == "environment"
    assert made.open().key == made.key
