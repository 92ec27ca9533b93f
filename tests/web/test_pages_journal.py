"""The server's ledger: an administrator's to read, page by page, and to verify."""

from __future__ import annotations

HTML = {"Accept": "text/html"}


def test_it_is_the_administrators_alone(fresh):
    for roles in (("admin",), ("approver", "curator")):
        assert fresh.browser(*roles).ask("GET", "/journal").status_code == 403
    root = fresh.browser(admin=True)
    assert root.ask("GET", "/journal", headers=HTML).status_code == 200


def test_it_is_paged_searched_and_verified(fresh):
    root = fresh.browser(admin=True)
    for n in range(230):
        fresh.held.journal.note("counted", root.caller, number=f"<i>{n}</i>")
    text = root.ask("GET", "/journal", headers=HTML).text
    assert "&lt;i&gt;229&lt;/i&gt;" in text and "&lt;i&gt;129&lt;/i&gt;" not in text and "<i>" not in text
    older = root.ask("GET", "/journal?before=131", headers=HTML).text
    assert "&lt;i&gt;129&lt;/i&gt;" in older and "&lt;i&gt;130&lt;/i&gt;" not in older
    found = root.ask("GET", "/journal?find=%3EI%20nowhere", headers=HTML).text
    assert "No entry holds this" in found
    assert root.ask("GET", "/journal?find=%3E228%3C", headers=HTML).text.count("&lt;i&gt;") == 1
    assert "form an unbroken chain" in root.ask("GET", "/journal?verify=true", headers=HTML).text
    path = fresh.held.journal.path
    path.write_bytes(path.read_bytes().replace(b"<i>228</i>", b"<i>999</i>"))
    text = root.ask("GET", "/journal?verify=true", headers=HTML).text
    assert "was edited (hash does not match)" in text and "was altered: its hash does not hold" in text
