"""No page of another site writes to the server of this machine: a real browser sends its forms, and nothing is kept."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

ELSEWHERE = "http://localhost:9"  # another site than 127.0.0.1, whose pages the test makes up
PAGE = """<!doctype html><meta name="referrer" content="{policy}">
<form method="post" enctype="multipart/form-data" action="{server}/api/v1/files"><input name="file" type="file"></form>
"""
SEND = """async server => {
    const body = new FormData();
    body.append("file", new Blob(["x"]), "forged.csv");
    try { await fetch(server + "/api/v1/files", {method: "POST", mode: "no-cors", body}); } catch (error) {}
    try { navigator.sendBeacon(server + "/api/v1/files", body); } catch (error) {}
}"""

NOTHING = """async address => {
    try { await fetch(address, {method: "POST", mode: "no-cors"}); } catch (error) {}
    try { navigator.sendBeacon(address); } catch (error) {}
}"""


@pytest.fixture
def elsewhere():
    """A page of another site on this machine: the browser lets no script of one from outside ask this machine."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Referrer-Policy", self.path.strip("/"))
            self.end_headers()

        def log_message(self, *words):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://localhost:{serving.server_port}"
        serving.shutdown()


@pytest.mark.parametrize("policy", ["unsafe-url", "no-referrer"])
def test_no_page_elsewhere_starts_a_job_again_by_asking_without_a_body(open_page, server, elsewhere, policy, caplog):
    caplog.set_level("INFO")
    held, page = server.state, open_page()
    asked = {"goals": [{"property": "qed", "want": ">= 0.95"}], "calls": 20_000, "designs": 1, "batch": 5, "name": "x"}
    job = held.jobs.add(held.local(), "design", asked)
    held.jobs.stop(held.local(), job.id, pause=True)
    while held.jobs.get(held.local(), job.id).state != "paused":
        page.wait_for_timeout(100)
    page.goto(elsewhere + f"/{policy}")
    page.evaluate(NOTHING, f"{server.address}/api/v1/jobs/{job.id}/resume")
    page.wait_for_timeout(1000)
    answered = [line.split()[-1] for line in caplog.messages if f"{job.id}/resume" in line]
    assert answered and set(answered) == {"403"}
    assert held.jobs.get(held.local(), job.id).state == "paused"
    page.failures.clear()  # that they are refused is what the browser complains about


@pytest.mark.parametrize("policy", ["unsafe-url", "no-referrer"])
def test_no_page_elsewhere_uploads(open_page, server, policy):
    page = open_page()
    answers = []
    page.on("response", lambda answer: answers.append((answer.url, answer.status)))
    body = PAGE.format(policy=policy, server=server.address)
    page.route(f"{ELSEWHERE}/**", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{ELSEWHERE}/")
    page.evaluate(SEND, server.address)
    page.locator("input").set_input_files({"name": "forged.csv", "mimeType": "text/csv", "buffer": b"x"})
    page.evaluate("document.querySelector('form').submit()")
    page.wait_for_url(f"{server.address}/**")
    statuses = [status for url, status in answers if url.startswith(server.address)]
    assert statuses and set(statuses) == {403}  # of the form; a script is told nothing, and keeps nothing either
    assert "forged.csv" not in [file.name for file in server.state.files.list(server.state.local(), limit=500)]
    page.failures.clear()  # that they are refused is what the browser complains about


def test_the_server_s_own_page_uploads(page, server):
    page.goto("/files")
    page.locator("input[type=file]").first.set_input_files({"name": "own.csv", "mimeType": "text/csv", "buffer": b"x"})
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.locator("form:has(input[type=file]) button").first.click()
    assert sent.value.status < 400
    assert "own.csv" in [file.name for file in server.state.files.list(server.state.local(), limit=500)]
