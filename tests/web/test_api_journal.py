"""The server's ledger over the API: an administrator's, page by page, and whether it is what was written."""

from __future__ import annotations


def test_it_is_the_administrators_alone(fresh):
    for path in ("/api/v1/journal", "/api/v1/journal/standing"):
        assert fresh.browser("approver", "curator", "admin").ask("GET", path).status_code == 403
        assert fresh.browser(admin=True).ask("GET", path).status_code == 200


def test_it_is_paged_and_searched(fresh):
    root = fresh.browser(admin=True)
    for n in range(60):
        fresh.held.journal.note("counted", root.caller, number=n)
    first = root.ask("GET", "/api/v1/journal?limit=40&find=counted").json()
    assert [one["data"]["number"] for one in first["items"]] == list(range(59, 19, -1))
    rest = root.ask("GET", f"/api/v1/journal?limit=40&find=counted&before={first['next']}").json()
    assert [one["data"]["number"] for one in rest["items"]] == list(range(19, -1, -1)) and rest["next"] is None
    assert root.ask("GET", "/api/v1/journal?limit=1000").status_code == 422


def test_an_altered_entry_is_named(fresh):
    root = fresh.browser(admin=True)
    for n in range(5):
        fresh.held.journal.note("counted", root.caller, number=f"<{n}>")
    whole = root.ask("GET", "/api/v1/journal/standing").json()
    assert whole["ok"] and whole["head"] == root.ask("GET", "/api/v1/journal").json()["items"][0]["hash"]
    path = fresh.held.journal.path
    path.write_bytes(path.read_bytes().replace(b"<3>", b"<9>"))
    found = root.ask("GET", "/api/v1/journal/standing").json()
    assert not found["ok"] and "was edited" in found["problems"][0]
    assert root.ask("GET", "/api/v1/journal").json()["altered"]
