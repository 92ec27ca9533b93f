"""The builder of a design, without a script: every step is a form."""

import io
import re
from html import unescape

import pytest


@pytest.fixture(scope="module")
def server(serving, tmp_path_factory):
    yield from serving(tmp_path_factory.mktemp("design"))


@pytest.fixture(scope="module")
def ada(server):
    return server.browser("analyst")


def post(ada, **form):
    return ada.ask("POST", "/design/new", data=form, headers={"Accept": "text/html"})


def fields(page):
    """The form of a page, as a browser would send it."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = (re.search(rf'\b{key}="([^"]*)"', tag) for key in ("name", "value"))
        kind = re.search(r'type="(\w+)"', tag)
        if name and not (kind and kind[1] in ("file", "checkbox")):
            found[name[1]] = unescape(value[1]) if value else ""
    for name, options in re.findall(r'<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r"<option([^>]*) selected>([^<]*)", options) or re.search(r"<option([^>]*)>([^<]*)", options)
        given = re.search(r'value="([^"]*)"', chosen[1])
        found[name] = unescape(given[1] if given else chosen[2])
    for name, text in re.findall(r'<textarea[^>]*\bname="([^"]+)"[^>]*>([^<]*)', page):
        found[name] = unescape(text)
    return found


def toml(page):
    return unescape(re.search(r'aria-label="Goal file"><code>(.*?)</code>', page, re.DOTALL)[1])


def test_the_list_offers_examples_and_a_new_design(ada):
    page = ada.ask("GET", "/design").text
    assert "/design/new?example=egfr" in page and "No design yet" in page


def test_an_example_is_filled_in_and_ready(ada):
    page = ada.ask("GET", "/design/new?example=egfr").text
    assert "Ready to start" in page
    assert '{ property = "egfr_pic50", want = ">= 8", tolerance = 2, weight = 3 }' in toml(page)
    assert page.count('class="chart curve') == 13


def test_a_form_that_a_role_cannot_send_is_not_offered(server):
    answer = server.browser("reader").ask("GET", "/design/new", headers={"Accept": "text/html"})
    assert answer.status_code == 403 and "analyst, curator" in answer.text


def test_a_page_holds_no_script_and_no_style_of_its_own(ada):
    page = ada.ask("GET", "/design/new?example=egfr").text
    assert not re.search(r"\sstyle=|<style|\son\w+=", page)
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []


def test_a_goal_is_added_changed_and_taken_out(ada):
    form = fields(ada.ask("GET", "/design/new").text)
    page = post(ada, **form | {"do": "add", "add": "herg"}).text
    assert "Penalty" in page and "never be rewarded" in page
    form = fields(page)
    assert form["terms.0.kind"] == "herg" and form["terms.0.sense"] == "low"
    page = post(ada, **form | {"do": "domain:0"}).text
    assert '{ property = "herg.domain", want = "= 1" }' in toml(page)
    page = post(ada, **fields(page) | {"do": "remove:0"}).text
    assert '"herg"' not in toml(page)


def test_a_hazard_cannot_be_rewarded_even_by_a_form_made_up(ada):
    form = fields(post(ada, do="add", add="herg").text)
    page = post(ada, **form | {"terms.0.sense": "high", "terms.0.low": "6", "do": "start"}).text
    assert "herg is a hazard" in page and "1 thing to mend" in page


def test_each_mistake_stands_beside_its_field(ada):
    form = fields(ada.ask("GET", "/design/new?example=quick").text)
    page = post(ada, **form | {"calls": "0", "terms.0.weight": "-1", "do": "update"}).text
    assert re.search(r'id="wg0" data-live>input should be greater than 0', page)
    assert re.search(r'id="wcalls" data-live>input should be greater', page)
    assert "2 things to mend" in page


def test_a_goal_file_is_read_and_code_in_it_refused(ada):
    def load(text):
        files = {"goal": ("goal.toml", io.BytesIO(text.encode()), "application/toml")}
        return ada.ask("POST", "/design/new", data={"do": "load"}, files=files, headers={"Accept": "text/html"})

    page = load('calls = 60\ngoals = [{property = "qed", want = ">= 0.5", stage = 1}]')
    assert page.status_code == 200 and "stage = 1" in toml(page.text)
    refused = load('goals = [{property = "x", want = ">= 1"}]\nscorers = [{name = "x", command = ["sh"]}]')
    assert refused.status_code == 422 and "server&#39;s to say" in refused.text
    assert load("goals = [").status_code == 422


def test_cuts_are_proposed_and_taken(ada):
    form = fields(ada.ask("GET", "/design/new?example=quick").text) | {"mode.kind": "decorate"}
    page = post(ada, **form | {"do": "slice", "slice": "CC(=O)Nc1ccc(OCC)cc1"}).text
    use = re.search(r'value="(use:[^"]*decorate[^"]*)"', page)
    page = post(ada, **fields(page) | {"do": unescape(use[1])}).text
    assert re.search(r'mode = \{ kind = "decorate", scaffold = ', toml(page))
    page = post(ada, **form | {"do": "slice", "slice": "not a molecule"}).text
    assert "is not the SMILES" in page


def test_a_run_is_started_and_branched_from(ada, server):
    form = fields(ada.ask("GET", "/design/new?example=quick").text)
    answer = post(ada, **form | {"calls": "60", "do": "start"})
    assert answer.status_code == 303
    id = answer.headers["location"].removeprefix("/design/")
    job = server.held.jobs.get(ada.caller, id)
    assert (job.verb, job.title, job.config["calls"]) == ("design", "Drug-like and easy to make", 60)
    page = ada.ask("GET", f"/design/new?run={id}&molecule=CCO").text
    assert 'mode = { kind = "analogues", molecule = "CCO" }' in toml(page)
    assert '{ property = "qed", want = ">= 0.9", tolerance = 0.4 }' in toml(page)


def test_a_reader_looks_and_does_not_start(server):
    reader = server.browser("reader")
    assert reader.ask("GET", "/design").status_code == 200
    assert "New design" not in reader.ask("GET", "/design").text
    assert post(reader, do="start").status_code == 403


def response_model(server, who):
    """The id of a job that made one."""
    model = server.held.jobs.add(who.caller, "train-response", {}, files=[], title="GDSC").id
    while (job := server.held.jobs.claim("w")).id != model:
        server.held.jobs.end(job, "cancelled")
    server.held.jobs.end(job, "done", result={"files": [], "attempt": 1})
    return model


def test_a_design_for_a_patient_takes_who_may_read_patients_data(server, ada):
    curator = server.browser("curator")
    name = "patient.csv"
    up = curator.ask(
        "POST",
        "/api/v1/files",
        files={"file": (name, io.BytesIO(b"id,a\n1,2\n"), "text/csv")},
        data={"patient": "true"},
    )
    assert up.status_code == 201
    form = {
        "terms.0.kind": "qed",
        "terms.0.role": "goal",
        "terms.0.sense": "high",
        "terms.0.low": "0.5",
        "patient": name,
    }
    assert name in curator.ask("GET", "/design/new").text
    assert name not in ada.ask("GET", "/design/new").text
    assert "patient.read is not allowed" in post(ada, **form | {"do": "start"}).text
    assert "choose the response model" in post(curator, **form | {"do": "start"}).text
    form["response"] = f"job:{response_model(server, server.browser('analyst'))}/response"
    id = post(curator, **form | {"do": "start"}).headers["location"].removeprefix("/design/")
    assert server.held.jobs.get(curator.caller, id).patient
    assert ada.ask("GET", f"/design/{id}").status_code == 403


def test_a_design_for_the_profiles_of_a_file_is_filled_in(server, ada):
    curator = server.browser("curator", "analyst")
    profiles = server.held.files.add(curator.caller, "rna.csv", [b"id,EGFR\nS1,2\n"], patient=True).id
    model = response_model(server, curator)
    place = f"/design/new?patient={profiles}&response={model}"
    page = curator.ask("GET", place).text
    goal = toml(page)
    assert 'patient = "rna.csv"' in goal and f'response = "job:{model}/response"' in goal
    assert "patient_response" in goal and "Filled in: goals of the patients’ response, the profiles of rna.csv" in page
    assert f'value="job:{model}/response" selected' in page
    begun = post(curator, **fields(page) | {"do": "start"})
    assert begun.status_code == 303, begun.text
    job = server.held.jobs.get(curator.caller, begun.headers["location"].removeprefix("/design/"))
    assert job.patient and list(job.files) == [profiles] and job.config["patient"] == "rna.csv"
    assert ada.ask("GET", place).status_code == 403 and "Filled in" not in ada.ask("GET", "/design/new").text
    unknown = curator.ask("GET", f"/design/new?response={model}").text
    assert "chosen under Tables" in unknown and "give the profile's table as patient" in unescape(unknown)
