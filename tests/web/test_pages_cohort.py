"""The cohort pages: a declaration made by a form, its mistakes beside the fields, its design, a discovery started."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

HTML = {"Accept": "text/html"}
PATIENTS = "sample,age,sex,plate,response\n" + "".join(
    f"S{i:02d},{40 + i % 31},{'FM'[i % 2]},{i % 3},{'yes' if (i * 7) % 5 < 2 else 'no'}\n" for i in range(50)
)
PROTEINS = "sample,P1,P2\n" + "".join(f"S{i:02d},{(i * 7) % 11}.5,{(i * 5) % 13}.25\n" for i in range(50))
TOML = """name = "Fifty"
context_of_use = "response"
[clinical]
file = "patients.csv"
[outcome]
kind = "binary"
column = "response"
positive = "yes"
[[blocks]]
name = "proteins"
file = "proteins.csv"
"""


def page(who, path, status=200):
    answer = who.ask("GET", path, headers=HTML)
    assert answer.status_code == status, answer.text[:300]
    return html.unescape(answer.text)


def uploaded(who, patients=PATIENTS):
    """The address of the declaration's form."""
    files = [("clinical", ("patients.csv", patients.encode())), ("blocks", ("proteins.csv", PROTEINS.encode()))]
    answer = who.ask("POST", "/cohort/tables", files=files, headers=HTML)
    assert answer.status_code == 303, answer.text[:300]
    return answer.headers["location"]


def declare(who, place, **changed):
    chosen = parse_qs(urlsplit(place).query)
    data = {
        "table": chosen["clinical"],
        "block": chosen["block"],
        "name": "Fifty patients",
        "context_of_use": "response",
        "clinical.id": "sample",
        "outcome.kind": "binary",
        "outcome.column": "response",
        "outcome.positive": "yes",
        "outcome.time": "age",
        "design.covariates": ["age", "sex"],
        "design.batch": "plate",
        "blocks.0.name": "proteins",
        "blocks.0.kind": "continuous",
        "blocks.0.transform": "none",
    }
    return who.ask("POST", "/cohort/new", data=data | changed, headers=HTML)


def test_it_is_a_curator_s_alone(fresh):
    for roles in (("analyst", "approver"), ("reader",), ("admin",)):
        who = fresh.browser(*roles)
        assert who.ask("GET", "/cohort").status_code == 403
        assert who.ask("POST", "/cohort/tables", files={"clinical": ("a.csv", b"x")}).status_code == 403
    assert "Declare a cohort" in page(fresh.browser("curator"), "/cohort")


def test_the_names_of_columns_suggest_the_form(fresh):
    carl = fresh.browser("curator")
    text = page(carl, uploaded(carl))
    for key, value in (("outcome.column", "response"), ("clinical.id", "sample"), ("design.batch", "plate")):
        field = re.search(rf'<select id="{key}".*?</select>', text, re.DOTALL)[0]
        assert f"<option selected>{value}</option>" in field, key
    assert 'name="outcome.positive" value="yes"' in text and 'value="proteins"' in text
    assert "50 rows" in text and "patients' data kept" in fresh.ledger()


def test_a_declaration_becomes_a_file_and_its_design_is_checked(fresh):
    carl = fresh.browser("curator")
    answer = declare(carl, uploaded(carl))
    assert answer.status_code == 303, answer.text[:500]
    place = answer.headers["location"]
    text = page(carl, place)
    assert "Fifty patients" in text and "Does the design allow an answer?" in text and "<b>50</b> patients" in text
    file = carl.ask("GET", f"/api/v1/files/{place.rpartition('/')[2]}/content").text
    assert 'file = "patients.csv"' in file and 'covariates = ["age", "sex"]' in file and "time" not in file
    assert place in page(carl, "/cohort")
    assert fresh.browser("analyst").ask("GET", place).status_code == 403


def test_a_declaration_is_shown_as_a_file_and_not_kept(fresh):
    carl = fresh.browser("curator")
    answer = declare(carl, uploaded(carl), **{"declaration.show": "yes"})
    text = html.unescape(answer.text)
    assert answer.status_code == 200 and 'covariates = ["age", "sex"]' in text
    assert "pharmakon discover --cohort fifty-patients.toml" in text and 'value="Fifty patients"' in text
    assert not [file for file in carl.ask("GET", "/api/v1/files").json()["items"] if file["name"].endswith(".toml")]


def test_mistakes_stand_beside_their_fields_and_nothing_is_lost(fresh):
    carl = fresh.browser("curator")
    answer = declare(carl, uploaded(carl), **{"name": "", "blocks.0.name": "a b", "design.covariates": ["response"]})
    text = html.unescape(answer.text)
    assert answer.status_code == 422 and 'id="e-name"' in text and 'id="e-blocks.0.name"' in text
    assert 'value="a b"' in text and 'value="response" checked' in text
    answer = declare(carl, uploaded(carl), **{"outcome.kind": "survival", "outcome.time": ""})
    assert "a survival outcome has the keys time and event" in answer.text.lower()
    assert not [file for file in carl.ask("GET", "/api/v1/files").json()["items"] if file["name"].endswith(".toml")]


def test_a_design_that_is_worthless_is_refused_before_anything_runs(fresh):
    carl = fresh.browser("curator")
    same = "sample,age,sex,plate,response\n" + "".join(
        f"S{i:02d},{40 + i % 31},{'FM'[i % 3 > 0]},{i % 2},{'yes' if i % 2 else 'no'}\n" for i in range(50)
    )
    place = declare(carl, uploaded(carl, same)).headers["location"]
    text = page(carl, place)
    assert "A discovery refuses this cohort as it is" in text and 'action="' + place + "/discover" not in text


def test_a_ready_declaration_names_what_is_missing_and_leads_nowhere_else(fresh):
    carl = fresh.browser("curator")

    def bring(text, *tables):
        files = [("declaration", ("fifty.toml", text.encode())), *(("tables", table) for table in tables)]
        return carl.ask("POST", "/cohort/declared", files=files, headers=HTML)

    place = bring(TOML, ("patients.csv", PATIENTS.encode())).headers["location"]
    assert "It names proteins.csv" in page(carl, place)
    bring(TOML, ("proteins.csv", PROTEINS.encode()))
    assert "Does the design allow an answer?" in page(carl, place)
    out = bring(TOML.replace('"proteins.csv"', '"/etc/passwd"')).headers["location"]
    assert "lies outside" in page(carl, out, 403)
    odd = bring("name = 3").headers["location"]
    assert str(fresh.held.settings.data) not in page(carl, odd, 422)
    wrong = bring(TOML.replace('"response"\npositive', '"respons"\npositive')).headers["location"]
    text = page(carl, wrong)
    assert "cannot be read as it is declared" in text and str(fresh.held.settings.data) not in text
    assert not list(fresh.held.settings.data.glob("look-*"))


def test_a_discovery_is_started(fresh):
    carl = fresh.browser("curator")
    place = declare(carl, uploaded(carl)).headers["location"]
    answer = carl.ask("POST", f"{place}/discover", data={"permutations": "1", "folds": "2", "without": ["trees"]})
    assert answer.status_code == 303
    id = answer.headers["location"].removeprefix("/cohort/")
    job = fresh.held.jobs.get(carl.caller, id)
    assert job.config == {"cohort": "fifty-patients.toml", "permutations": 1, "folds": 2, "without": ["trees"]}
    assert job.patient and len(job.files) == 3
    answer = carl.ask("POST", f"{place}/discover", data={"permutations": "1", "folds": "2", "without": ["x"]})
    assert answer.status_code == 422 and "no part named" in answer.text


def test_a_cohort_of_one_table_is_declared_by_the_form(fresh):
    carl = fresh.browser("curator")
    named = ('"clinical"; filename="patients.csv"', PATIENTS), ('"blocks"; filename=""', "")  # as a browser sends none
    parts = [f"--x\r\nContent-Disposition: form-data; name={name}\r\n\r\n{text}\r\n" for name, text in named]
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    sent = carl.ask("POST", "/cohort/tables", content=f"{''.join(parts)}--x--\r\n".encode(), headers=HTML | kind)
    place = sent.headers["location"]
    assert "block" not in place
    text = page(carl, place)
    ticks = re.findall(r'name="own.features" value="([^"]+)"', text)
    assert {"age", "plate"} <= set(ticks) and 'name="own.name" value="values"' in text
    given = {"table": parse_qs(urlsplit(place).query)["clinical"], "name": "Köhorte 1", "context_of_use": "response"}
    given |= {"clinical.id": "sample", "outcome.kind": "binary", "outcome.column": "response"}
    given |= {"outcome.positive": "yes", "own.name": "values"}
    refused = carl.ask("POST", "/cohort/new", data=given, headers=HTML)
    assert refused.status_code == 422 and "Tick what was measured" in refused.text and "Tuple" not in refused.text
    refused = carl.ask("POST", "/cohort/new", data=given | {"own.features": ["age"], "own.name": "a b"}, headers=HTML)
    assert refused.status_code == 422 and 'id="e-own.name"' in refused.text
    assert 'name="own.features" value="age" checked' in refused.text
    kept = carl.ask("POST", "/cohort/new", data=given | {"own.features": ["age"]}, headers=HTML)
    assert kept.status_code == 303, kept.text[:300]
    text = page(carl, kept.headers["location"])
    assert "kohorte-1.toml" in text and "<b>1</b> feature of values" in text and 'features = ["age"]' in text


def test_a_cohort_that_cannot_be_read_is_not_kept_and_the_form_comes_back(fresh):
    carl = fresh.browser("curator")
    answer = declare(carl, uploaded(carl, PATIENTS + "S07,40,F,1,no\n"))
    text = html.unescape(answer.text)
    assert answer.status_code == 422
    assert "It cannot be read as it is declared: patients.csv: sample 'S07' stands" in text
    assert 'value="Fifty patients"' in text and str(fresh.held.settings.data) not in text
    assert not [file for file in carl.ask("GET", "/api/v1/files").json()["items"] if file["name"].endswith(".toml")]


def test_the_ways_on_bring_the_profiles_along(fresh):
    carl = fresh.browser("curator")
    chosen = uploaded(carl)
    text = page(carl, declare(carl, chosen).headers["location"])
    profiles = parse_qs(urlsplit(chosen).query)["block"][0]
    assert f'href="/run/match?patients={profiles}"' in text and f'href="/design/new?patient={profiles}"' in text
    assert 'href="/run/match"' in page(carl, "/cohort")
