"""The table of public data sets is complete, and true of the files where they are here."""

import csv
import gzip
import hashlib
import io
import re

import pytest

from pharmakon.core.errors import ConfigError, UnknownName
from pharmakon.store import catalogue as module
from pharmakon.store.catalogue import DataFile, catalogue, data_set, folder_of, sets_of

SETS = list(catalogue().values())
FILES = [(item, file) for item in SETS for file in item.files]
MAY_NOT_SHIP = {"gdsc_tgsa", "moleculenet_sider", "pgx_warfarin_iwpc"}


def test_there_are_the_22_tasks_and_the_22_targets():
    assert len(sets_of("tdc_admet_group")) == 22
    assert len(sets_of("moleculeace")) == 22
    assert folder_of("moleculeace") == "moleculeace/benchmark_data"


def test_every_set_says_what_a_reader_needs():
    for item in SETS:
        assert re.fullmatch(r"[A-Za-z0-9_]+", item.name), item.name
        assert item.title and item.what and item.licence.strip() and item.citation.strip(), item.name
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", item.repository), item.name
        molecules = not item.files[0].path.startswith("omics")
        if molecules and item.ship != "-" and item.format in {"csv", "tsv"} and item.name != "chembl30_35_rdkitblog":
            assert item.structure and item.values, f"{item.name} says not how it is read"


def test_weights_of_share_alike_and_unsettled_sets_do_not_ship():
    assert {item.name for item in SETS if item.ship == "no"} == MAY_NOT_SHIP
    for item in SETS:
        if item.ship == "yes":
            assert "-NC" not in item.licence, item.name
            assert "none stated" not in item.licence, item.name


def test_an_origin_is_https_at_a_fixed_commit():
    for item, file in FILES:
        if file.url:
            assert re.match(r"https://(raw|media)\.githubusercontent\.com/", file.url), item.name
            assert re.search(rf"{re.escape(item.repository)}/[0-9a-f]{{7,40}}/[^/]", file.url), file.url
            assert "//" not in file.url.removeprefix("https://"), file.url
        else:
            assert not file.can_be_fetched
            assert file.made, f"{file.path} has no origin and does not say why"


def test_paths_are_below_the_root_and_used_once():
    paths = [file.path for _, file in FILES]
    assert len(set(paths)) == len(paths)
    assert not [path for path in paths if path.startswith("/") or ".." in path or "//" in path]
    assert len({file.sha256 for _, file in FILES}) == len(FILES)


def test_a_file_of_a_set():
    assert data_set("tdc_ames").file("test").path == "admet/tdc_admet_group/ames/test.csv"
    assert data_set("zinc250k").file().rows == data_set("zinc250k").rows == 249_455
    with pytest.raises(UnknownName, match="no file named 'tset' in tdc_ames; did you mean 'test'"):
        data_set("tdc_ames").file("tset")
    with pytest.raises(UnknownName, match="known: train_val, test"):
        data_set("tdc_ames").file()


def test_a_wrong_name_gets_a_suggestion():
    with pytest.raises(UnknownName, match="no data set named 'tdc_amse'; did you mean 'tdc_ames'"):
        data_set("tdc_amse")


def test_a_mistake_in_the_table_is_named(monkeypatch):
    source = {"folder": "f", "repository": "a/b", "commit": "1234567", "upstream": "d", "licence": "", "ship": "yes"}
    facts = {"source": "s", "title": "t", "what": "w", "citation": "c", "format": "csv", "delimiter": ","}
    file = {"name": "all", "path": "x.csv", "rows": 1, "bytes": 1, "sha256": "0" * 64}
    monkeypatch.setattr(module, "_table", lambda: {"sources": {"s": source}, "sets": {"x": facts | {"files": [file]}}})
    with pytest.raises(ConfigError, match=r"catalogue.toml \[sets.x\]: licence: "):
        catalogue.__wrapped__()


def test_a_file_packed_anew_has_the_hash_of_its_content():
    facts = {"name": "all", "path": "x", "url": "", "rows": 1, "bytes": 1, "sha256": "0" * 64}
    assert DataFile(**facts, made="gzip", content="1" * 64).made == "gzip"
    for wrong in ({"made": "gzip"}, {"content": "1" * 64}):
        with pytest.raises(ValueError, match="`content` goes with"):
            DataFile(**facts, **wrong)


@pytest.mark.data
@pytest.mark.parametrize(("item", "file"), FILES, ids=[file.path for _, file in FILES])
def test_every_file_is_what_the_catalogue_says(data, item, file):
    raw = (data / file.path).read_bytes()
    assert (len(raw), hashlib.sha256(raw).hexdigest()) == (file.bytes, file.sha256)
    body = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    if file.content:
        assert hashlib.sha256(body).hexdigest() == file.content
    text = body.decode()
    if item.format in {"csv", "tsv"}:
        _check_table(item, file, list(csv.reader(io.StringIO(text, newline=""), delimiter=item.delimiter)))
    elif item.format == "smi":
        assert sum(bool(line.strip()) for line in text.splitlines()) == file.rows


def _check_table(item, file, table):
    rows = sum(any(cell.strip() for cell in row) for row in table)
    headless = item.name == "chembl30_35_rdkitblog" or file.name == "pains"
    assert rows - (not headless) == file.rows
    wanted = [item.structure, item.split, *(name for name in item.values if not name.startswith("("))]
    if not headless and not (item.name == "openadmet_expansionrx" and file.name == "test"):
        assert [name for name in wanted if name and name not in table[0]] == []
