"""Libraries over HTTP: made by a job, paged and filtered, selected from by each user, exported, and nobody else's."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest
from fastapi.testclient import TestClient

from pharmakon.web.app import create_app
from pharmakon.web.settings import ServeConfig
from pharmakon.workflows.library import LibraryConfig, run

MOLECULES = [f"M{i},{smiles}" for i, smiles in enumerate(["CCO", "c1ccccc1", "c1cc", "CCN", "CC(=O)O", "c1ccncc1"])]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = create_app(ServeConfig(data=tmp_path_factory.mktemp("data")))
    with TestClient(app, client=("127.0.0.1", 50000)) as made:
        page = made.get("/library", headers={"accept": "text/html"}).text
        made.headers["x-csrf-token"] = re.search(r'name="csrf" content="([^"]+)"', page)[1]
        yield made


@pytest.fixture(scope="module")
def uploaded(client):
    """A job in the queue, started as the page's form starts it."""
    text = "id,smiles\n" + "\n".join(MOLECULES) + "\n"
    answer = client.post(
        "/library", files={"file": ("set.csv", text)}, data={"profile": "fast"}, follow_redirects=False
    )
    assert answer.status_code == 303
    return answer.headers["location"].rpartition("/")[2]


@pytest.fixture(scope="module")
def library(client, uploaded):
    """The finished library, as its worker would leave it, with two models for speed."""
    held = client.app.state.held
    job = held.jobs.claim("worker")
    assert job.id == uploaded and job.config == {"data": "set.csv", "profile": "fast"}
    folder = held.job_root / job.id / "1" / "output"
    folder.mkdir(parents=True)
    (folder / "set.csv").write_bytes(held.files.path(held.files.get(client.app.state.local, job.files[0])).read_bytes())
    run(LibraryConfig(data=folder / "set.csv", output=folder / "library", models=("herg", "ames"), workers=1))
    assert held.jobs.end(job, "done", result={"attempt": 1, "files": []})
    return f"/api/v1/libraries/{job.id}"


def rows(client, library, **asked):
    answer = client.get(f"{library}/rows", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_unfinished_library_says_so(client, uploaded):
    page = client.get(f"/library/{uploaded}", headers={"accept": "text/html"})
    assert page.status_code == 200 and "opens here when it is done" in page.text
    answer = client.get(f"/api/v1/libraries/{uploaded}/rows")
    assert answer.status_code == 422 and "it opens when it is done" in answer.json()["detail"]


def test_pages_keep_the_order_and_count_what_the_filter_leaves(client, library):
    first = rows(client, library, limit=2, columns=["mw", "herg"])
    assert first["total"] == 6 and [item["id"] for item in first["items"]] == ["M0", "M1"]
    assert set(first["items"][0]["values"]) == {"mw", "herg"}
    second = rows(client, library, limit=2, offset=2)
    assert second["items"][0]["problem"].startswith("unclosed ring") or "ring" in second["items"][0]["problem"]
    heavy = rows(client, library, filter=json.dumps({"ranges": {"mw": [70, None]}}), sort="mw", down=True)
    assert [item["id"] for item in heavy["items"]] == ["M5", "M1"]


def test_a_substructure_and_a_molecule_alike(client, library):
    found = rows(client, library, filter=json.dumps({"smarts": "[#7]"}))
    assert [item["id"] for item in found["items"]] == ["M3", "M5"] and found["to_search"] == 0
    alike = {"similar": {"smiles": "c1ccncc1", "at_least": 0.9}}
    found = rows(client, library, filter=json.dumps(alike), sort="similarity", down=True)
    assert [(item["id"], item["values"]["similarity"]) for item in found["items"]] == [("M5", 1.0)]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"filter": "nonsense"}, "not JSON"),
        ({"filter": '["a"]'}, "object"),
        ({"filter": '{"smarts":"c1cc"}'}, "SMARTS"),
        ({"filter": '{"ranges":{"x\\" OR 1=1 --":[0,1]}}'}, "column"),
        ({"sort": "nothing"}, "column"),
        ({"columns": "nothing"}, "column"),
        ({"filter": '{"mass":1}'}, "mass"),
    ],
)
def test_what_cannot_be_asked_is_told_and_is_no_failure_of_the_server(client, library, asked, said):
    answer = client.get(f"{library}/rows", params=asked)
    assert answer.status_code in (404, 422) and said in answer.json()["detail"]


def test_numbers_and_masks_are_binary(client, library):
    values = np.frombuffer(client.get(f"{library}/values", params={"column": "mw"}).content, "<f4")
    assert len(values) == 6 and np.isnan(values[2]) and values[0] == pytest.approx(46.07, abs=0.01)
    mask = client.get(f"{library}/mask", params={"filter": '{"problems":"only"}'}).content
    assert np.unpackbits(np.frombuffer(mask, np.uint8))[:6].tolist() == [0, 0, 1, 0, 0, 0]


def test_a_selection_stays_grows_shrinks_and_has_a_name(client, library):
    put = lambda **body: client.put(f"{library}/selections", json=body)  # noqa: E731
    assert put(rows=[0, 1, 4]).json()["count"] == 3
    assert put(rows=[5], mode="add").json()["count"] == 4
    assert put(filter={"problems": "none"}, mode="remove").json()["count"] == 0
    kept = put(name="aromatic", filter={"smarts": "a"}).json()
    found = rows(client, library, filter=json.dumps({"selection": kept["id"]}))
    assert [item["id"] for item in found["items"]] == ["M1", "M5"]
    assert [one["name"] for one in client.get(f"{library}/selections").json()] == ["", "aromatic"]
    assert put(rows=[6]).status_code == 422
    assert client.delete(f"{library}/selections/{kept['id']}").status_code == 204
    assert client.get(f"{library}/rows", params={"filter": json.dumps({"selection": kept["id"]})}).status_code == 422


def test_exports_hold_what_the_filter_leaves(client, library):
    answer = client.get(f"{library}/export", params={"filter": '{"problems":"none"}', "sort": "mw", "columns": ["mw"]})
    told = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-disposition"] == 'attachment; filename="set.csv"'
    assert [line["id"] for line in told] == ["M3", "M0", "M4", "M1", "M5"]
    assert client.get(f"{library}/export", params={"format": "sdf"}).text.count("$$$$") == 6
    assert client.get(f"{library}/export", params={"format": "parquet"}).content[:4] == b"PAR1"
    assert client.get(f"{library}/export", params={"columns": "nothing"}).status_code in (404, 422)


def test_the_page_works_without_its_script(client, library):
    address = library.replace("/api/v1/libraries", "/library")
    page = client.get(address, params={"sort": "mw", "down": "true"}, headers={"accept": "text/html"}).text
    assert page.index(">M5<") < page.index(">M1<") < page.index(">M0<")
    assert "<script" not in page.replace('<script type="module" src=', "") and "style=" not in page
    assert (
        json.loads(re.search(r'data-told="([^"]+)"', page)[1].replace("&#34;", '"').replace("&#39;", "'"))["rows"] == 6
    )


def test_a_library_of_another_project_is_not_there(client, library):
    assert client.get("/api/v1/libraries/0123456789abcdef").status_code == 404
    drawings = client.get(f"{library}/drawings", params={"rows": "0,1,99"}).json()
    assert list(drawings) == ["0", "1"] and drawings["0"].startswith("<svg")
