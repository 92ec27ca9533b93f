"""A ledger that somebody's key vouches for cannot be written anew without it."""

import json

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.record import Ledger, verify
from pharmakon.record.checkpoint import checkpoints
from pharmakon.record.entry import CLOSED, FIRST, Entry, Head, parse, write_head
from pharmakon.record.trust import TrustList


def trusting(*people):
    return TrustList(people=[{"name": one.name, "key": one.key, "roles": ["author"]} for one in people])


def written(folder, signer, n=5):
    ledger = Ledger(folder, signer=signer)
    for i in range(n):
        ledger.append("batch", number=i)
    return ledger


def entries_of(folder):
    return [parse(line) for line in (folder / "ledger.jsonl").read_bytes().splitlines()]


def rewrite(folder, change):
    """The whole chain again after `change` of each entry's data, every hash and the head made right."""
    before, made = FIRST, []
    for old in entries_of(folder):
        data = change(old)
        made.append(Entry.make(old.seq, old.time, old.event, data, before, by=old.by, clock=old.clock))
        before = made[-1].hash
    (folder / "ledger.jsonl").write_bytes(b"".join(entry.line() for entry in made))
    write_head(folder / "ledger.jsonl", Head(len(made), before))


def test_a_closed_ledger_is_signed_by_who_runs_it(tmp_path, person, monkeypatch):
    path, ada = person("Ada Lovelace")
    monkeypatch.setenv("PHARMAKON_IDENTITY", str(path))
    Ledger(tmp_path).seal(designs=3)
    found = verify(tmp_path, trust=trusting(ada))
    assert found.ok
    assert found.remarks == ("entry 1 and all before it are signed by Ada Lovelace",)
    assert verify(tmp_path).ok
    assert "no trust list" in verify(tmp_path).remarks[0]


def test_a_rewritten_chain_is_perfect_but_for_the_signature(tmp_path, person):
    _, ada = person("Ada Lovelace")
    written(tmp_path, ada.open()).seal()
    rewrite(tmp_path, lambda e: {**e.data, "number": 7} if e.seq == 3 else dict(e.data))
    found = verify(tmp_path)
    assert found.problems == ("entry 6 is not what Ada Lovelace signed: the checkpoint does not hold",)


@pytest.mark.parametrize("whose", ["nobody", "eve", "eve as ada"])
def test_a_forger_can_drop_the_signature_or_sign_alone(tmp_path, person, whose):
    (_, ada), (_, eve) = person("Ada Lovelace"), person("Eve")
    written(tmp_path, ada.open()).seal()
    if whose == "nobody":
        rewrite(tmp_path, lambda e: {k: v for k, v in e.data.items() if k != "checkpoint"})
        expected = "no entry is signed by anybody in the trust list"
    else:
        (tmp_path / "ledger.jsonl").unlink()
        (tmp_path / "ledger.head.json").unlink()
        forger = eve.open()
        if whose == "eve as ada":
            forger.name = "Ada Lovelace"
        written(tmp_path, forger).seal()
        expected = "entry 6 is signed by a key that is not in the trust list"
    found = verify(tmp_path, trust=trusting(ada))
    assert any(p.startswith(expected) for p in found.problems), found.problems


def test_checkpoints_on_the_way_and_an_unsigned_end(tmp_path, person):
    _, ada = person("Ada Lovelace")
    ledger = written(tmp_path, ada.open())
    assert ledger.checkpoint().seq == 6
    Ledger(tmp_path).append("later")
    assert verify(tmp_path, trust=trusting(ada)).ok
    Ledger(tmp_path).seal()
    found = verify(tmp_path, trust=trusting(ada))
    assert found.problems == ("entry 8, which closes the ledger, is not signed; the last checkpoint is entry 6",)
    with pytest.raises(RecordError, match="none is set"):
        Ledger(tmp_path / "other").checkpoint()


def test_data_of_that_name_is_no_signature(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.append("network", checkpoint={"name": "weights"})
    ledger.seal()
    assert not checkpoints(entries_of(tmp_path))
    assert verify(tmp_path).ok


def test_nothing_secret_is_written(tmp_path, person):
    _, ada = person("Ada Lovelace")
    signer = ada.open()
    written(tmp_path, signer).seal()
    text = (tmp_path / "ledger.jsonl").read_text()
    assert signer._private.private_bytes_raw().hex() not in text
    assert json.loads(text.splitlines()[-1])["event"] == CLOSED
