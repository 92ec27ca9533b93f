"""Data sets are found, copied or downloaded, and checked each time."""

import gzip
import hashlib
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.store.catalogue import DataFile, DataSet
from pharmakon.store.download import Patience
from pharmakon.workflows import data as workflow
from pharmakon.workflows.data import FetchConfig, listing, run

BODY = b"smiles,y\nCCO,1\nCCN,0\n"
SUM = hashlib.sha256(BODY).hexdigest()
QUICK = Patience(timeout=2, tries=2, pause=0.01)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A web site on this machine: its folder and its address."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "site"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def offer(site, tmp_path, monkeypatch):
    """offer(**facts of the file, ship=...): a catalogue of one set, "toy", whose file is on the site as x.csv."""
    folder, address = site
    (folder / "x.csv").write_bytes(BODY)
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path / "mirror"))
    monkeypatch.setenv("PHARMAKON_CACHE", str(tmp_path / "cache"))
    (tmp_path / "mirror").mkdir()

    def make(*, ship="yes", **facts):
        known = {"name": "all", "path": "toys/x.csv", "url": f"{address}/x.csv", "rows": 2, "bytes": len(BODY)}
        item = DataSet(
            name="toy",
            source="toys",
            title="Toy",
            what="a toy",
            repository="a/b",
            licence="CC0 1.0",
            ship=ship,
            citation="Nobody, 2024",
            format="csv",
            delimiter=",",
            files=(DataFile(**(known | {"sha256": SUM} | facts)),),
        )
        monkeypatch.setattr(workflow, "data_set", {"toy": item}.__getitem__)

    make()
    return make


def fetch(**options):
    return run(FetchConfig(name="toy", **options), patience=QUICK)


def test_the_local_copy_is_used_where_there_is_one(offer, tmp_path):
    (tmp_path / "mirror/toys").mkdir()
    (tmp_path / "mirror/toys/x.csv").write_bytes(BODY)
    (got,) = fetch().files
    assert (got.path, got.how, got.bytes) == (tmp_path / "mirror/toys/x.csv", "found", len(BODY))
    (got,) = fetch(output=tmp_path / "out").files
    assert (got.path, got.how) == (tmp_path / "out/toys/x.csv", "copied")
    assert got.path.read_bytes() == BODY
    assert fetch(output=tmp_path / "out").files[0].how == "found"


def test_another_file_in_its_place_is_refused(offer, tmp_path):
    (tmp_path / "mirror/toys").mkdir()
    (tmp_path / "mirror/toys/x.csv").write_bytes(b"smiles,y\n")
    with pytest.raises(DataError, match=r"mirror/toys/x.csv is not the file of the catalogue.*move it away"):
        fetch()


def test_what_is_not_here_is_downloaded_once(offer, site, tmp_path):
    (got,) = fetch().files
    assert (got.path, got.how) == (tmp_path / "cache/toys/x.csv", "downloaded")
    assert got.path.read_bytes() == BODY
    (site[0] / "x.csv").unlink()
    assert fetch().files[0].how == "found"


def test_a_damaged_download_is_replaced(offer, tmp_path):
    path = fetch().files[0].path
    path.write_bytes(b"damaged")
    assert fetch().files[0].how == "downloaded"
    assert path.read_bytes() == BODY


def test_a_changed_source_is_refused_and_nothing_kept(offer, site, tmp_path):
    (site[0] / "x.csv").write_bytes(BODY.replace(b"CCO", b"CCS"))
    with pytest.raises(DataError, match=r"thrown away.*the catalogue's hash was not compared with that source"):
        fetch()
    assert list((tmp_path / "cache/toys").iterdir()) == []
    offer(hash_of="source")
    with pytest.raises(DataError, match=r"thrown away$"):
        fetch()


def test_a_file_that_is_packed_anew(offer, site, tmp_path):
    offer(path="toys/x.csv.gz", made="gzip", content=SUM, sha256="0" * 64, bytes=1)
    first = fetch().files[0].path
    assert gzip.decompress(first.read_bytes()) == BODY
    assert [path.name for path in (tmp_path / "cache/toys").iterdir()] == ["x.csv.gz"]
    assert fetch().files[0].how == "found"
    again = fetch(output=tmp_path / "again").files[0].path
    assert again.read_bytes() == first.read_bytes()
    (site[0] / "x.csv").write_bytes(gzip.compress(BODY.replace(b"CCO", b"CCS")))
    with pytest.raises(DataError, match="not the file of the catalogue"):
        fetch(output=tmp_path / "third")


@pytest.mark.parametrize(
    ("url", "said"), [("", r"\(sorted\)"), ("https://a.invalid/x", r"\(sorted, from https://a.invalid/x\)")]
)
def test_what_no_download_can_do_is_said(offer, url, said):
    offer(url=url, made="sorted")
    with pytest.raises(DataError, match=rf"cannot be downloaded as it is here {said}; set PHARMAKON_DATA"):
        fetch()


@pytest.mark.parametrize(
    ("ship", "warning"),
    [("yes", "^$"), ("-", "^$"), ("no", "must not be given away: CC0"), ("ask", "ask before you give away")],
)
def test_a_licence_that_asks_for_something_is_a_warning(offer, ship, warning):
    offer(ship=ship)
    assert re.search(warning, fetch().warning)


def test_a_wrong_name_gets_a_suggestion():
    with pytest.raises(UnknownName, match="did you mean 'tdc_ames'"):
        run(FetchConfig(name="tdc_amse"))


def test_the_list_can_be_narrowed_and_says_what_is_here(offer):
    every = listing()
    assert len(every) > 100
    (item,) = (item for item in listing("SIDER by-nc"))
    assert (item["name"], item["rows"], item["ship"], item["here"]) == ("moleculenet_sider", 1427, "no", False)
    assert item["files"][0]["url"].startswith("https://")
    assert listing("no such words") == []
