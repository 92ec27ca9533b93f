"""The client against a real application: typed answers, errors as the server says them, nothing done twice."""

from __future__ import annotations

import json
import threading
import tomllib
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from pharmakon.core.errors import PharmakonError, Unavailable, UnknownName, UsageError
from pharmakon.web import connection as module
from pharmakon.web.app import create_app
from pharmakon.web.client import Client
from pharmakon.web.copying import LISTS
from pharmakon.web.mcp import PIECE, Tools
from pharmakon.web.settings import ServeConfig
from pharmakon.web.work import worker_of
from pharmakon.workflows.library_filter import LibraryFilter

from .canned import canned

HOWTO = Path(__file__).parents[2] / "docs" / "howto"
TABLE = b"smiles,id\nCCO,ethanol\nc1ccccc1O,phenol\n"


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return ServeConfig(data=tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="module")
def workbench(config):
    with TestClient(create_app(config), base_url="http://localhost", client=("127.0.0.1", 50000)) as http:
        yield Client(http=http)


@contextmanager
def _works(config):
    """A worker takes jobs meanwhile."""
    worker = worker_of(config)
    working = threading.Thread(target=worker.run)
    working.start()
    try:
        yield
    finally:
        worker.stopping.set()
        working.join()


def _answers(*replies):
    """A client whose server gives these answers in turn, and the requests that it got."""
    http, asked = canned(*replies)
    return Client(token="phk_x", http=http), asked


def test_who_calls_and_what_a_molecule_does(workbench):
    assert "analyst" in workbench.me().roles
    good, bad = workbench.molecules(["CCO", "C1CC"], profile="fast")
    assert good.smiles == "CCO" and len(good.properties) > 30 and good.properties[0].unit and bad.problem
    assert "<svg" in good._repr_html_() and "hERG block" in good._repr_html_() and "C1CC" in bad._repr_html_()


def test_a_file_goes_in_and_a_table_comes_out(workbench, config, tmp_path):
    sent = workbench.upload(TABLE, name="two.csv")
    assert sent.name == "two.csv" and sent.id in [file.id for file in workbench.files()]
    gone = workbench.upload(b"nothing of use", name="gone.txt")
    workbench.delete_file(gone.id)
    assert gone.id not in [file.id for file in workbench.files()]
    job = workbench.start("predict", {"data": "two.csv", "models": ["solubility"]}, files=[sent.id])
    with _works(config):
        done = workbench.wait(job.id, seconds=120)
    assert done.state == "done" and [job.id for job in workbench.jobs(verb="predict")] == [done.id]
    path = workbench.download(job.id, "predicted.csv", tmp_path / "out.csv")
    assert path.read_bytes() == workbench.read(job.id, "predicted.csv")
    assert path.read_text().splitlines()[1].startswith("CCO,ethanol,")
    with pytest.raises(UnknownName, match="secret"):
        workbench.download(job.id, "secret.txt", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_a_goal_file_screens_a_table(workbench, config):
    table = workbench.upload(TABLE, name="library.csv")
    goal = workbench.upload(b'name = "small"\n[[goals]]\nproperty = "logp"\nwant = ">= 1"\n', name="goal.toml")
    asked = {"inputs": ["library.csv"], "objective": "goal.toml", "top": 1}
    job = workbench.start("screen", asked, files=[table.id, goal.id])
    with _works(config):
        done = workbench.wait(job.id, seconds=90)
    assert done.state == "done" and b"phenol" in workbench.read(job.id, "screen/top.csv")
    assert (standing := workbench.record(job.id)).closed and not standing.problems
    goal = workbench.upload(b'known = "/etc/passwd"\n[[goals]]\nproperty = "qed"\nwant = ">= 0.5"\n', name="bad.toml")
    job = workbench.start("screen", asked | {"objective": "bad.toml"}, files=[table.id, goal.id])
    with _works(config), pytest.raises(PharmakonError, match="lies outside of the uploaded files"):
        workbench.wait(job.id, seconds=90)


def test_a_refusal_is_the_server_s_sentence(workbench):
    with pytest.raises(UsageError, match="smilse"):
        workbench.start("predict", {"smilse": ["CCO"]})
    with pytest.raises(UnknownName):
        workbench.job("0" * 16)
    with pytest.raises(UsageError, match="need a name"):
        workbench.upload(b"x")


def test_a_job_waits_is_paused_goes_on_and_is_cancelled(workbench):
    job = workbench.start("predict", {"smiles": ["CCO"]})
    assert workbench.wait(job.id, seconds=0).state == "queued"
    assert ">queued<" in job._repr_html_() and ">CCO<" in job._repr_html_()
    assert workbench.pause(job.id).state == "paused"
    assert workbench.resume(job.id).state == "queued"
    tools = Tools(workbench)
    assert tools.pause_job(job.id)["state"] == "paused"
    assert tools.resume_job(job.id)["state"] == "queued"
    assert workbench.cancel(job.id).state == "cancelled"


def test_a_start_that_was_lost_on_the_way_is_one_job(monkeypatch):
    monkeypatch.setattr(module, "LOOK", 0.0)
    job = {"id": "1", "verb": "predict", "title": "", "config": {}, "files": [], "patient": False, "state": "queued"}
    job |= {"created": 0, "started": None, "ended": None, "attempts": 0, "done": 0, "total": 0, "note": ""}
    job |= {"result": {}, "error": ""}
    lost, busy = (
        httpx.ReadTimeout("lost"),
        httpx.Response(503, json={"detail": "not now"}, headers={"Retry-After": "0"}),
    )
    workbench, asked = _answers(lost, busy, httpx.Response(201, json=job))
    assert workbench.start("predict", {}).id == "1"
    keys = {request.headers["Idempotency-Key"] for request in asked}
    assert len(asked) == 3 and len(keys) == 1 and asked[0].headers["Authorization"] == "Bearer phk_x"


def test_an_upload_is_never_sent_twice(monkeypatch):
    monkeypatch.setattr(module, "LOOK", 0.0)
    workbench, asked = _answers(httpx.ReadTimeout("lost"))
    with pytest.raises(Unavailable):
        workbench.upload(b"x", name="x.csv")
    assert len(asked) == 1


def test_a_failed_job_raises_what_it_says():
    job = {"id": "1", "verb": "predict", "title": "", "config": {}, "files": [], "patient": False, "state": "failed"}
    job |= {"created": 0, "started": 0, "ended": 0, "attempts": 1, "done": 0, "total": 0, "note": "", "result": {}}
    workbench, _ = _answers(httpx.Response(200, json={**job, "error": "no column named 'x'"}))
    with pytest.raises(PharmakonError, match="no column named 'x'"):
        workbench.wait("1")


def test_records_are_listed_checked_and_compared(workbench, config):
    from pharmakon.team.database import connect
    from pharmakon.team.queue import Queue

    jobs = Queue(connect(config.url))
    assert {one.job for one in workbench.records()} <= {job.id for job in workbench.jobs()}
    sent = workbench.upload(TABLE, name="both.csv")
    made = []
    for profile in ("fast", "full"):
        asked = {"data": "both.csv", "models": ["solubility"], "profile": profile}
        made.append(workbench.start("predict", asked, files=[sent.id]).id)
        worker = worker_of(config)
        worker.work(jobs.claim("w"))
    assert {one.job for one in workbench.records()} >= set(made)
    assert not workbench.record(made[0]).problems
    told = workbench.compare(made)
    assert told["runs"] == made
    assert {"name": "profile", "values": ["fast", "full"], "differs": True} in told["parts"]["request"]
    tools = Tools(workbench)
    listed, checked = tools.list_records(), tools.check_record(made[0])
    assert {one["job"] for one in listed} >= set(made) and not checked["problems"]
    assert tools.compare_records(made) == told
    assert json.dumps([listed, checked])
    with pytest.raises(UsageError, match="two to"):
        workbench.compare(made[:1])


@pytest.mark.parametrize("page", LISTS)
def test_what_a_page_lists_a_program_lists_too(workbench, page, capsys):
    path, call = LISTS[page]
    assert workbench._ask("GET", path).json() is not None
    if call:
        exec(f"print({call})", {"workbench": workbench})  # noqa: S102  what the page says, word for word
        assert capsys.readouterr().out


def test_the_ledger_of_the_server_is_read_and_searched(workbench, config):
    workbench.upload(TABLE, name="counted.csv", patient=True)
    entries = list(workbench.journal())
    assert [one.seq for one in entries] == list(range(len(entries), 0, -1))
    assert all(one.previous == two.hash for one, two in pairwise(entries))
    kept = next(workbench.journal(find="patients' data kept"))
    assert kept.event == "patients' data kept" and kept.data["file"]


def test_a_library_is_made_opened_filtered_selected_from_and_exported(workbench, config, tmp_path):
    tools = Tools(workbench)
    sent = tools.upload_text("few.csv", "id,smiles\nM0,CCO\nM1,c1ccccc1\nM2,c1cc\nM3,CCN\nM4,c1ccncc1\n")
    made = tools.make_library(sent["id"], title="Few")
    assert [job["id"] for job in tools.list_libraries()] == [made["id"]]
    with pytest.raises(UsageError, match="it opens when it is done"):
        tools.open_library(made["id"])
    with _works(config):
        assert tools.wait_for_job(made["id"], 50)["state"] == "done"
    told = tools.open_library(made["id"])
    assert (told["title"], told["rows"], told["problems"]) == ("Few", 5, 1)
    assert told["columns"]["number"]["mw"].endswith("(g/mol)") and "herg" in told["columns"]["estimate"]
    assert len(json.dumps(told)) < 6_000 and len(json.dumps(tools.list_libraries())) < 300
    with pytest.raises(UsageError, match="which rows"):
        tools.select_rows(made["id"])
    assert (
        tools.select_rows(made["id"], rows=[0, 1])["count"] == 2
        and tools.select_rows(made["id"], rows=[])["count"] == 0
    )
    heavy = {"filter": LibraryFilter(ranges={"mw": (70, None)}), "sort": "mw", "down": True, "columns": ["mw"]}
    found = tools.library_rows(made["id"], **heavy, limit=1)
    (row,) = found["items"]
    assert found["total"] == 2 and row["id"] == "M4" and list(row["values"]) == ["mw"]
    amines = LibraryFilter(smarts="[#7]", problems="none")
    assert {row["id"] for row in tools.library_rows(made["id"], filter=amines)["items"]} == {"M3", "M4"}
    kept = tools.select_rows(made["id"], filter=amines, name="nitrogen")
    assert kept["count"] == 2 and tools.select_rows(made["id"], rows=[0, 1])["count"] == 2
    assert [one["name"] for one in tools.list_selections(made["id"])] == ["", "nitrogen"]
    chosen = LibraryFilter(selection=kept["id"])
    text = tools.export_library(made["id"], filter=chosen, columns=["mw"])
    assert [line.partition(",")[0] for line in text.splitlines()] == ["id", "M3", "M4"]
    path = workbench.export(made["id"], tmp_path / "two.csv", filter={"selection": kept["id"]}, columns=["mw"])
    assert path.read_text(encoding="utf-8") == text
    assert workbench.export(made["id"], tmp_path / "two.SDF").read_text(encoding="utf-8").count("$$$$") == 5
    with pytest.raises(UsageError, match="csv, sdf, parquet"):
        workbench.export(made["id"], tmp_path / "two.xlsx")
    assert not (tmp_path / "two.xlsx").exists()
    assert workbench.mask(made["id"], {"selection": kept["id"]}).tolist() == [False, False, False, True, True]
    assert workbench.values(made["id"], "mw")[0] == pytest.approx(46.07, abs=0.01)
    assert tools.export_library(made["id"], format="sdf", columns=["mw"]).count("$$$$") == 5
    whole = tools.export_library(made["id"])
    assert whole.endswith(f"... more from character {PIECE}") or len(whole) <= PIECE
    assert tools.export_library(made["id"], columns=["mw"], filter=chosen, start=3) == text[3:]
    with pytest.raises(UsageError, match="no column named 'mass'"):
        tools.library_rows(made["id"], sort="mass")
    workbench.forget_selection(made["id"], kept["id"])
    assert [one["name"] for one in tools.list_selections(made["id"])] == [""]
    assert json.dumps([told, found, kept])


def test_a_crate_goes_out_and_is_checked(workbench, config, tmp_path):
    sent = workbench.upload(TABLE, name="crated.csv")
    job = workbench.start("predict", {"data": "crated.csv", "models": ["solubility"]}, files=[sent.id])
    with _works(config):
        workbench.wait(job.id, seconds=90)
    found = workbench.check_crate(workbench.crate(job.id, tmp_path / "run.zip", inputs=True))
    assert found.ok and found.files > 3
    (tmp_path / "x.zip").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"x\.zip"):
        workbench.check_crate(tmp_path / "x.zip")


def test_a_cohort_is_declared_checked_and_a_release_from_it_priced(workbench):
    pytest.importorskip("opendp", reason="opendp is not installed")
    workbench.upload(HOWTO / "clinic.csv", patient=True)
    declared = tomllib.loads((HOWTO / "clinic.toml").read_text(encoding="utf-8"))
    cohort = workbench.declare(declared)
    id = cohort.file.id
    assert not cohort.missing and workbench.cohort(id) == cohort and id in [file.id for file in workbench.cohorts()]
    check = workbench.check_cohort(id)
    assert check.context_of_use == "prognostic" and check.patients > 100
    asked = workbench.upload(HOWTO / "clinic-release.toml")
    price = workbench.price(id, asked.id)
    assert price.affordable and price.total.epsilon == 1.0
    tools = Tools(workbench)
    assert tools.check_cohort(id) == check.model_dump() and tools.price_of_release(id, asked.id) == price.model_dump()
    assert not [job for job in workbench.jobs() if job.patient]


def test_a_table_is_audited_and_the_verdict_read(workbench, config):
    table = workbench.upload(b"smiles,y\nCCO,1.5\nOCC,3.5\nCCN,2.5\nCCCl,2.0\n", name="assay.csv")
    job = workbench.audit(table.id, value="y")
    with _works(config):
        workbench.wait(job.id, seconds=90)
    found = workbench.verdict(job.id)
    assert found.verb == "audit" and "4 rows" in found.sentence and found.report == "findings.html" and found.lines
    assert Tools(workbench).read_verdict(job.id) == found.model_dump()
    with pytest.raises(UsageError, match="nothing"):
        workbench.audit(table.id, nothing="y")
