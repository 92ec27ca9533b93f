"""Libraries over HTTP: made by a job, paged and filtered, selected from by each user, exported."""

from __future__ import annotations

import csv
import io
import json
from collections import OrderedDict

import numpy as np
import pytest

from pharmakon.web import libraries
from pharmakon.workflows import library_view
from pharmakon.workflows.library_view import Library

AT = "/api/v1/libraries"


def rows(workbench, library, **asked):
    answer = workbench.get(f"{AT}/{library}/rows", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_library_is_a_job_and_opens_when_it_is_done(workbench, queued_library):
    assert [job["id"] for job in workbench.get(AT).json()["items"]] == [queued_library]
    answer = workbench.get(f"{AT}/{queued_library}/rows")
    assert answer.status_code == 422 and "it opens when it is done" in answer.json()["detail"]
    unknown = workbench.post(AT, json={"file": "0123456789abcdef"})
    assert unknown.status_code == 422 and "no file named" in unknown.json()["detail"]


def test_a_library_tells_its_columns(workbench, library):
    told = workbench.get(f"{AT}/{library}").json()
    assert (told["name"], told["rows"], told["problems"]) == ("set.csv", 6, 1)
    kinds = {column["name"]: column["kind"] for column in told["columns"]}
    assert (kinds["mw"], kinds["herg"]) == ("number", "estimate")


def test_pages_keep_the_order_and_count_what_the_filter_leaves(workbench, library):
    first = rows(workbench, library, limit=2, columns=["mw", "herg"])
    assert first["total"] == 6 and [item["id"] for item in first["items"]] == ["M0", "M1"]
    assert set(first["items"][0]["values"]) == {"mw", "herg"}
    second = rows(workbench, library, limit=2, offset=2)
    assert second["items"][0]["problem"].startswith("unclosed ring") or "ring" in second["items"][0]["problem"]
    heavy = rows(workbench, library, filter=json.dumps({"ranges": {"mw": [70, None]}}), sort="mw", down=True)
    assert [item["id"] for item in heavy["items"]] == ["M5", "M1"]


def test_a_substructure_and_a_molecule_alike(workbench, library):
    found = rows(workbench, library, filter=json.dumps({"smarts": "[#7]"}))
    assert [item["id"] for item in found["items"]] == ["M3", "M5"] and found["to_search"] == 0
    alike = {"similar": {"smiles": "c1ccncc1", "at_least": 0.9}}
    found = rows(workbench, library, filter=json.dumps(alike), sort="similarity", down=True)
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
def test_what_cannot_be_asked_is_told_and_is_no_failure_of_the_server(workbench, library, asked, said):
    answer = workbench.get(f"{AT}/{library}/rows", params=asked)
    assert answer.status_code in (404, 422) and said in answer.json()["detail"]


def test_numbers_and_masks_are_binary(workbench, library):
    values = np.frombuffer(workbench.get(f"{AT}/{library}/values", params={"column": "mw"}).content, "<f4")
    assert len(values) == 6 and np.isnan(values[2]) and values[0] == pytest.approx(46.07, abs=0.01)
    mask = workbench.get(f"{AT}/{library}/mask", params={"filter": '{"problems":"only"}'}).content
    assert np.unpackbits(np.frombuffer(mask, np.uint8))[:6].tolist() == [0, 0, 1, 0, 0, 0]


def test_a_selection_stays_grows_shrinks_and_has_a_name(workbench, library):
    put = lambda **body: workbench.put(f"{AT}/{library}/selections", json=body)  # noqa: E731
    assert put(rows=[0, 1, 4]).json()["count"] == 3
    assert put(rows=[5], mode="add").json()["count"] == 4
    assert put(filter={"problems": "none"}, mode="remove").json()["count"] == 0
    kept = put(name="aromatic", filter={"smarts": "a"}).json()
    found = rows(workbench, library, filter=json.dumps({"selection": kept["id"]}))
    assert [item["id"] for item in found["items"]] == ["M1", "M5"]
    assert [one["name"] for one in workbench.get(f"{AT}/{library}/selections").json()] == ["", "aromatic"]
    assert put(rows=[6]).status_code == 422
    assert workbench.delete(f"{AT}/{library}/selections/{kept['id']}").status_code == 204
    assert (
        workbench.get(f"{AT}/{library}/rows", params={"filter": json.dumps({"selection": kept["id"]})}).status_code
        == 422
    )


def test_a_selection_is_no_part_of_what_is_still_searched_for(workbench, library, monkeypatch):
    monkeypatch.setattr(library_view, "LONGEST", 0.01)
    monkeypatch.setattr(library_view, "SOON", 0.01)
    monkeypatch.setattr(libraries, "_open", OrderedDict())
    monkeypatch.setattr(Library, "_look", lambda *_: None)  # a search that does not end
    put = lambda **body: workbench.put(f"{AT}/{library}/selections", json=body)  # noqa: E731
    put(rows=[0, 1])
    filter = json.dumps({"smarts": "[#8]"})
    assert rows(workbench, library, filter=filter)["to_search"] > 0
    asked = [put(filter={"smarts": "[#8]"})]
    asked += [workbench.get(f"{AT}/{library}/{what}", params={"filter": filter}) for what in ("mask", "export")]
    for answer in asked:
        assert answer.status_code == 422 and "still being searched" in answer.json()["detail"]
    assert [one["count"] for one in workbench.get(f"{AT}/{library}/selections").json() if not one["name"]] == [2]


def test_a_selection_of_nothing_said_is_refused_and_an_empty_one_empties(workbench, library):
    put = lambda **body: workbench.put(f"{AT}/{library}/selections", json=body)  # noqa: E731
    assert put(rows=[0, 1]).json()["count"] == 2
    for nothing in ({}, {"mode": "remove"}, {"name": "x"}):
        refused = put(**nothing)
        assert refused.status_code == 422 and "which rows" in refused.json()["detail"]
    assert put(rows=[]).json()["count"] == 0


def test_exports_hold_what_the_filter_leaves(workbench, library):
    answer = workbench.get(
        f"{AT}/{library}/export", params={"filter": '{"problems":"none"}', "sort": "mw", "columns": ["mw"]}
    )
    told = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-disposition"] == 'attachment; filename="set.csv"'
    assert [line["id"] for line in told] == ["M3", "M0", "M4", "M1", "M5"]
    assert workbench.get(f"{AT}/{library}/export", params={"format": "sdf"}).text.count("$$$$") == 6
    assert workbench.get(f"{AT}/{library}/export", params={"format": "parquet"}).content[:4] == b"PAR1"
    assert workbench.get(f"{AT}/{library}/export", params={"columns": "nothing"}).status_code in (404, 422)


def test_drawings_are_of_the_rows_that_there_are(workbench, library):
    drawings = workbench.get(f"{AT}/{library}/drawings", params={"rows": "0,1,99"}).json()
    assert list(drawings) == ["0", "1"] and drawings["0"].startswith("<svg")
    for refused in ("", "0;1", ",".join(map(str, range(61)))):
        assert workbench.get(f"{AT}/{library}/drawings", params={"rows": refused}).status_code == 422


def test_what_standardising_changed_is_shown_and_exported(workbench, library):
    assert all("changes" in item["values"] for item in rows(workbench, library, columns=["changes"])["items"])
    told = workbench.get(f"{AT}/{library}/export").text.splitlines()[0].split(",")
    assert told[:6] == ["id", "smiles", "problem", "changes", "row", "repeat_of"]
    page = workbench.get(f"/library/{library}", params={"columns": '["changes"]'})
    assert page.status_code == 200 and "Changed by standardising</a>" in page.text
