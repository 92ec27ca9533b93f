"""Where data sets are looked for, and whether what is there is the right file."""

import bz2
import gzip
import hashlib
import lzma
import zipfile
from pathlib import Path

import pytest

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.store import places
from pharmakon.store.catalogue import DataFile, data_set
from pharmakon.store.places import (
    below_root,
    cache_folder,
    content_sha256,
    is_there,
    is_whole,
    path_of,
    paths_of,
    root_of,
    roots,
)

TEST = "admet/tdc_admet_group/ames/test.csv"
BODY = b"smiles,y\nCCO,1\n"
SUM = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
def both(tmp_path, monkeypatch):
    """A data root and a cache, both empty."""
    for name in ("root", "cache"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path / "root"))
    monkeypatch.setenv("PHARMAKON_CACHE", str(tmp_path / "cache"))
    return tmp_path / "root", tmp_path / "cache"


def put(folder, path, body=BODY):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(body)


def test_the_data_root_comes_before_the_cache(both):
    root, cache = both
    assert roots() == [root, cache]
    put(cache, TEST)
    assert path_of("tdc_ames", "test") == cache / TEST
    put(root, TEST)
    assert path_of("tdc_ames", "test") == root / TEST
    assert below_root(root / TEST) == below_root(cache / TEST) == TEST
    assert root_of("admet") == root


def test_a_set_is_there_when_all_its_files_are(both):
    root, cache = both
    put(root, TEST)
    assert not is_there(data_set("tdc_ames"))
    put(cache, TEST.replace("test", "train_val"))
    assert is_there(data_set("tdc_ames"))
    assert paths_of("tdc_ames") == [cache / TEST.replace("test", "train_val"), root / TEST]


def test_an_absent_set_says_how_to_get_it(both):
    with pytest.raises(DataError, match=r"set PHARMAKON_DATA .* or run: pharmakon data fetch tdc_ames"):
        paths_of("tdc_ames")
    with pytest.raises(DataError, match="zinc250k"):
        path_of("zinc250k")
    with pytest.raises(UnknownName, match="did you mean 'zinc250k'"):
        path_of("zinc250")
    assert root_of(TEST) is None


def test_without_a_data_root_there_is_the_cache(both, monkeypatch):
    monkeypatch.delenv("PHARMAKON_DATA")
    assert roots() == [both[1]]


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/pharmakon"),
        ("linux", {}, "/home/me/.cache/pharmakon"),
        ("darwin", {}, "/home/me/Library/Caches/pharmakon"),
        ("win32", {"LOCALAPPDATA": "/app"}, "/app/pharmakon/Cache"),
        ("linux", {"PHARMAKON_CACHE": "/mine", "XDG_CACHE_HOME": "/x"}, "/mine"),
    ],
)
def test_the_cache_is_where_the_platform_keeps_such_things(monkeypatch, platform, variables, expected):
    for name in ("PHARMAKON_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(places.sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    assert cache_folder() == Path(expected)


def packed(how, path):
    if how == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("valid.txt", BODY)
            archive.writestr("__MACOSX/valid.txt", b"x")
        return path
    path.write_bytes({"plain": bytes, "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}[how](BODY))
    return path


@pytest.mark.parametrize("how", ["plain", "gzip", "bzip2", "xz", "zip"])
def test_the_content_is_hashed_however_it_is_packed(tmp_path, how):
    assert content_sha256(packed(how, tmp_path / "x")) == SUM


@pytest.mark.parametrize("how", ["gzip", "bzip2", "xz", "zip"])
def test_damage_has_no_hash(tmp_path, how):
    path = packed(how, tmp_path / "x")
    path.write_bytes(path.read_bytes()[:-9])
    assert content_sha256(path) == ""


def test_an_archive_of_several_files_has_no_hash(tmp_path):
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("a", BODY)
        archive.writestr("b", BODY)
    assert content_sha256(tmp_path / "x") == ""


def test_a_file_packed_anew_is_known_by_its_content(tmp_path):
    facts = {"name": "all", "path": "x", "url": "", "rows": 1, "bytes": 1}
    plain = DataFile(**facts, sha256=SUM)
    repacked = DataFile(**facts, sha256="0" * 64, made="gzip", content=SUM)
    path = packed("gzip", tmp_path / "x")
    assert is_whole(repacked, path) and not is_whole(plain, path)
    path.write_bytes(BODY)
    assert is_whole(plain, path)
