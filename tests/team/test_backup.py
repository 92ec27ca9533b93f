"""A server copied while it goes on, and what is in the copy."""

from __future__ import annotations

import json
import stat
import tarfile

import pytest

from pharmakon.core.errors import UsageError
from pharmakon.team.accounts import Accounts
from pharmakon.team.backup import backup
from pharmakon.team.database import migrate
from pharmakon.team.files import Files
from pharmakon.team.journal import Journal
from pharmakon.team.queue import Queue


@pytest.fixture
def server(database, person, tmp_path):
    """A folder with an upload, a finished job, one that runs, and a ledger; whose database it is, and its people."""
    folder, ada = tmp_path / "data", person("analyst", "curator")
    files, jobs = Files(database, folder / "files", largest=10**6), Queue(database)
    kept = files.add(ada, "assay.csv", [b"id,smiles\n"], patient=False)
    journal = Journal(folder / "ledger.jsonl")
    for n in range(5):
        journal.note("patients' data read", ada, file=str(n))
    for state in ("done", "running"):
        job = jobs.add(ada, "predict", {"data": "assay.csv"}, files=[kept.id])
        held = jobs.claim("w")
        for place in ("inputs", "output"):
            (folder / "jobs" / job.id / "1" / place).mkdir(parents=True)
            (folder / "jobs" / job.id / "1" / place / "x.csv").write_text(state)
        if state == "done":
            import hashlib

            told = {"name": "x.csv", "size": 4, "sha256": hashlib.sha256(b"done").hexdigest()}
            jobs.end(held, "done", result={"files": [told], "attempt": 1})
    return folder, ada, kept


def test_it_holds_tables_files_finished_jobs_and_the_ledger_each_with_its_hash(database, server, tmp_path):
    folder, ada, kept = server
    (folder / "server.db").write_text("not this")
    made = backup(database, folder, tmp_path / "copy.tar")
    assert made.missing == [] and made.files == 4
    assert stat.S_IMODE((tmp_path / "copy.tar").stat().st_mode) == 0o600
    with tarfile.open(tmp_path / "copy.tar") as archive:
        names = archive.getnames()
        manifest = json.load(archive.extractfile("manifest.json"))
        users = archive.extractfile("tables/users.jsonl").read().decode()
    assert names[-1] == "manifest.json" and set(manifest["files"]) == set(names[:-1])
    assert f"data/files/{kept.id}" in names and "data/ledger.jsonl" in names and "data/ledger.head.json" in names
    assert sum(name.endswith("output/x.csv") for name in names) == 1
    assert not any("inputs" in name or "server.db" in name or "sessions" in name for name in names)
    assert ada.email in users


def test_an_upload_whose_bytes_are_gone_is_named(database, server, tmp_path):
    folder, _, kept = server
    (folder / "files" / kept.id).unlink()
    assert backup(database, folder, tmp_path / "copy.tar").missing == ["assay.csv"]


def test_a_damaged_server_is_copied_but_over_no_earlier_copy(database, server, tmp_path):
    folder, _, kept = server
    copy, beside = tmp_path / "copy.tar", tmp_path / "copy-damaged.tar"
    for _ in range(2):  # of one that is whole the later takes the place of the earlier
        made = backup(database, folder, copy)
        assert (made.path, made.problems) == (copy, [])
    good, ledger = copy.read_bytes(), (folder / "ledger.jsonl").read_bytes()
    (folder / "ledger.jsonl").write_bytes(ledger.replace(b'"file":"3"', b'"file":"8"'))
    for _ in range(2):
        made = backup(database, folder, copy)
        assert made.path == beside and copy.read_bytes() == good and "entry 4" in made.problems[0]
    with tarfile.open(beside) as archive:
        assert b'"file":"8"' in archive.extractfile("data/ledger.jsonl").read()
    assert backup(database, folder, tmp_path / "first.tar").path == tmp_path / "first.tar"  # it may be all there is
    (folder / "ledger.jsonl").unlink()
    assert "gone" in backup(database, folder, copy).problems[0]
    (folder / "ledger.jsonl").write_bytes(ledger)
    (folder / "files" / kept.id).unlink()
    made = backup(database, folder, copy)
    assert (made.path, made.problems, made.missing) == (beside, [], ["assay.csv"]) and copy.read_bytes() == good


def test_tables_of_another_version_are_not_copied(database, tmp_path):
    migrate(database, "base")
    with pytest.raises(UsageError, match="revision"):
        backup(database, tmp_path, tmp_path / "copy.tar")
    assert not (tmp_path / "copy.tar").exists()


def test_the_tables_are_of_one_moment(database, server, tmp_path, monkeypatch):
    folder, *_ = server
    accounts, seen = Accounts(database), []
    from pharmakon.team import backup as module

    dumps = json.dumps

    def told(row, **options):
        if not seen and {"id", "name"} <= row.keys():  # the first row of a table: somebody joins now
            seen.append(accounts.add("late@example.org", "Late", None))
        return dumps(row, **options)

    monkeypatch.setattr(module.json, "dumps", told)
    backup(database, folder, tmp_path / "copy.tar")
    monkeypatch.undo()
    with tarfile.open(tmp_path / "copy.tar") as archive:
        assert "late@example.org" not in archive.extractfile("tables/users.jsonl").read().decode()
