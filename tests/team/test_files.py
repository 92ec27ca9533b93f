"""Uploads: kept whole or not at all, read by who may, and no name is a path."""

from __future__ import annotations

import hashlib
import stat

import pytest

from pharmakon.core.errors import DataError, Denied, UnknownName, UsageError
from pharmakon.team.files import Files, file_name
from pharmakon.team.projects import Projects
from pharmakon.team.roles import Caller


@pytest.fixture
def files(database, tmp_path):
    return Files(database, tmp_path / "files", largest=1_000)


def test_an_upload_is_kept_with_its_hash_and_nobody_writes_to_it(files, person):
    ada = person("analyst")
    kept = files.add(ada, "assay.csv", [b"id,", b"smiles\n"], patient=False)
    assert (kept.name, kept.size) == ("assay.csv", 10)
    assert kept.sha256 == hashlib.sha256(b"id,smiles\n").hexdigest()
    assert files.get(ada, kept.id) == kept
    assert files.path(kept).read_bytes() == b"id,smiles\n"
    assert stat.S_IMODE(files.path(kept).stat().st_mode) == 0o400


def test_the_same_bytes_under_the_same_name_are_one_file(files, person):
    ada, carl = person("analyst", "curator"), person("analyst", name="Carl")
    kept = files.add(ada, "assay.csv", [b"id\n"], patient=False)
    assert files.add(ada, "assay.csv", [b"i", b"d\n"], patient=False) == kept
    assert len(list(files.folder.iterdir())) == len(files.list(ada)) == 1
    others = [
        files.add(ada, "assay.csv", [b"id\n"], patient=True),
        files.add(ada, "other.csv", [b"id\n"], patient=False),
        files.add(ada, "assay.csv", [b"smiles\n"], patient=False),
        files.add(ada, "assay.csv", [b"id\n"], patient=False),  # the latest of a name is what cohorts take
        files.add(carl, "assay.csv", [b"id\n"], patient=False),
    ]
    assert len({kept.id, *(one.id for one in others)}) == 6
    files.path(others[1]).unlink()
    assert files.add(ada, "other.csv", [b"id\n"], patient=False).id != others[1].id


def test_one_that_is_too_large_or_breaks_off_leaves_nothing(files, person):
    ada = person("analyst")

    def broken():
        yield b"x"
        raise ConnectionResetError

    with pytest.raises(DataError, match="1,000 bytes"):
        files.add(ada, "big.csv", [b"x" * 600, b"x" * 600], patient=False)
    with pytest.raises(ConnectionResetError):
        files.add(ada, "torn.csv", broken(), patient=False)
    assert list(files.folder.iterdir()) == [] and files.list(ada) == []


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "..", ".", ".env", "", " ", "x\x00", "x\ny", "x" * 201])
def test_a_name_with_a_path_in_it_is_refused(name):
    with pytest.raises(UsageError):
        file_name(name)


def test_patients_data_are_a_curator_s(files, person):
    ada, carl = person("analyst"), person("curator", name="Carl")
    with pytest.raises(Denied):
        files.add(ada, "cohort.csv", [b"x"], patient=True)
    kept = files.add(carl, "cohort.csv", [b"x"], patient=True)
    for refused in (files.get, files.remove):
        with pytest.raises(Denied):
            refused(ada, kept.id)
    assert files.list(ada) == [] and files.list(carl) == [kept]


def test_another_project_s_files_are_not_there(files, person, database):
    ada = person("analyst")
    kept = files.add(ada, "assay.csv", [b"x"], patient=False)
    other = Projects(database).add("Other").id
    elsewhere = Caller(ada.user, ada.name, ada.email, other, frozenset({"analyst", "curator"}))
    for refused in (files.get, files.remove):
        with pytest.raises(UnknownName):
            refused(elsewhere, kept.id)
    assert files.list(elsewhere) == []
    with pytest.raises(Denied):
        list(files.known(other, [kept.id]))
    assert list(files.known(ada.project, [kept.id])) == [kept]


def test_pages_lose_no_file_however_many_came_in_one_tick(files, person):
    ada = person("analyst")
    made = {files.add(ada, f"{n}.csv", [b"x"], patient=False).id for n in range(25)}
    seen: list[str] = []
    while page := files.list(ada, limit=4, before=seen[-1] if seen else ""):
        seen += [file.id for file in page]
    assert len(seen) == 25 and set(seen) == made


def test_a_deleted_file_is_gone_and_one_whose_bytes_are_gone_says_so(files, person):
    ada = person("analyst")
    kept = files.add(ada, "assay.csv", [b"x"], patient=False)
    files.path(kept).unlink()
    with pytest.raises(DataError, match="gone from the server"):
        files.path(kept)
    files.remove(ada, kept.id)
    with pytest.raises(UnknownName):
        files.get(ada, kept.id)
