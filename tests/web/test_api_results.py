"""What a job wrote over the API: byte for byte, nothing else of the disk, and patients' data never unnoted."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from pharmakon.web.api_results import as_file


def wrote(server, who, files, *, patient=False, state="done", **more):
    """The id of a job whose worker wrote these files."""
    job = server.held.jobs.add(who.caller, "predict", {}, patient=patient)
    while (held := server.held.jobs.claim("w")).id != job.id:
        server.held.jobs.end(held, "failed", error="made way")
    told = []
    for name, content in files.items():
        path = server.held.job_root / job.id / "1" / "output" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        told.append({"name": name, "size": len(content), "sha256": "0" * 64})
    assert server.held.jobs.end(held, state, result={"attempt": 1, "files": told} | more)
    return job.id


def test_what_it_made_comes_down_one_by_one_and_as_a_whole(server):
    ada = server.browser("analyst")
    id = wrote(server, ada, {"out/report.html": b"<p>x</p>", "table.csv": b"id\n1\n"})
    report = ada.ask("GET", f"/api/v1/jobs/{id}/files/out/report.html")
    assert report.headers["content-security-policy"].startswith("sandbox")
    assert report.headers["content-type"].startswith("text/html") and "content-disposition" not in report.headers
    rows = ada.ask("GET", f"/api/v1/jobs/{id}/preview/table.csv").json()
    assert rows == {"columns": ["id"], "rows": [["1"]], "more": False}
    whole = ada.ask("GET", f"/api/v1/jobs/{id}/archive.zip").content
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {"out/report.html": b"<p>x</p>", "table.csv": b"id\n1\n"}
    for name in ("../1/output/table.csv", "%2e%2e/%2e%2e/x", "absent.csv", "out"):
        assert ada.ask("GET", f"/api/v1/jobs/{id}/files/{name}").status_code == 404


def test_the_archive_of_what_was_stopped_says_that_it_is_a_part(server):
    ada = server.browser("analyst")
    id = wrote(server, ada, {"part-0.csv": b"id\n1\n"}, state="paused", partial=True)
    path = f"/api/v1/jobs/{id}/archive.zip"
    answer = ada.ask("GET", path)
    assert answer.headers["content-disposition"].endswith(f"predict-{id}-partial.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["PARTIAL.txt", "part-0.csv"]
        assert f"predict {id} is partial: stopped after 0" in archive.read("PARTIAL.txt").decode()
    whole = wrote(server, ada, {"a.csv": b"id\n1\n"})
    assert "partial" not in ada.ask("GET", f"/api/v1/jobs/{whole}/archive.zip").headers["content-disposition"]


def test_a_key_comes_down_alone_and_never_with_the_data(server):
    carl = server.browser("curator")
    id = wrote(server, carl, {"deidentified/data/pat.csv": b"NHC\nv\n", "deidentified.key": b"secret"}, patient=True)
    whole = carl.ask("GET", f"/api/v1/jobs/{id}/archive.zip").content
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.namelist() == ["deidentified/data/pat.csv"]
    assert carl.ask("GET", f"/api/v1/jobs/{id}/files/deidentified.key").content == b"secret"


def test_what_a_browser_might_run_it_keeps_as_a_file(server):
    ada = server.browser("analyst")
    names = ("a.csv", "a.js", "a.xhtml", "a.HTM", "a")
    id = wrote(server, ada, dict.fromkeys(names, b"<script>1</script>"))
    for name in names:
        answer = ada.ask("GET", f"/api/v1/jobs/{id}/files/{name}")
        assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
        assert answer.headers["content-type"].split(";")[0] in ("text/csv", "application/octet-stream")


@pytest.mark.parametrize("name", ['a"; filename="evil.exe', "a\r\nSet-Cookie: x=1", "dose é.csv"])
def test_a_file_s_name_stays_one_word_of_the_header(name):
    value = as_file(name)
    assert value.isascii() and value.isprintable() and value.count(";") == 1 and '"' not in value


def test_a_file_that_is_a_link_out_of_the_job_is_not_given(server):
    ada = server.browser("analyst")
    id = wrote(server, ada, {"table.csv": b"id\n"})
    path = server.held.job_root / id / "1" / "output" / "table.csv"
    path.unlink()
    path.symlink_to("/etc/hostname")
    assert ada.ask("GET", f"/api/v1/jobs/{id}/files/table.csv").status_code == 403
    path.unlink()
    gone = ada.ask("GET", f"/api/v1/jobs/{id}/files/table.csv")
    assert gone.status_code == 422 and "is gone from the server" in gone.json()["detail"]


def test_what_a_job_on_patients_made_is_noted_when_it_is_read_whichever_way(fresh):
    carl = fresh.browser("curator")
    id = wrote(fresh, carl, {"risks.csv": b"patient,risk\nP1,0.7\n"}, patient=True)
    for n, path in enumerate(("files/risks.csv", "preview/risks.csv", "archive.zip"), 1):
        assert fresh.browser("analyst").ask("GET", f"/api/v1/jobs/{id}/{path}").status_code == 403
        assert carl.ask("GET", f"/api/v1/jobs/{id}/{path}").status_code == 200
        lines = [json.loads(line) for line in fresh.ledger().splitlines()]
        read = [line for line in lines if line["event"] == "patients' data read" and line["data"]["job"] == id]
        assert len(read) == n and read[-1]["by"]["account"] == carl.caller.user
