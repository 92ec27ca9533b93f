"""The manifest of an index: whatever else lies there is told in a sentence."""

from __future__ import annotations

import json
import shutil

import pytest

from pharmakon.core.errors import DataError
from pharmakon.workflows.index_facts import check_files, library_of, read_facts
from pharmakon.workflows.index_view import Index


@pytest.fixture
def copy(index_folder, tmp_path):
    shutil.copytree(index_folder, tmp_path / "copy")
    return tmp_path / "copy"


def altered(folder, **facts):
    return json.dumps(json.loads((folder / "index.json").read_text()) | facts).encode()


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b'{"format":1}', b"{", b"\xff", b"[" * 100_000])
def test_a_damaged_manifest_is_told(copy, content):
    (copy / "index.json").write_bytes(content)
    with pytest.raises(DataError, match=r"index\.json is damaged: make the index again"):
        Index(copy)
    assert library_of(copy) is None


@pytest.mark.parametrize(
    "facts", [{"files": {}}, {"files": None}, {"versions": []}, {"molecules": "9"}, {"bits": None}, {"probe": 1}]
)
def test_one_that_lacks_something_is_damaged_and_still_says_what_it_is_of(copy, facts):
    (copy / "index.json").write_bytes(altered(copy, **facts))
    with pytest.raises(DataError, match=r"index\.json is damaged"):
        read_facts(copy)
    assert library_of(copy) == ("set.csv", json.loads((copy / "index.json").read_text())["sha256"])


def test_none_and_one_of_another_version_are_told_apart(copy, tmp_path):
    (copy / "index.json").write_bytes(altered(copy, format=2))
    with pytest.raises(DataError, match="another version"):
        read_facts(copy)
    with pytest.raises(DataError, match="holds no index"):
        read_facts(tmp_path)


def test_a_file_that_is_missing_or_of_another_size_is_named(copy):
    facts = read_facts(copy)
    check_files(copy, facts)
    (copy / "loose.npy").unlink()
    with pytest.raises(DataError, match=r"loose\.npy is not the file"):
        check_files(copy, facts)
