"""A backup read back, into either kind of database: all of it, or nothing, and what is wrong is named."""

from __future__ import annotations

import tarfile

import pytest
from sqlalchemy import select

from pharmakon.core.errors import DataError, UsageError
from pharmakon.team.accounts import Accounts
from pharmakon.team.backup import backup
from pharmakon.team.database import connect
from pharmakon.team.files import Files
from pharmakon.team.journal import Journal
from pharmakon.team.queue import Queue
from pharmakon.team.restore import AWAY, restore
from pharmakon.team.tables import metadata

from .conftest import PASSWORD


@pytest.fixture
def copied(database, person, tmp_path):
    """A backup of a small server, and who is in it."""
    folder, ada = tmp_path / "old", person("analyst", admin=True)
    kept = Files(database, folder / "files", largest=10**6).add(ada, "assay.csv", [b"id,smiles\n"], patient=False)
    jobs = Queue(database)
    job = jobs.add(ada, "predict", {"data": "assay.csv"}, files=[kept.id], key="k")
    jobs.claim("w")
    Journal(folder / "ledger.jsonl").note("started", ada)
    Journal(folder / "ledger.jsonl").note("stopped", ada)
    backup(database, folder, tmp_path / "copy.tar")
    return tmp_path / "copy.tar", ada, kept, job


@pytest.fixture
def empty(tmp_path):
    opened = connect(f"sqlite:///{tmp_path}/new.db")
    yield opened
    opened.close()


def test_everything_is_there_again_and_a_job_that_ran_waits_to_go_on(copied, database, empty, tmp_path):
    archive, ada, kept, job = copied
    found = restore(archive, empty, tmp_path / "new")
    assert found.problems == [] and found.entries == 2
    for table in metadata.sorted_tables:
        if table.name in ("sessions", "jobs"):
            continue
        with database.read() as old, empty.read() as new:
            rows = [sorted(map(tuple, c.execute(select(table)).all()), key=str) for c in (old, new)]
        assert rows[0] == rows[1], table.name
    assert Accounts(empty).login(ada.email, PASSWORD).id == ada.user
    again = Queue(empty).get(ada, job.id)
    assert (again.state, again.resume) == ("queued", True)
    files = Files(empty, tmp_path / "new" / "files", largest=1)
    assert files.path(files.get(ada, kept.id)).read_bytes() == b"id,smiles\n"
    assert not (tmp_path / "new" / AWAY).exists()
    with pytest.raises(UsageError, match="not empty"):
        restore(archive, empty, tmp_path / "other")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
class TestWhatIsWrong:
    def test_one_altered_byte_and_nothing_is_restored(self, copied, empty, tmp_path):
        archive, *_ = copied
        content = archive.read_bytes()
        at = content.index(b"id,smiles\n")
        archive.write_bytes(content[:at] + b"xx" + content[at + 2 :])
        with pytest.raises(DataError, match=r"nothing was restored; not what was saved: data/files/\w+"):
            restore(archive, empty, tmp_path / "new")
        assert list((tmp_path / "new").iterdir()) == []
        with empty.read() as connection:
            from sqlalchemy import inspect

            assert inspect(connection).get_table_names() == []

    @pytest.mark.parametrize("share", [0.2, 0.6, 0.9])
    def test_one_that_was_cut_is_damaged(self, copied, empty, tmp_path, share):
        archive, *_ = copied
        content = archive.read_bytes()
        archive.write_bytes(content[: int(len(content.rstrip(b"\0")) * share)])
        with pytest.raises(DataError, match="damaged"):
            restore(archive, empty, tmp_path / "new")

    def test_an_archive_that_leads_out_is_no_backup(self, database, empty, tmp_path):
        (tmp_path / "x").write_text("x")
        for name in ("../../out", "data/../../out", "/etc/out", "elsewhere/x"):
            with tarfile.open(tmp_path / "bad.tar", "w") as archive:
                archive.add(tmp_path / "x", arcname=name, filter=lambda entry, name=name: _named(entry, name))
            with pytest.raises(DataError, match="is no backup"):
                restore(tmp_path / "bad.tar", empty, tmp_path / "new")

    def test_a_ledger_that_was_altered_before_the_backup_is_named(self, copied, database, empty, tmp_path):
        ledger = tmp_path / "old" / "ledger.jsonl"
        ledger.write_text(ledger.read_text().replace("started", "stolen", 1))
        backup(database, tmp_path / "old", tmp_path / "second.tar")
        found = restore(tmp_path / "second.tar", empty, tmp_path / "new")
        assert any("ledger" in problem and "1" in problem for problem in found.problems)

    def test_a_folder_in_use_is_refused(self, copied, empty, tmp_path):
        (tmp_path / "new" / "files").mkdir(parents=True)
        with pytest.raises(UsageError, match="empty folder"):
            restore(copied[0], empty, tmp_path / "new")


def _named(entry, name):
    entry.name = name
    return entry
