"""The page of uploads."""

from __future__ import annotations

HTML = {"Accept": "text/html"}


def test_several_files_are_uploaded_listed_and_deleted_without_a_script(fresh):
    ada = fresh.browser("analyst")
    files = [("file", ("a.csv", b"id\n")), ("file", ("<b>.csv", b"id\n"))]
    assert ada.ask("POST", "/files", files=files).status_code == 303
    page = ada.ask("GET", "/files", headers=HTML).text
    assert "a.csv" in page and "&lt;b&gt;.csv" in page and "<b>.csv" not in page
    kept = fresh.held.files.list(ada.caller)
    assert ada.ask("POST", f"/files/{kept[0].id}/delete").headers["location"] == "/files"
    assert len(fresh.held.files.list(ada.caller)) == 1


def test_a_reader_sees_no_upload_and_an_analyst_no_patients(fresh):
    rita, ada, carl = fresh.browser("reader"), fresh.browser("analyst"), fresh.browser("curator")
    assert carl.ask("POST", "/files", files={"file": ("p.csv", b"x")}, data={"patient": "yes"}).status_code == 303
    assert 'id="drop"' not in rita.ask("GET", "/files", headers=HTML).text
    assert 'name="patient"' not in ada.ask("GET", "/files", headers=HTML).text
    assert "p.csv" not in ada.ask("GET", "/files", headers=HTML).text
    assert "p.csv" in carl.ask("GET", "/files", headers=HTML).text
    assert ada.ask("POST", "/files", files={"file": ("q.csv", b"x")}, data={"patient": "yes"}).status_code == 403
