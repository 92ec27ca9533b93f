"""Downloads from a real server on this machine that misbehaves in every way a server can."""

import gzip
import hashlib
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from pharmakon.core.errors import DataError, UsageError
from pharmakon.store.download import Patience, download
from pharmakon.store.places import content_sha256

CONTENT = b"smiles,y\n" + b"".join(b"C" * i + b",%d\n" % i for i in range(1, 900))
SIZE = len(CONTENT)
SUM = hashlib.sha256(CONTENT).hexdigest()
QUICK = Patience(timeout=0.3, tries=4, pause=0.01)


class Server(BaseHTTPRequestHandler):
    """Answers each request with the next of `plan`, the last one for ever; `asked` keeps (path, Range)."""

    plan: ClassVar[list] = []
    asked: ClassVar[list] = []
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.close_connection = True
        self.asked.append((self.path, self.headers.get("Range")))
        action = self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]
        action(self)

    def begin(self, code, length=None, **headers):
        self.send_response(code)
        self.send_header("Connection", "close")
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


def whole(server, body=CONTENT):
    """No support of ranges: always everything."""
    server.begin(200, len(body))
    server.wfile.write(body)


def ranged(server, body=CONTENT, *, stop=None):
    """What was asked for, cut off after `stop` bytes of the file."""
    given = server.headers.get("Range")
    start = int(given.removeprefix("bytes=").removesuffix("-")) if given else 0
    if start >= len(body):
        server.begin(416, 0, Content_Range=f"bytes */{len(body)}")
        return
    headers = {"Content_Range": f"bytes {start}-{len(body) - 1}/{len(body)}"} if given else {}
    server.begin(206 if given else 200, len(body) - start, **headers)
    server.wfile.write(body[start:stop])


def cut(stop):
    return lambda server: ranged(server, stop=stop)


def stall(server):
    server.begin(200, len(CONTENT))
    server.wfile.write(CONTENT[:1000])
    server.wfile.flush()
    time.sleep(0.8)


def cut_whole(server):
    server.begin(200, len(CONTENT))
    server.wfile.write(CONTENT[:5000])


def status(code, **headers):
    return lambda server: server.begin(code, 0, **headers)


def to(place):
    return lambda server: server.begin(302, 0, Location=place) if server.path == "/a" else ranged(server)


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """serve(action, ...) -> fetch(**options); fetch.asked is what the server was asked for."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    handler = type("Handler", (Server,), {"plan": [], "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    address = f"http://127.0.0.1:{server.server_address[1]}"

    def start(*plan):
        handler.plan[:] = list(plan)

        def fetch(path="/a", *, name="set.csv", expected=SUM, size=SIZE, **options):
            target = tmp_path / "data" / name
            return download(f"{address}{path}", target, expected=expected, size=size, patience=QUICK, **options)

        fetch.asked, fetch.folder, fetch.address = handler.asked, tmp_path / "data", address
        return fetch

    yield start
    server.shutdown()
    server.server_close()
    thread.join()


def left(fetch):
    return sorted(path.name for path in fetch.folder.iterdir())


@pytest.mark.parametrize("action", [whole, ranged])
def test_a_file_arrives_whole_and_nothing_else_is_left(serve, action):
    fetch = serve(action)
    told = []
    path = fetch(progress=lambda done, total, note: told.append((done, total, note)))
    assert path.read_bytes() == CONTENT
    assert left(fetch) == ["set.csv"]
    assert told[-1] == (len(CONTENT), len(CONTENT), "bytes")
    assert len(fetch.asked) == 1


def test_a_cut_off_answer_is_resumed_where_it_stopped(serve):
    fetch = serve(cut(1000), cut(200_000), ranged)
    assert fetch().read_bytes() == CONTENT
    assert [asked for _, asked in fetch.asked] == [None, "bytes=1000-", "bytes=200000-"]


def test_a_server_that_does_not_resume_is_read_from_the_start(serve):
    fetch = serve(cut_whole, whole)
    assert fetch().read_bytes() == CONTENT
    assert [asked for _, asked in fetch.asked] == [None, "bytes=5000-"]


def test_a_stalled_server_is_left_and_asked_again(serve):
    fetch = serve(stall, ranged)
    assert fetch().read_bytes() == CONTENT
    assert fetch.asked[1][1] == "bytes=1000-"


def test_a_server_that_never_sends_is_given_up_and_a_later_call_goes_on(serve):
    fetch = serve(cut(700))
    with pytest.raises(DataError, match="cut off, 4 times; what has arrived is kept"):
        fetch()
    (partial,) = left(fetch)
    assert partial.startswith(".set.csv.") and partial.endswith(".partial")
    fetch = serve(ranged)
    assert fetch().read_bytes() == CONTENT
    assert fetch.asked[-1][1] == "bytes=700-"
    assert left(fetch) == ["set.csv"]


@pytest.mark.parametrize("code", [500, 503, 429])
def test_a_server_in_trouble_is_asked_again(serve, code):
    fetch = serve(status(code), status(code, Retry_After="0"), ranged)
    assert fetch().read_bytes() == CONTENT
    assert len(fetch.asked) == 3


def test_a_server_that_stays_in_trouble_is_named(serve):
    fetch = serve(status(500))
    with pytest.raises(DataError, match=r"answered 500 .*, 4 times"):
        fetch()
    assert left(fetch) == []


@pytest.mark.parametrize("code", [404, 403, 410])
def test_a_refusal_is_final(serve, code):
    fetch = serve(status(code))
    with pytest.raises(DataError, match=f"answered {code}"):
        fetch()
    assert len(fetch.asked) == 1
    assert left(fetch) == []


def test_corrupted_bytes_are_refused_and_thrown_away(serve):
    wrong = CONTENT.replace(b"C,1", b"N,1")
    fetch = serve(lambda server: whole(server, wrong))
    with pytest.raises(DataError, match=r"not the file of the catalogue: the SHA-256 .* thrown away"):
        fetch()
    assert left(fetch) == []


def test_a_refusal_leaves_the_file_that_was_there(serve):
    fetch = serve(ranged)
    fetch()
    fetch = serve(status(404))
    with pytest.raises(DataError):
        fetch(expected="0" * 64)
    assert (fetch.folder / "set.csv").read_bytes() == CONTENT
    assert left(fetch) == ["set.csv"]


@pytest.mark.parametrize("body", [CONTENT + b"more", CONTENT[:-1], b"<html>log in</html>"])
def test_another_length_is_refused_at_once(serve, body):
    fetch = serve(lambda server: whole(server, body))
    with pytest.raises(DataError, match=f"it has {len(body):,} bytes there and {len(CONTENT):,} here"):
        fetch()
    assert len(fetch.asked) == 1
    assert left(fetch) == []


def test_an_endless_answer_is_stopped(serve):
    def endless(server):
        server.begin(200)
        server.wfile.write(CONTENT * 2)

    fetch = serve(endless)
    with pytest.raises(DataError, match="more than"):
        fetch()
    assert left(fetch) == []


def test_the_wrong_part_of_an_earlier_call_costs_one_more_try(serve):
    fetch = serve(ranged)
    fetch.folder.mkdir()
    (fetch.folder / f".set.csv.{SUM[:12]}.partial").write_bytes(b"x" * 100)
    assert fetch().read_bytes() == CONTENT
    assert [asked for _, asked in fetch.asked] == ["bytes=100-", None]


@pytest.mark.parametrize("length", [len(CONTENT), len(CONTENT) + 50])
@pytest.mark.parametrize("right", [True, False])
def test_a_part_as_long_as_the_file_or_longer(serve, length, right):
    fetch = serve(ranged)
    fetch.folder.mkdir()
    part = (CONTENT if right else b"x" * len(CONTENT)) + b"y" * (length - len(CONTENT))
    (fetch.folder / f".set.csv.{SUM[:12]}.partial").write_bytes(part)
    assert fetch().read_bytes() == CONTENT
    assert left(fetch) == ["set.csv"]


def test_without_a_known_size_the_server_says_when_it_is_whole(serve):
    fetch = serve(cut(1000), ranged)
    assert fetch(size=None).read_bytes() == CONTENT
    fetch.folder.joinpath("set.csv").rename(fetch.folder / f".again.csv.{SUM[:12]}.partial")
    assert fetch(size=None, name="again.csv").read_bytes() == CONTENT  # nothing is left to send: 416


def test_redirects_are_followed(serve):
    fetch = serve(to("/b"))
    assert fetch().read_bytes() == CONTENT
    assert [path for path, _ in fetch.asked] == ["/a", "/b"]


@pytest.mark.parametrize("place", ["http://example.invalid/b", "ftp://example.invalid/b", "file:///etc/hostname"])
def test_a_redirect_away_from_https_is_not(serve, place):
    fetch = serve(to(place))
    with pytest.raises((UsageError, DataError)):
        fetch()
    assert left(fetch) == []


@pytest.mark.parametrize("url", ["http://example.invalid/x", "file:///etc/hostname", "ftp://example.invalid/x"])
def test_only_https_leaves_this_machine(url, tmp_path):
    with pytest.raises(UsageError, match="not an HTTPS address"):
        download(url, tmp_path / "x", expected=SUM)
    assert list(tmp_path.iterdir()) == []


def test_nobody_there(tmp_path):
    with pytest.raises(DataError, match="4 times"):
        download("http://127.0.0.1:9/x", tmp_path / "x", expected=SUM, patience=QUICK)
    assert list(tmp_path.iterdir()) == []


def test_two_at_a_time_do_not_mix(serve):
    fetch = serve(ranged)
    fcntl = pytest.importorskip("fcntl")
    fetch.folder.mkdir()
    with (fetch.folder / f".set.csv.{SUM[:12]}.partial").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(DataError, match="another process is fetching set"):
            fetch()
    assert fetch().read_bytes() == CONTENT


@pytest.mark.parametrize("packing", ["plain", "gzip", "zip"])
def test_the_hash_may_be_of_what_is_inside(serve, tmp_path, packing):
    if packing == "zip":
        with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("valid.txt", CONTENT)
        body = (tmp_path / "x.zip").read_bytes()
    else:
        body = gzip.compress(CONTENT) if packing == "gzip" else CONTENT
    fetch = serve(lambda server: ranged(server, body))
    assert fetch(size=None, digest=content_sha256).read_bytes() == body


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be made"):
        download("https://example.invalid/x", tmp_path / "file" / "x", expected=SUM)
