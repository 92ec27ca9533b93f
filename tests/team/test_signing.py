"""Signatures on a server: one's own, never of one's own work, and the backup knows of them."""

from __future__ import annotations

import pytest

from pharmakon.core.errors import ConfigError, Denied, RecordError, UsageError
from pharmakon.core.files import sha256
from pharmakon.record import identity
from pharmakon.record.actor import Actor
from pharmakon.record.crate import close
from pharmakon.record.ledger import Ledger
from pharmakon.store.keys import Cost
from pharmakon.store.runs import RunFolder
from pharmakon.team.queue import Queue
from pharmakon.team.signing import Signing, record_of
from pharmakon.team.task import written
from pharmakon.workflows.ledger import state, verify

WORDS, OTHER = "five little ducks went out", "over the hills and far away"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch):
    monkeypatch.setattr(identity, "Cost", lambda *given: Cost(*given) if given else Cost(4, 1, 1))
    monkeypatch.delenv("PHARMAKON_IDENTITY", raising=False)
    monkeypatch.delenv("PHARMAKON_IDENTITY_PASSPHRASE", raising=False)


@pytest.fixture
def signing(database, tmp_path):
    return Signing(tmp_path / "identities", Queue(database), tmp_path / "jobs")


@pytest.fixture
def made(database, tmp_path):
    """Makes a run of somebody's."""
    jobs = Queue(database)

    def make(who, *, closed=True):
        id = jobs.add(who, "attack", {}).id
        job = jobs.claim("w")
        output = tmp_path / "jobs" / id / "1" / "output"
        run = RunFolder.create(output / "attack", verb="attack", config={})
        ledger = Ledger(run.path, by=Actor(who.email, "server"))
        ledger.output(run.path / "run.json")
        if closed:
            close(ledger)
        jobs.end(job, "done", result={"files": written(output), "attempt": 1})
        return record_of(jobs.get(who, id))

    return make


def test_a_run_goes_from_draft_to_released_by_two_people_that_did_not_make_it(signing, made, person):
    ada = person("curator")
    grace, lise = (person("curator", "approver", name=name) for name in ("Grace", "Lise"))
    record = made(ada)
    for who in (ada, grace, lise):
        signing.make(who, WORDS)
    signing.sign(ada, record, "authored", "made it", WORDS)
    signing.sign(grace, record, "reviewed", "read it", WORDS)
    with pytest.raises(RecordError, match="Grace reviewed it; somebody else has to approve it"):
        signing.sign(grace, record, "approved", "fine", WORDS)
    signing.sign(lise, record, "approved", "fine", WORDS)
    found = signing.sign(lise, record, "released", "to the board", WORDS)
    assert found.state == "released" and [one.name for one in found.signatures] == ["Ada", "Grace", "Lise", "Lise"]
    assert found.signatures[1].authenticated == "passphrase, asked" and found.signatures[1].user == grace.email
    assert verify(signing.folder(record)).ok and state(signing.folder(record)).state == "released"


def test_nobody_judges_their_own_run_nor_signs_another_s_as_its_author(signing, made, person):
    grace, lise = person("curator", "approver", name="Grace"), person("curator", "approver", name="Lise")
    record = made(grace)
    for who in (grace, lise):
        signing.make(who, WORDS)
    for meaning in ("reviewed", "approved"):
        with pytest.raises(Denied, match="nobody signs their own work"):
            signing.sign(grace, record, meaning, "mine", WORDS)
    with pytest.raises(Denied, match="its author signs it as authored"):
        signing.sign(lise, record, "authored", "not mine", WORDS)
    with pytest.raises(Denied, match="takes a role of approver"):
        signing.sign(person("curator"), record, "reviewed", "no role", WORDS)
    assert state(signing.folder(record)).signatures == ()


def test_a_signature_takes_the_signer_s_own_passphrase_which_is_kept_nowhere(signing, made, person, tmp_path):
    grace, lise = person("curator", "approver", name="Grace"), person("curator", "approver", name="Lise")
    record = made(person("curator"))
    with pytest.raises(UsageError, match="make one first"):
        signing.sign(grace, record, "reviewed", "x", WORDS)
    with pytest.raises(ConfigError, match="too short"):
        signing.make(grace, "short")
    signing.make(grace, WORDS)
    signing.make(lise, OTHER)
    with pytest.raises(UsageError, match="never replaced"):
        signing.make(grace, OTHER)
    for wrong in (OTHER, WORDS + " "):
        with pytest.raises(ConfigError, match="does not open"):
            signing.sign(grace, record, "reviewed", "x", wrong)
    with pytest.raises(UsageError, match="takes the passphrase"):
        signing.sign(grace, record, "reviewed", "x", "")
    signing.sign(grace, record, "reviewed", "x", WORDS)
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(words.encode() in path.read_bytes() for path in kept for words in (WORDS, OTHER))
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "identities").iterdir()} == {0}


def test_the_job_names_the_new_files_so_that_a_backup_agrees(signing, made, person, database, tmp_path):
    grace = person("curator", "approver", name="Grace")
    record = made(person("curator"))
    signing.make(grace, WORDS)
    signing.sign(grace, record, "reviewed", "read it", WORDS)
    job = Queue(database).get(grace, record.job.id)
    told = {file["name"]: file["sha256"] for file in job.result["files"]}
    assert {"attack/signatures.jsonl", "attack/ledger.jsonl"} <= told.keys() and job.result["attempt"] == 1
    output = tmp_path / "jobs" / job.id / "1" / "output"
    assert all(sha256(output / name) == said for name, said in told.items())


def test_what_is_not_whole_or_not_finished_is_not_signed(signing, made, person):
    grace, ada = person("curator", "approver", name="Grace"), person("curator")
    signing.make(grace, WORDS)
    with pytest.raises(RecordError, match="has not finished"):
        signing.sign(grace, made(ada, closed=False), "reviewed", "x", WORDS)
    record = made(ada)
    (signing.folder(record) / "run.json").write_text("{}")
    with pytest.raises(RecordError, match=r"run\.json was changed"):
        signing.sign(grace, record, "reviewed", "x", WORDS)


def test_jobs_without_a_record_have_none(database, person):
    jobs, ada = Queue(database), person("curator")
    job = jobs.add(ada, "predict", {})
    assert record_of(job) is None
    claimed = jobs.claim("w")
    jobs.end(claimed, "done", result={"files": [{"name": "predicted.csv"}, {"name": "monitor/ledger.jsonl"}]})
    assert record_of(jobs.get(ada, job.id)) is None
    model = jobs.add(ada, "train", {})
    jobs.end(jobs.claim("w"), "done", result={"files": [{"name": "model/card.json"}, {"name": "model/SHA256SUMS"}]})
    found = record_of(jobs.get(ada, model.id))
    assert (found.kind, found.name) == ("model", "model")
