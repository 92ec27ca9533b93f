"""Each request has a name, and leaves a line that says neither what was asked nor who asked."""

from __future__ import annotations

import logging


def test_it_gets_a_name_or_keeps_a_sound_one(fresh):
    names = [fresh.client.get("/health").headers["x-request-id"] for _ in range(2)]
    assert names[0] != names[1] and all(names)
    for given, kept in (("trace-7", True), ("x" * 65, False), ("a b", False), ("<script>", False)):
        name = fresh.client.get("/health", headers={"X-Request-ID": given}).headers["x-request-id"]
        assert (name == given) is kept


def test_its_line_has_no_question_and_no_token(fresh, caplog):
    ada = fresh.program("analyst")
    with caplog.at_level(logging.INFO, logger="pharmakon"):
        ada.ask("GET", "/jobs?verb=secretquestion")
        fresh.client.get("/health")
    ours = [record for record in caplog.records if record.name == "pharmakon"]  # the client speaks beside it, or not
    assert [record.getMessage() for record in ours] == ["GET /jobs 200"]
    for record in ours:
        everything = repr(vars(record))
        assert ada.token not in everything and "secretquestion" not in everything


def test_what_was_never_found_is_counted_as_one_route(fresh):
    for n in range(5):
        fresh.client.get(f"/nothing/{n}")
    lines = list(fresh.app.state.requests.lines())
    assert any('route="other",status="404"} 5' in line for line in lines)
