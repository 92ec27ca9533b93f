"""Uploads over the API."""

from __future__ import annotations


def test_a_file_goes_up_and_comes_down_byte_for_byte_and_is_paged(server):
    ada = server.browser("analyst")
    made = [ada.ask("POST", "/api/v1/files", files={"file": (f"{n}.csv", b"x" * n)}).json() for n in range(1, 6)]
    assert [one["size"] for one in made] == [1, 2, 3, 4, 5]
    answer = ada.ask("GET", f"/api/v1/files/{made[2]['id']}/content")
    assert answer.content == b"xxx" and "attachment" in answer.headers["content-disposition"]
    seen, before = [], ""
    while before is not None:
        page = ada.ask("GET", "/api/v1/files", params={"limit": 2, "before": before}).json()
        seen += [one["id"] for one in page["items"]]
        before = page["next"]
    assert {one["id"] for one in made} <= set(seen) and len(seen) == len(set(seen))


def test_patients_data_are_noted_when_kept_read_and_deleted(server):
    carl = server.browser("curator")
    file = carl.ask("POST", "/api/v1/files", files={"file": ("p.csv", b"x")}, data={"patient": "true"}).json()
    assert file["patient"]
    assert server.browser("analyst").ask("GET", f"/api/v1/files/{file['id']}/content").status_code == 403
    assert carl.ask("GET", f"/api/v1/files/{file['id']}/content").content == b"x"
    assert carl.ask("DELETE", f"/api/v1/files/{file['id']}").status_code == 204
    told = [line for line in server.ledger().splitlines() if file["id"] in line]
    assert [word for word in ("kept", "read", "deleted") if any(f"data {word}" in line for line in told)] == [
        "kept",
        "read",
        "deleted",
    ]


def test_names_with_paths_are_refused(server):
    ada = server.browser("analyst")
    for name in ("..", ".env", "a\\b"):
        assert ada.ask("POST", "/api/v1/files", files={"file": (name, b"x")}).status_code == 422
