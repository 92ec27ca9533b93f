"""Identities that open cheaply, for tests alone."""

from datetime import UTC, datetime

import pytest

from pharmakon.record import identity
from pharmakon.store import keys
from pharmakon.store.keys import Cost, Lock

WORDS = "five little ducks went out"


@pytest.fixture(autouse=True)
def _nobody_is_set(monkeypatch):
    for name in ("PHARMAKON_IDENTITY", "PHARMAKON_IDENTITY_PASSPHRASE", "PHARMAKON_USER"):
        monkeypatch.delenv(name, raising=False)
    keys.ask_with(None)


@pytest.fixture
def person(tmp_path_factory, monkeypatch):
    """Makes an identity whose passphrase is in the environment."""
    monkeypatch.setenv("PHARMAKON_IDENTITY_PASSPHRASE", WORDS)
    folder = tmp_path_factory.mktemp("people")

    def made(name, email=""):
        path = folder / f"{name}.identity"
        return path, identity.new(
            name, email, path, Lock("passphrase", of="identity"), made=datetime.now(UTC), cost=Cost(4, 1, 1)
        )

    return made
