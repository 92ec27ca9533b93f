"""No page of another site writes to the server of this machine: a real browser sends its forms, and nothing is kept."""

from __future__ import annotations

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
    page.locator("form:has(input[type=file]) button").first.click()
    page.get_by_text("own.csv").first.wait_for()
    assert "own.csv" in [file.name for file in server.state.files.list(server.state.local(), limit=500)]
