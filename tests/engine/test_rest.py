"""A real server on this machine: what it answers, how it fails, and that the secret is never told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pharmakon.engine.callers import Callers, Failed
from pharmakon.engine.rest import Rest

SENT = "Bearer hush-hush"


@pytest.fixture
def server(monkeypatch):
    """A server that answers with what `answer(path, smiles, headers)` gives: (status, text)."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            smiles = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["smiles"]
            running.seen.append(smiles)
            status, text = running.answer(smiles, self.headers)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *arguments):
            """Nobody wants to read it."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            """One that asked has gone away, as it may."""

    running = Server(("127.0.0.1", 0), Handler)
    running.seen = []
    running.url = f"http://127.0.0.1:{running.server_port}/score"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def call(server, items, **options):
    return Rest(server.url, **{"timeout": 60.0, "waits": (0.0, 0.0), **options}).call(items)


@pytest.mark.parametrize("shape", [lambda values: {"values": values}, lambda values: values])
def test_values_and_objects_are_answers(server, shape):
    values = [1.5, {"value": 2, "low": 1, "high": 3}, None, {"error": "too big"}]
    server.answer = lambda smiles, headers: (200, json.dumps(shape(values)))
    found = call(server, ["C", "CC", "N", "O"])
    assert found == {0: {"value": 1.5}, 1: values[1], 2: {"value": None}, 3: Failed("too big")}
    assert server.seen == [["C", "CC", "N", "O"]]


@pytest.mark.parametrize(
    ("status", "text", "reason", "blame"),
    [
        (200, "<html>", "is not JSON: <html>", "none"),
        (200, '{"value": 1}', 'no list "values"', "none"),
        (200, "[1, 2, 3]", "gave 3 values for 2 molecules", "none"),
        (401, "who are you?", "HTTP 401: who are you?", "none"),
        (307, "", "has moved to http://127.0.0.1:1/elsewhere", "none"),
        (500, "oh", "HTTP 500: oh", "any"),
        (422, "", "HTTP 422", "any"),
    ],
)
def test_what_went_wrong_is_said_once(server, status, text, reason, blame):
    server.answer = lambda smiles, headers: (status, text)
    found = call(server, ["C", "N"])
    assert reason in found[0].reason
    assert found[0] == found[1]
    assert found[0].blame == blame
    assert len(server.seen) == 1


def test_a_busy_server_is_asked_again_a_few_times(server):
    server.answer = lambda smiles, headers: (503, "busy") if len(server.seen) < 3 else (200, "[1]")
    assert call(server, ["C"]) == {0: {"value": 1}}
    server.answer = lambda smiles, headers: (503, "busy")
    assert call(server, ["C"])[0] == Failed("it answered HTTP 503: busy", "none")
    assert len(server.seen) == 6


def test_a_server_that_is_not_there():
    found = Rest("http://127.0.0.1:1/score", timeout=60, waits=(0.0,)).call(["C"])
    assert found[0].blame == "none"
    assert "http://127.0.0.1:1/score cannot be reached" in found[0].reason


def test_one_that_does_not_answer_in_time(server):
    over = threading.Event()
    server.answer = lambda smiles, headers: (over.wait(60), (200, "[1]"))[1]
    found = call(server, ["C"], timeout=0.2)
    over.set()
    assert found[0] == Failed("no answer within 0.2 s", "any")


def test_the_molecule_that_a_server_fails_on_is_found(server):
    server.answer = lambda smiles, headers: (500, "") if "N" in smiles else (200, json.dumps([1] * len(smiles)))
    with Callers(lambda: Rest(server.url, timeout=60), workers=2, at_once=3) as callers:
        found = dict(callers.ask(["C", "N", "O", "S"]))
    assert [isinstance(found[i], Failed) for i in range(4)] == [False, True, False, False]


def test_the_authorization_is_sent_and_never_told(server):
    server.answer = lambda smiles, headers: (403, f"{headers['Authorization']} may not; token hush-hush")
    found = call(server, ["C"], authorization=SENT)
    assert found[0].reason == "it answered HTTP 403: *** may not; token ***"
