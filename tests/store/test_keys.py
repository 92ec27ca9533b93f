import sys
from types import SimpleNamespace

import pytest

from pharmakon.core.errors import ConfigError, MissingExtra, UsageError
from pharmakon.store import keys
from pharmakon.store.keys import KEY, NEW, PASSPHRASE, Cost, Lock, wrapping_key

CHEAP = Cost(4, 1, 1)
SALT, OTHER = b"s" * 16, b"t" * 16
WORDS, HEX = "five little ducks went out", "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in (PASSPHRASE, KEY, *NEW.values()):
        monkeypatch.delenv(name, raising=False)
    keys.ask_with(None)
    yield
    keys.ask_with(None)


@pytest.fixture
def keyring(monkeypatch):
    """A keyring that lies in memory."""
    held = {}

    class KeyringError(Exception):
        pass

    fake = SimpleNamespace(
        errors=SimpleNamespace(KeyringError=KeyringError),
        get_password=lambda service, name: held.get((service, name)),
        set_password=lambda service, name, text: held.__setitem__((service, name), text),
        delete_password=lambda service, name: held.pop((service, name)),
        held=held,
    )
    monkeypatch.setitem(sys.modules, "keyring", fake)
    return fake


def test_scrypt_is_the_one_of_rfc_7914():
    found = keys._stretched("pleaseletmein", b"SodiumChloride", Cost(14, 8, 1))
    assert found.hex() == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"


def test_each_salt_makes_another_key(monkeypatch):
    monkeypatch.setenv(PASSPHRASE, WORDS)
    monkeypatch.setenv(KEY, HEX)
    for method in ("passphrase", "environment"):
        found = {wrapping_key(Lock(method), salt, CHEAP) for salt in (SALT, OTHER)}
        assert len(found) == 2
        assert {len(key) for key in found} == {32}
        assert wrapping_key(Lock(method), SALT, CHEAP) in found


def test_a_rotation_has_a_secret_of_its_own(monkeypatch):
    monkeypatch.setenv(PASSPHRASE, WORDS)
    with pytest.raises(UsageError, match=NEW[PASSPHRASE]):
        wrapping_key(Lock("passphrase", new=True), SALT, CHEAP)
    monkeypatch.setenv(NEW[PASSPHRASE], WORDS + "!")
    assert wrapping_key(Lock("passphrase", new=True), SALT, CHEAP) != wrapping_key(Lock("passphrase"), SALT, CHEAP)


@pytest.mark.parametrize("wrong", ["secret", HEX[:-2], "00" * 32, "zz" * 32])
def test_what_is_no_key_is_refused_without_being_shown(monkeypatch, wrong):
    monkeypatch.setenv(KEY, wrong)
    with pytest.raises(ConfigError, match="64 hexadecimal digits") as refused:
        wrapping_key(Lock("environment"), SALT, CHEAP)
    assert wrong not in str(refused.value)


def test_a_short_passphrase_locks_nothing(monkeypatch):
    monkeypatch.setenv(PASSPHRASE, "hunter2")
    with pytest.raises(ConfigError, match="at least 12") as refused:
        wrapping_key(Lock("passphrase"), SALT, CHEAP, make=True)
    assert "hunter2" not in str(refused.value)


def test_what_is_absent_is_said():
    with pytest.raises(UsageError, match=PASSPHRASE):
        wrapping_key(Lock("passphrase"), SALT, CHEAP)
    with pytest.raises(UsageError, match=KEY):
        wrapping_key(Lock("environment"), SALT, CHEAP)


def test_a_passphrase_is_asked_for_twice_where_it_locks_and_once_a_run():
    asked = []

    def answer(question):
        asked.append(question)
        return WORDS

    keys.ask_with(answer)
    made = wrapping_key(Lock("passphrase"), SALT, CHEAP, make=True)
    assert wrapping_key(Lock("passphrase"), SALT, CHEAP) == made
    assert asked == ["passphrase of the vault: ", "passphrase again: "]


def test_two_passphrases_that_differ_lock_nothing():
    answers = iter([WORDS, WORDS + "x"])
    keys.ask_with(lambda question: next(answers))
    with pytest.raises(UsageError, match="not the same"):
        wrapping_key(Lock("passphrase"), SALT, CHEAP, make=True)


@pytest.mark.parametrize("cost", [Cost(40, 8, 1), Cost(20, 32, 1), Cost(0, 8, 1), Cost(17, 0, 1), Cost(17, 8, 200)])
def test_a_forged_cost_is_refused_before_it_is_paid(monkeypatch, cost):
    monkeypatch.setenv(PASSPHRASE, WORDS)
    with pytest.raises(ConfigError, match="altered"):
        wrapping_key(Lock("passphrase"), SALT, cost)


def test_the_keyring_makes_a_key_once(keyring):
    lock = Lock("keyring", "study")
    with pytest.raises(UsageError, match="no vault key named 'study'"):
        wrapping_key(lock, SALT, CHEAP)
    made = wrapping_key(lock, SALT, CHEAP, make=True)
    assert wrapping_key(lock, SALT, CHEAP) == made
    keys.destroy("study")
    assert not keyring.held
    with pytest.raises(UsageError, match="destroyed"):
        wrapping_key(lock, SALT, CHEAP)
    with pytest.raises(UsageError, match="no vault key"):
        keys.destroy("study")


def test_a_machine_without_a_keyring_is_told_what_else_there_is(keyring, monkeypatch):
    def none(service, name):
        raise keyring.errors.KeyringError

    monkeypatch.setattr(keyring, "get_password", none)
    with pytest.raises(UsageError, match="passphrase or with the environment"):
        wrapping_key(Lock("keyring", "x"), SALT, CHEAP)


def test_without_the_extra_its_install_line_is_shown(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(MissingExtra, match=r"pharmakon\[privacy\]"):
        wrapping_key(Lock("keyring", "x"), SALT, CHEAP)


def test_an_identity_has_secrets_of_its_own(monkeypatch, keyring):
    monkeypatch.setenv(PASSPHRASE, WORDS)
    monkeypatch.delenv("PHARMAKON_IDENTITY_PASSPHRASE", raising=False)
    with pytest.raises(UsageError, match="the identity needs its passphrase: set PHARMAKON_IDENTITY_PASSPHRASE"):
        wrapping_key(Lock("passphrase", of="identity"), SALT, CHEAP)
    monkeypatch.setenv(KEY, HEX)
    monkeypatch.setenv("PHARMAKON_IDENTITY_KEY", HEX)
    both = {wrapping_key(Lock("environment", of=kind), SALT, CHEAP) for kind in ("vault", "identity")}
    assert len(both) == 2, "one secret for both makes two keys"
    wrapping_key(Lock("keyring", "ada", of="identity"), SALT, CHEAP, make=True)
    assert list(keyring.held) == [("pharmakon-identity", "ada")]


def test_a_passphrase_asked_anew_is_remembered_nowhere(monkeypatch):
    asked = []
    keys.ask_with(lambda question: asked.append(question) or WORDS)
    assert keys.somebody_answers()
    lock = Lock("passphrase", of="identity")
    keys._stretched.cache_clear()
    first = wrapping_key(lock, SALT, CHEAP, anew=True)
    assert wrapping_key(lock, SALT, CHEAP, anew=True) == first
    assert asked == ["passphrase of the identity: "] * 2
    assert not keys._told
    assert keys._stretched.cache_info().currsize == 0
    keys.ask_with(None)
    monkeypatch.delenv("PHARMAKON_IDENTITY_PASSPHRASE", raising=False)
    with pytest.raises(UsageError, match="at a terminal"):
        wrapping_key(lock, SALT, CHEAP, anew=True)
