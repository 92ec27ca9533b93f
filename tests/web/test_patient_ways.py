"""Where a cohort leads: forms for its patients, filled in with what is known."""

from __future__ import annotations

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest

from pharmakon.web.cohorts import declared
from pharmakon.web.patient_ways import cohort_of, ways

TOML = """name = "Forty"
context_of_use = "response"
clinical.file = "patients.csv"
outcome = {kind = "binary", column = "response", positive = "yes"}
blocks = [{name = "rna", file = "rna.csv"}]
"""


@pytest.fixture
def asked(fresh):
    return SimpleNamespace(app=fresh.app)


@pytest.fixture
def carl(fresh):
    return fresh.browser("curator", "analyst").caller


@pytest.fixture
def keep(fresh, carl):
    """Uploads patients' data; gives its id."""
    return lambda name, text="x\n": fresh.held.files.add(carl, name, [text.encode()], patient=True).id


def given(address):
    return {key: texts[0] for key, texts in parse_qs(urlsplit(address).query).items()}


def response_model(fresh, carl):
    id = fresh.held.jobs.add(carl, "train-response", {}, files=[], title="GDSC").id
    fresh.held.jobs.end(fresh.held.jobs.claim("w"), "done", result={"files": [], "attempt": 1})
    return id


def test_the_tables_and_the_newest_model_go_along(fresh, asked, carl, keep):
    patients, rna = keep("patients.csv"), keep("rna.csv")
    cohort = declared(asked, carl, keep("forty.toml", TOML))
    found = ways(asked, carl, cohort)
    assert given(found.match) == {"patients": rna} and given(found.design) == {"patient": rna}
    assert given(found.dose) == {"drug": "warfarin", "patients": patients} and found.model is None
    response_model(fresh, carl)
    newest = response_model(fresh, carl)
    found = ways(asked, carl, cohort)
    assert given(found.match) == {"patients": rna, "model": f"job:{newest}/response"}
    assert given(found.design) == {"patient": rna, "response": newest}
    assert (found.profiles, found.model.id) == ("rna.csv", newest)
    assert given(ways(asked, carl).match) == {"model": f"job:{newest}/response"}


def test_without_anything_known_the_forms_are_empty(asked, carl):
    found = ways(asked, carl)
    assert (found.match, found.design, found.profiles) == ("/run/match", "/design/new", "")


def test_the_cohort_of_a_job_is_found_while_it_is_there(fresh, asked, carl, keep):
    table, id = keep("patients.csv"), keep("forty.toml", TOML)
    job = fresh.held.jobs.add(carl, "discover", {"cohort": "forty.toml"}, files=[table, id], title="", patient=True)
    assert cohort_of(asked, carl, job).ids == [id, table]
    fresh.held.files.remove(carl, id)
    assert cohort_of(asked, carl, job) is None
