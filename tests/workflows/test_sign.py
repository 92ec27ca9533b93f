"""A signature asks its signer each time, and says how they were asked."""

import pytest

from pharmakon.core.errors import ConfigError, RecordError, UsageError
from pharmakon.record import Ledger, identity
from pharmakon.record.actor import Actor
from pharmakon.store import keys
from pharmakon.store.keys import Cost
from pharmakon.workflows.identity import IdentityConfig, new
from pharmakon.workflows.ledger import state, verify
from pharmakon.workflows.sign import SignConfig, run

WORDS = "five little ducks went out"


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    monkeypatch.setattr(identity, "Cost", lambda *given: Cost(*given) if given else Cost(4, 1, 1))
    monkeypatch.setenv("PHARMAKON_IDENTITY_PASSPHRASE", WORDS)
    for name in ("PHARMAKON_IDENTITY", "PHARMAKON_TRUST", "PHARMAKON_USER"):
        monkeypatch.delenv(name, raising=False)
    keys.ask_with(None)
    yield
    keys.ask_with(None)


@pytest.fixture
def record(tmp_path):
    Ledger(tmp_path / "run", by=Actor("ada@lab", "ada@lab")).seal()
    return tmp_path / "run"


def who(folder, name, **options):
    return new(IdentityConfig(name=name, output=folder / f"{name}.identity", **options))


def test_a_record_is_signed_and_verified(record, tmp_path):
    path, made = who(tmp_path, "Grace")
    (tmp_path / "trust.toml").write_text(
        f'[[people]]\nname = "Grace"\nkey = "{made.key}"\nroles = ["reviewer"]\n'
        f'[[people]]\nname = "Ada"\nkey = "{"ab" * 32}"\nroles = ["author"]\nusers = ["ada@lab"]\n'
    )
    config = SignConfig(record=record, meaning="reviewed", why="read it", identity=path, trust=tmp_path / "trust.toml")
    result = run(config)
    assert result.signature.authenticated == "passphrase, from the environment"
    assert result.approval.state == "reviewed"
    found = verify(record)
    assert found.ok
    assert found.remarks == ("it is reviewed: reviewed by Grace; the keys are compared with no trust list",)
    assert verify(record, head=result.approval.head).ok
    trusted = verify(record, trust=tmp_path / "trust.toml")
    assert trusted.problems == (
        "no entry is signed by anybody in the trust list: the ledger may have been rewritten as a whole",
    )
    assert state(record, trust=tmp_path / "trust.toml").state == "reviewed"


def test_whoever_sits_there_is_asked_each_time(record, tmp_path, monkeypatch):
    path, _ = who(tmp_path, "Grace")
    other, _ = who(tmp_path, "Rosa")
    asked = []
    keys.ask_with(lambda question: asked.append(question) or WORDS)
    first = run(SignConfig(record=record, meaning="reviewed", why="x", identity=path))
    run(SignConfig(record=record, meaning="reviewed", why="x", identity=other))
    assert len(asked) == 2
    assert first.signature.authenticated == "passphrase, asked"
    keys.ask_with(lambda _: "six little ducks went out")
    with pytest.raises(ConfigError, match="does not open"):
        run(SignConfig(record=record, meaning="withdrawn", why="x", identity=path))
    assert state(record).state == "reviewed"


def test_a_key_that_asks_nobody_signs_no_record(record, tmp_path, monkeypatch):
    monkeypatch.setenv("PHARMAKON_IDENTITY_KEY", "0123456789abcdef" * 4)
    path, _ = who(tmp_path, "server", key="environment")
    with pytest.raises(UsageError, match="asks nobody"):
        run(SignConfig(record=record, meaning="reviewed", why="x", identity=path))
    with pytest.raises(UsageError, match="who signs"):
        run(SignConfig(record=record, meaning="reviewed", why="x"))


def test_a_model_is_signed_by_its_author_first(tmp_path):
    from pharmakon.store.models import save_folder

    model = tmp_path / "model"
    save_folder(model, card={"name": "m"}, arrays={}, texts={"a.txt": "x"})
    ada, grace = who(tmp_path, "Ada")[0], who(tmp_path, "Grace")[0]
    with pytest.raises(RecordError, match="its author signs before"):
        run(SignConfig(record=model, meaning="reviewed", why="x", identity=grace))
    run(SignConfig(record=model, meaning="authored", why="made it", identity=ada))
    with pytest.raises(RecordError, match="own work"):
        run(SignConfig(record=model, meaning="reviewed", why="x", identity=ada))


def test_two_people_at_one_model(tmp_path, monkeypatch):
    from pharmakon.store.models import load_folder, save_folder

    model = tmp_path / "model"
    save_folder(model, card={"name": "m"}, arrays={}, texts={"a.txt": "x"})
    for name, meaning in (("Ada", "authored"), ("Grace", "reviewed"), ("Rosa", "approved")):
        path = who(tmp_path, name)[0]
        run(SignConfig(record=model, meaning=meaning, why="x", identity=path))
    load_folder(model)
    assert verify(model).ok
    assert "it is approved" in verify(model).remarks[0]
    (model / "a.txt").write_text("y")
    found = verify(model)
    assert "a.txt is not the file that was saved" in found.problems[0]
    assert found.problems[1].startswith("signature 1 (authored, Ada)")


def test_a_passphrase_that_a_form_was_told_is_used_and_not_remembered(record, tmp_path, monkeypatch):
    path, _ = who(tmp_path, "Grace")
    monkeypatch.delenv("PHARMAKON_IDENTITY_PASSPHRASE")
    config = SignConfig(record=record, meaning="reviewed", why="read it", identity=path)
    with pytest.raises(ConfigError, match="does not open"):
        run(config, said="another one altogether")
    found = run(config, said=WORDS, by=Actor("grace@example.org", "server@host"))
    assert found.signature.user == "grace@example.org" and found.signature.authenticated == "passphrase, asked"
    with pytest.raises(UsageError, match="needs its passphrase"):
        run(config)
