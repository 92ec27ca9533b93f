"""The page of a discovery: followed while it runs, its verdict first when it is done, a patient explained."""

from __future__ import annotations

import html
import json
import re

import pytest

HTML = {"Accept": "text/html"}
TOML = """name = "Fifty"
context_of_use = "response"
clinical = {file = "patients.csv", patient = "who"}
outcome = {kind = "binary", column = "response", positive = "yes"}
blocks = [{name = "proteins", file = "proteins.csv"}]
"""
PATIENTS = "sample,who,response\n" + "".join(f"S{i:02d},P{i // 2},{'yes' if i % 3 else 'no'}\n" for i in range(50))


def page(who, path, status=200):
    answer = who.ask("GET", path, headers=HTML)
    assert answer.status_code == status, answer.text[:300]
    return html.unescape(answer.text)


@pytest.fixture
def carl(fresh):
    return fresh.browser("curator")


@pytest.fixture
def waiting(fresh, carl):
    """The id of a discovery that no worker has taken yet."""
    tables = {"fifty.toml": TOML, "patients.csv": PATIENTS, "proteins.csv": "sample,P1\n"}
    files = [fresh.held.files.add(carl.caller, name, [text.encode()], patient=True).id for name, text in tables.items()]
    asked = {"files": files, "title": "Discovery in fifty", "patient": True}
    return fresh.held.jobs.add(carl.caller, "discover", {"cohort": "fifty.toml"}, **asked).id


def estimate(value, low, high):
    return {"value": value, "low": low, "high": high, "patients": 50, "events": 20}


def finish(server, id, *, gain=0.1):
    """Its study, as a worker would leave it; the signature adds `gain` to the clinic, give or take 0.05."""
    job = server.held.jobs.claim("w")
    assert job.id == id
    folder = server.held.job_root / id / "1" / "output" / "study"
    (folder / "signature").mkdir(parents=True)
    over = {"auc": estimate(gain, gain - 0.05, gain + 0.05)}
    said = {
        "cohort": "<b>Fifty</b>",
        "patients": 50,
        "events": 20,
        "checks": [],
        "univariable": {"proteins": {"found": 1, "tested": 2, "effect": "difference, yes minus no"}},
        "measure": "auc",
        "models": {
            "clinical": {"scores": {"auc": estimate(0.6, 0.5, 0.7)}, "over clinical": {}},
            "fused": {"scores": {"auc": estimate(0.7, 0.6, 0.8)}, "over clinical": over},
        },
        "signature": {"markers": [["proteins", "P1"]]},
    }
    (folder / "result.json").write_text(json.dumps(said))
    markers = ["block,feature,n,effect,low,high,p,q", "proteins,P1,50,1.5,1,2,0.001,0.002", "proteins,P2,50,,,,,"]
    (folder / "markers.csv").write_text("\n".join(markers) + "\n")
    server.held.jobs.end(job, "done", result={"files": [{"name": "study/result.json", "size": 1}], "attempt": 1})


def test_it_is_followed_until_it_is_done(fresh, carl, waiting):
    text = page(carl, f"/cohort/{waiting}")
    assert 'id="waiting"' in text and "pharmakon discover --cohort fifty.toml" in text and "Verdict" not in text
    fresh.held.jobs.end(fresh.held.jobs.claim("w"), "done", result={"files": [], "attempt": 1})
    text = page(carl, f"/cohort/{waiting}")
    assert "holds no finished discovery" in text and 'id="waiting"' not in text


@pytest.mark.parametrize(("gain", "kind"), [(0.1, "good"), (0.01, "unsure")])
def test_the_verdict_comes_first(fresh, carl, waiting, gain, kind):
    finish(fresh, waiting, gain=gain)
    text = carl.ask("GET", f"/cohort/{waiting}", headers=HTML).text
    verdict = text.index(f'class="answer {kind}"')
    assert verdict < text.index('class="chart forest"') < text.index('id="markers"')
    assert "<b>Fifty</b>" not in text and "&lt;b&gt;Fifty" in text
    assert "difference, yes minus no" in text
    cell = '<td class="num">([^<]*)</td>'
    intervals = [found[0] for found in re.findall(f"{cell}{cell}{cell}<td>", text)]
    assert intervals == ["1.00 to 2.00", "–"]  # nothing was estimated of P2
    assert text.count(">in it</span>") == 1 and f'src="/api/v1/jobs/{waiting}/files/study/report.html"' in text


def test_reading_it_is_a_curator_s_alone_and_noted(fresh, carl, waiting):
    finish(fresh, waiting)
    page(carl, f"/cohort/{waiting}")
    assert fresh.ledger().count("patients' data read") == 1
    for who in (fresh.browser("analyst"), fresh.browser("curator", project=fresh.held.projects.add("Elsewhere").id)):
        for method, path in (("GET", f"/cohort/{waiting}"), ("POST", f"/cohort/{waiting}/explain")):
            answer = who.ask(method, path, **({"data": {"patient": "S07"}} if method == "POST" else {}))
            assert answer.status_code in (403, 404), (method, answer.text)
    assert fresh.ledger().count("patients' data read") == 1
    page(carl, f"/cohort/{fresh.held.jobs.add(carl.caller, 'predict', {}).id}", 404)


def test_a_patient_of_its_cohort_is_explained(fresh, carl, waiting):
    finish(fresh, waiting)
    assert f'action="/cohort/{waiting}/explain"' in page(carl, f"/cohort/{waiting}")
    answer = carl.ask("POST", f"/cohort/{waiting}/explain", data={"patient": " S07 "})
    why = fresh.held.jobs.get(carl.caller, answer.headers["location"].removeprefix("/jobs/"))
    signature = f"job:{waiting}/study/signature"
    assert why.verb == "explain" and why.patient and why.title == "Why S07 has this risk"
    assert why.config == {"signature": signature, "cohort": "fifty.toml", "patient": "S07"}
    assert carl.ask("POST", f"/cohort/{waiting}/explain", data={"patient": ""}).status_code == 422
    for named in ("P3", "#2"):
        assert carl.ask("POST", f"/cohort/{waiting}/explain", data={"patient": named}).status_code == 303


def test_a_patient_who_is_not_there_is_refused_before_anything_starts(fresh, carl, waiting):
    finish(fresh, waiting)
    answer = carl.ask("POST", f"/cohort/{waiting}/explain", data={"patient": "S0777"}, headers=HTML)
    text = html.unescape(answer.text)
    assert answer.status_code == 422 and "No patient named 'S0777' in fifty.toml; did you mean 'S07'?" in text
    assert 'value="S0777"' in text and "S08" not in text and str(fresh.held.settings.data) not in text
    assert [job.verb for job in fresh.held.jobs.list(carl.caller)] == ["discover"]


def test_the_ways_on_bring_its_profiles_along(fresh, carl, waiting):
    finish(fresh, waiting)
    text = page(carl, f"/cohort/{waiting}")
    profiles = fresh.held.jobs.get(carl.caller, waiting).files[2]
    assert f'href="/run/match?patients={profiles}"' in text and f'href="/design/new?patient={profiles}"' in text
    assert "from proteins.csv" in text and f"/run/validate?signature=job%3A{waiting}/study" in text
