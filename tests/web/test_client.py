"""The client against a real application: typed answers, errors as the server says them, nothing done twice."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from itertools import pairwise

import httpx
import pytest
from fastapi.testclient import TestClient

from pharmakon.core.errors import Denied, PharmakonError, TooMany, Unavailable, UnknownName, UsageError
from pharmakon.web import client as module
from pharmakon.web.app import create_app
from pharmakon.web.client import Client
from pharmakon.web.copying import LISTS
from pharmakon.web.mcp import Tools
from pharmakon.web.settings import ServeConfig
from pharmakon.web.work import worker_of

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
    asked, left = [], list(replies)

    def reply(request):
        asked.append(request)
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    return Client(token="phk_x", http=httpx.Client(transport=httpx.MockTransport(reply), base_url="http://x")), asked


def test_who_calls_and_what_a_molecule_does(workbench):
    assert "analyst" in workbench.me().roles
    good, bad = workbench.molecules(["CCO", "C1CC"], profile="fast")
    assert good.smiles == "CCO" and len(good.properties) > 30 and good.properties[0].unit and bad.problem
    assert "<svg" in good._repr_html_() and "hERG block" in good._repr_html_() and "C1CC" in bad._repr_html_()


def test_a_file_goes_in_and_a_table_comes_out(workbench, config, tmp_path):
    sent = workbench.upload(TABLE, name="two.csv")
    assert sent.name == "two.csv" and sent.id in [file.id for file in workbench.files()]
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


@pytest.mark.parametrize(
    ("status", "error"), [(401, Denied), (403, Denied), (422, UsageError), (404, UnknownName), (500, PharmakonError)]
)
def test_each_status_is_its_error(status, error):
    workbench, _ = _answers(httpx.Response(status, json={"detail": "because"}))
    with pytest.raises(error, match="because"):
        workbench.me()


def test_a_server_that_stays_away_or_busy_is_said(monkeypatch):
    monkeypatch.setattr(module, "LOOK", 0.0)
    workbench, asked = _answers(*[httpx.ConnectError("refused")] * module.TRIES)
    with pytest.raises(Unavailable, match="pharmakon serve"):
        workbench.me()
    assert len(asked) == module.TRIES
    workbench, _ = _answers(*[httpx.Response(429, json={"detail": "x"}, headers={"Retry-After": "0"})] * module.TRIES)
    with pytest.raises(TooMany):
        workbench.me()


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
