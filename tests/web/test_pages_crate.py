"""Crates: downloaded whole, checked when they come back."""

from __future__ import annotations

import io
import zipfile

import pytest

from .kept_records import place, recorded

HTML = {"Accept": "text/html"}


def check(who, content, name="mine.zip"):
    return who.ask("POST", "/crate", files={"file": (name, content, "application/zip")}, headers=HTML)


def test_a_crate_goes_out_and_comes_back_as_it_was_written(fresh, here):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada)
    answer = ada.ask("GET", f"/record/{id}/crate.zip?sbom=true")
    assert answer.status_code == 200 and f"attack-{id}.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as held:
        assert {"ro-crate-metadata.json", "run/ledger.jsonl", "run/result.json", "sbom.json"} <= set(held.namelist())
    good = check(ada, answer.content)
    assert good.status_code == 200 and "As written" in good.text and "pharmakon crate verify mine.zip" in good.text
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(answer.content)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"{}" if name == "run/result.json" else old.read(name))
    bad = check(ada, changed.getvalue())
    assert "Not as written" in bad.text and "run/result.json was changed" in bad.text
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"PK no zip file", b"x" * 1000])
def test_what_is_no_crate_is_refused_without_telling_where_it_lay(fresh, here, content):
    answer = check(fresh.browser("reader"), content, "../odd.zip")
    assert answer.status_code == 422 and "odd.zip" in answer.text and str(here) not in answer.text


def test_inputs_of_people_go_out_with_a_permission_which_is_noted(fresh, here):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada)
    answer = ada.ask("GET", f"/record/{id}/crate.zip?inputs=true", headers=HTML)
    assert answer.status_code == 422 and "who permitted" in answer.text and str(place(fresh, id)) not in answer.text
    said = "the board, 3 May 2026, minutes 12"
    answer = ada.ask("GET", f"/record/{id}/crate.zip", params={"inputs": "true", "permission": said})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as held:
        assert any(name.startswith("inputs/") and name.endswith("scores.csv") for name in held.namelist())
    assert said in fresh.ledger()


def test_a_record_that_was_changed_makes_no_crate(fresh, here):
    ada = fresh.browser("analyst")
    id = recorded(fresh, ada)
    (place(fresh, id) / "result.json").write_text("{}")
    answer = ada.ask("GET", f"/record/{id}/crate.zip", headers=HTML)
    assert answer.status_code == 422 and "result.json was changed" in answer.text
    assert list(here.iterdir()) == []
