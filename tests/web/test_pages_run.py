"""Every verb can be started from its page."""

from __future__ import annotations

import html

import pytest

from pharmakon.team.verbs import verbs

HTML = {"Accept": "text/html"}


@pytest.mark.parametrize("name", verbs())
def test_every_verb_has_a_form_whose_fields_have_labels(fresh, name):
    carl = fresh.browser("curator", "analyst")
    page = carl.ask("GET", f"/run/{name}", headers=HTML)
    assert page.status_code == 200 and "<script>" not in page.text and "style=" not in page.text
    labelled = {word.split('"')[0] for word in page.text.split('for="')[1:]}
    for control in page.text.split(' id="f-')[1:]:
        id = "f-" + control.split('"')[0]
        assert id in labelled or 'type="checkbox"' in page.text.split(f'id="{id}"')[0][-60:]


def test_an_empty_form_says_how_a_program_asks(fresh):
    page = fresh.browser("analyst").ask("GET", "/run/predict", headers=HTML).text
    assert "pharmakon predict --help" in page and 'id="copies"' not in page


def test_a_job_is_started_with_an_upload_right_there(server):
    ada = server.browser("analyst")
    answer = ada.ask(
        "POST", "/run/audit", data={"value": "pIC50", "job.title": "My assay"},
        files={"upload.data": ("assay.csv", b"id,smiles,pIC50\n")},
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    job = server.held.jobs.get(ada.caller, answer.headers["location"].rsplit("/", 1)[1])
    assert (job.verb, job.title, job.config) == ("audit", "My assay", {"data": "assay.csv", "value": "pIC50"})
    assert [server.held.files.get(ada.caller, id).name for id in job.files] == ["assay.csv"]


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(server):
    ada = server.browser("analyst")
    sent = {"value": "pIC50", "spread": "much", "unit_column": "units"}
    page = ada.ask("POST", "/run/audit", data=sent, files={"upload.data": ("mine.csv", b"id\n")})
    assert page.status_code == 422
    assert "a number, with a point" in page.text and 'value="units"' in page.text
    kept = page.text.split('id="f-data"')[1].split("</select>")[0]
    assert "mine.csv" in kept.split("selected")[1]  # the upload is there, and chosen
    page = ada.ask("POST", "/run/predict", data={})
    assert page.status_code == 422 and "either a file or structures" in page.text
    page = ada.ask("POST", "/run/train", data={"max_points": "1"}, files={"upload.data": ("x.csv", b"id\n")})
    assert "greater than or equal to" in page.text.split('id="h-max_points"')[1].split("</p>")[0]


def test_two_files_of_one_name_are_told_apart_or_refused(server):
    ada = server.browser("analyst")
    files = [("upload.data", ("a.csv", b"id\n1\n")), ("upload.against", ("a.csv", b"id\n2\n"))]
    page = ada.ask("POST", "/run/audit", data={"value": "x"}, files=files)
    assert page.status_code == 422 and "two of the job" in page.text


def test_patients_verbs_are_a_curator_s(server):
    ada, carl = server.browser("analyst"), server.browser("curator", "analyst")
    assert "/run/discover" not in ada.ask("GET", "/run", headers=HTML).text
    assert "/run/discover" in carl.ask("GET", "/run", headers=HTML).text
    assert ada.ask("GET", "/run/discover", headers=HTML).status_code == 403
    upload = {"upload.patients": ("p.csv", b"id\n")}
    answer = carl.ask("POST", "/run/dose", data={"drug": "warfarin", "patient.data": "yes"}, files=upload)
    job = server.held.jobs.get(carl.caller, answer.headers["location"].rsplit("/", 1)[1])
    assert job.patient and server.held.files.get(carl.caller, job.files[0]).patient


def test_a_filled_form_is_shown_as_a_command_and_nothing_starts(fresh):
    ada = fresh.browser("analyst")
    sent = {"value": "pIC50", "spread": "0.3", "job.show": "yes"}
    page = ada.ask("POST", "/run/audit", data=sent, files={"upload.data": ("mine.csv", b"id\n")})
    text = html.unescape(page.text)
    assert page.status_code == 200 and "pharmakon audit --data mine.csv --value pIC50 --spread 0.3 --output" in text
    assert 'pharmakon.audit_data("mine.csv"' in text.replace("'", '"')
    assert "mine.csv" in page.text.split('id="f-data"')[1].split("</select>")[0].split("selected")[1]
    assert not fresh.held.jobs.list(ada.caller)
    kept = [file.id for file in fresh.held.files.list(ada.caller)]
    sent = {"value": "pIC50", "data": kept}  # the same file chosen once more, and started
    begun = ada.ask("POST", "/run/audit", data=sent, files={"upload.data": ("mine.csv", b"id\n")})
    assert begun.status_code == 303 and len(fresh.held.files.list(ada.caller)) == 1
    assert ada.ask("POST", "/run/audit", data={"job.show": "yes"}).status_code == 422


def test_a_form_offers_what_its_field_can_take_and_says_what_was_brought_along(fresh):
    carl = fresh.browser("curator", "analyst")
    add = fresh.held.files.add
    add(carl.caller, "assay.csv", [b"id\n"], patient=False)
    rna = add(carl.caller, "rna.csv", [b"id\n"], patient=True).id
    made = {}
    for verb in ("train", "train-response"):
        made[verb] = fresh.held.jobs.add(carl.caller, verb, {}, files=[], title=verb).id
        result = {"files": [{"name": "x.csv", "size": 1}], "attempt": 1}
        fresh.held.jobs.end(fresh.held.jobs.claim("w"), "done", result=result)
    model = f"job:{made['train-response']}/response"
    page = carl.ask("GET", f"/run/match?patients={rna}&model={model}", headers=HTML).text

    def field(name):
        return page.split(f'id="f-{name}"')[1].split("</div>")[0]

    assert f'value="{rna}" selected' in field("patients") and "assay.csv" not in field("patients")
    assert "assay.csv" in field("drugs") and made["train"] in field("drugs")
    assert f'value="{model}" selected' in field("model") and field("model").count("<option") == 2
    assert "upload.model" not in page and "Filled in from where you came: Patients, Model." in page
    empty = carl.ask("GET", "/run/explain", headers=HTML).text
    assert "Filled in" not in empty and 'None is made yet: <a href="/run/discover">' in empty
