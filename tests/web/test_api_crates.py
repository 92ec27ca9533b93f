"""Crates over the API: a run goes out whole, and what came back is checked, by whoever may read the record."""

from __future__ import annotations

import io
import zipfile

import pytest

from .kept_records import place, recorded

CHECK = "/api/v1/crates/check"
SAID = "the board, 3 May 2026, minutes 12"


def crate(who, id, **asked):
    return who.ask("GET", f"/api/v1/records/{id}/crate.zip", params=asked)


def check(who, content, name="mine.zip"):
    return who.ask("POST", CHECK, files={"file": (name, content, "application/zip")})


def test_a_program_takes_a_crate_and_checks_it(fresh, here):
    id = recorded(fresh, fresh.browser("analyst"))
    program = fresh.program("reader")
    answer = crate(program, id, sbom="true")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/zip"
    assert f"attack-{id}.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as held:
        assert {"ro-crate-metadata.json", "run/ledger.jsonl", "run/result.json", "sbom.json"} <= set(held.namelist())
    found = check(program, answer.content).json()
    assert found["ok"] and found["problems"] == [] and found["files"] > 3 and found["entries"] > 2
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"{}" if name == "run/result.json" else old.read(name))
    found = check(program, changed.getvalue()).json()
    assert not found["ok"] and any("run/result.json was changed" in said for said in found["problems"])
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"PK no zip file", b"\0" * 1000])
def test_what_is_no_crate_is_refused_without_telling_where_it_lay(fresh, here, content):
    answer = check(fresh.program("reader"), content, "../odd.zip")
    assert answer.status_code == 422 and "odd.zip" in answer.text and str(here) not in answer.text
    assert list(here.iterdir()) == []


def test_inputs_of_people_go_out_with_a_permission_which_is_noted(fresh, here):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada)
    answer = crate(ada, id, inputs="true")
    assert answer.status_code == 422 and "who permitted" in answer.text and str(place(fresh, id)) not in answer.text
    answer = crate(ada, id, inputs="true", permission=f" {SAID} ")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as held:
        assert any(name.startswith("inputs/") and name.endswith("scores.csv") for name in held.namelist())
    assert '"event":"handed on"' in fresh.ledger() and f'"{SAID}"' in fresh.ledger()


def test_a_record_that_was_changed_makes_no_crate_and_nor_does_a_job_without_one(fresh, here):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada)
    (place(fresh, id) / "result.json").write_text("{}")
    answer = crate(ada, id)
    assert answer.status_code == 422 and "result.json was changed" in answer.text
    assert crate(ada, fresh.held.jobs.add(ada.caller, "predict", {}).id).status_code == 404
    assert list(here.iterdir()) == []


def test_another_project_s_run_is_not_there_and_patients_runs_are_a_curator_s(fresh, here):
    carl = fresh.browser("curator")
    id = recorded(fresh, carl)
    elsewhere = fresh.browser("curator", project=fresh.held.projects.add("Elsewhere").id)
    assert crate(elsewhere, id).status_code == 404
    file = fresh.held.files.add(carl.caller, "p.csv", [b"x"], patient=True)
    asked = {"verb": "mutagenicity", "config": {"data": "p.csv"}, "files": [file.id]}
    patients = carl.ask("POST", "/api/v1/jobs", json=asked).json()["id"]
    assert crate(fresh.browser("analyst"), patients).status_code == 403
