import bz2
import gzip
import lzma

import pytest

from pharmakon.core.errors import DataError, UsageError
from pharmakon.store.bytestream import first_bytes, open_text


def text_of(path, content):
    path.write_bytes(content)
    file = open_text(path)
    return "".join(file.lines()), file


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_compression_is_known_by_content_whatever_the_name(tmp_path, pack):
    text, file = text_of(tmp_path / "x.csv", pack("name\nµ\n".encode()))
    assert text == "name\nµ\n"
    assert file.notes == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-8"])
def test_unicode_in_any_form(tmp_path, encoding):
    text, file = text_of(tmp_path / "x", "smiles,naïve\nCCO,é\n".encode(encoding))
    assert text == "smiles,naïve\nCCO,é\n"
    assert file.notes == []


def test_big_endian_mark(tmp_path):
    assert text_of(tmp_path / "x", b"\xfe\xff" + "aé".encode("utf-16-be"))[0] == "aé"


def test_latin1_is_read_and_noted(tmp_path):
    text, file = text_of(tmp_path / "x", "5 µM, naïve".encode("latin-1"))
    assert text == "5 µM, naïve"
    assert file.notes == ["not UTF-8: read as Latin-1"]


def test_a_single_odd_byte_far_down_decides_for_the_whole_file(tmp_path):
    text, file = text_of(tmp_path / "x", b"a" * 3_000_000 + b"\xb5")
    assert text.endswith("aµ")
    assert file.notes


def test_windows_quotation_marks_survive(tmp_path):
    assert text_of(tmp_path / "x", b"3\x92-azido \x96 \x80")[0] == "3’-azido – €"


def test_bytes_that_windows_does_not_know(tmp_path):
    assert text_of(tmp_path / "x", b"\x81\xb5")[0] == "\x81µ"


def test_a_character_split_between_blocks_is_whole(tmp_path):
    content = b"a" * ((1 << 20) - 1) + "µ".encode()
    text, file = text_of(tmp_path / "x", content)
    assert text.endswith("µ")
    assert file.notes == []


def test_line_ends_are_kept_for_the_reader_above(tmp_path):
    _, file = text_of(tmp_path / "x", b"a\r\nb\rc\nd")
    assert list(file.lines()) == ["a\r\n", "b\r", "c\n", "d"]


def test_nul_characters_go(tmp_path):
    text, file = text_of(tmp_path / "x", b"smi\0les\nCC\0O\n")
    assert text == "smiles\nCCO\n"
    assert file.notes == ["NUL characters left out"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x28\xb5\x2f\xfdrest", "zstd"),
        (gzip.compress(b"smiles\n" * 10_000)[:-20], "cut off"),
        (gzip.compress(b"")[:10] + b"\xff" * 30, "damaged"),
        (bz2.compress(b"x")[:10] + b"\xff" * 30, "damaged"),
        (b"\xff\xfea\0b", "not utf-16"),
        (b"", "empty"),
        (gzip.compress(b""), "empty"),
    ],
    ids=["xlsx", "xls", "pdf", "zstd", "short gzip", "broken gzip", "broken bzip2", "short utf-16", "nothing", "empty"],
)
def test_what_is_no_text_is_named(tmp_path, content, says):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=says) as caught:
        "".join(open_text(path).lines())
    assert str(path) in str(caught.value)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(UsageError, match="there is no file"):
        first_bytes(tmp_path / "x")
    with pytest.raises(DataError, match="folder"):
        first_bytes(tmp_path)
    with pytest.raises(DataError, match="pipe or a device"):
        first_bytes(type(tmp_path)("/dev/null"))
