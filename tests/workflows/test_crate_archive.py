"""Crates as zip files."""

import zipfile

import pytest

from pharmakon.core.errors import DataError, RecordError
from pharmakon.workflows.crate_archive import pack, unpacked


@pytest.fixture
def packed(tmp_path):
    (tmp_path / "crate" / "run").mkdir(parents=True)
    (tmp_path / "crate" / "run" / "a.csv").write_text("x\n" * 100)
    (tmp_path / "crate" / "b.json").write_text("{}")
    pack(tmp_path / "crate", tmp_path / "crate.zip")
    return tmp_path / "crate.zip"


def test_it_comes_out_as_it_went_in(packed):
    with unpacked(packed) as root:
        assert (root / "run" / "a.csv").read_text() == "x\n" * 100
        assert (root / "b.json").read_text() == "{}"
    assert not root.exists()


def test_a_damaged_file_is_named(packed):
    content = bytearray(packed.read_bytes())
    content[content.index(b"b.json") + len(b"b.json") + 21] ^= 1  # of what is packed, after the header's extra field
    packed.write_bytes(content)
    with pytest.raises(RecordError, match=r"b\.json"), unpacked(packed):
        pass


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a\\x"])
def test_nothing_lands_outside(tmp_path, name):
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("ok.txt"), "x")
        archive.writestr(zipfile.ZipInfo(name), "x")
    with pytest.raises(RecordError, match="outside of the crate"), unpacked(tmp_path / "z.zip"):
        pass


def test_a_bomb_and_a_file_that_is_no_zip_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", b"0" * 20_000_000)
    with pytest.raises(DataError, match="RATIO"), unpacked(tmp_path / "z.zip"):
        pass
    (tmp_path / "y.zip").write_text("PK, but no more")
    with pytest.raises(RecordError, match="not a whole zip file"), unpacked(tmp_path / "y.zip"):
        pass


def test_a_bomb_of_many_small_files_is_refused_before_one_is_written(tmp_path):
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(40):
            archive.writestr(f"{number}.txt", bytes(1 << 20))
    with pytest.raises(DataError, match="limit RATIO"), unpacked(tmp_path / "z.zip"):
        pass


@pytest.mark.parametrize(("name", "value"), [("FILES", "3"), ("UNPACKED", "100")])
def test_many_files_and_many_bytes_are_refused(tmp_path, monkeypatch, name, value):
    monkeypatch.setenv(f"PHARMAKON_LIMIT_{name}", value)
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for number in range(4):
            archive.writestr(f"{number}.txt", "x" * 50)
    with pytest.raises(DataError, match=f"limit {name}"), unpacked(tmp_path / "z.zip"):
        pass


@pytest.mark.parametrize("names", [("a", "a/b"), ("x" * 300,)])
def test_what_no_folder_can_hold_is_a_mistake_and_no_failure(tmp_path, names):
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    with pytest.raises(RecordError, match="cannot be unpacked"), unpacked(tmp_path / "z.zip"):
        pass


def test_an_encrypted_file_is_a_mistake_and_no_failure(packed):
    content = bytearray(packed.read_bytes())
    for header, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = content.index(header) + flags
        content[at] |= 1
    packed.write_bytes(content)
    with pytest.raises(RecordError, match="cannot be unpacked"), unpacked(packed):
        pass
