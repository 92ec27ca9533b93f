"""The library pages: followed while it is made, and whole without its script."""

from __future__ import annotations

import ast
import html
import json
import re
import shlex
from collections import OrderedDict
from dataclasses import replace

from pharmakon.web import libraries
from pharmakon.workflows.library_view import Library

HTML = {"accept": "text/html"}


def page(workbench, path, **asked):
    answer = workbench.get(path, params=asked, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_an_unfinished_library_is_listed_and_says_so(workbench, queued_library):
    assert f'href="/library/{queued_library}">set.csv</a>' in page(workbench, "/library")
    assert "opens here when it is done" in page(workbench, f"/library/{queued_library}")


def test_the_page_works_without_its_script(workbench, library):
    shown = page(workbench, f"/library/{library}", sort="mw", down="true")
    assert shown.index(">M5<") < shown.index(">M1<") < shown.index(">M0<")
    assert "<script" not in shown.replace('<script type="module" src=', "") and "style=" not in shown
    filtered = page(workbench, f"/library/{library}", filter='{"problems":"only"}')
    assert ">M2<" in filtered and ">M1<" not in filtered and "unclosed ring" in filtered
    assert ">M0<" not in page(workbench, f"/library/{library}", offset=1)


def test_repeats_are_marked_and_can_be_left_out(workbench, library, monkeypatch):
    shown = page(workbench, f"/library/{library}", columns='["repeat_of"]')
    assert 'id="repeats"' in shown and "Repeat of row</a>" in shown and "repeat of M" not in shown
    assert "0 molecules" in page(workbench, f"/library/{library}", filter='{"repeats":"only"}')
    whole = Library.page
    marked = lambda *asked: [row | {"repeat": "repeat of M0 (row 0)"} for row in whole(*asked)]  # noqa: E731
    monkeypatch.setattr(Library, "page", marked)
    assert '<span class="repeat">repeat of M0 (row 0)</span>' in page(workbench, f"/library/{library}")
    monkeypatch.undo()
    monkeypatch.setattr(libraries, "_open", OrderedDict())
    monkeypatch.setattr(Library, "marked", property(lambda _: False, lambda *_: None), raising=False)
    older = page(workbench, f"/library/{library}")  # made before repeats were marked
    assert 'id="repeats"' not in older and "repeat of M" not in older


def test_it_is_copied_as_a_script_whose_workers_load_it_again(workbench, library):
    shown = page(workbench, f"/library/{library}")
    copied = dict(re.findall(r"<figcaption>(\w+)</figcaption><pre[^>]*><code>(.*?)</code>", shown, re.DOTALL))
    assert list(copied) == ["CLI", "Python"]
    python = html.unescape(copied["Python"])
    exec(python, {"__name__": "__mp_main__"})  # noqa: S102 - our own text, as a worker loads it
    assert python.endswith('ORDER BY mw").show()') and "    pharmakon.make_library(" in python


def test_what_is_copied_is_what_the_page_shows(workbench, library):
    shown = page(
        workbench, f"/library/{library}", filter='{"ranges":{"mw":[70,null]}}', sort="mw", down="true", columns='["mw"]'
    )
    copied = {
        kind: html.unescape(text)
        for kind, text in re.findall(r"<figcaption>(\w+)</figcaption><pre[^>]*><code>(.*?)</code>", shown, re.DOTALL)
    }
    assert list(copied) == ["CLI", "Python"] and "pharmakon library" not in copied["CLI"]
    address = shlex.split(copied["CLI"])[-1]
    lines = workbench.get(address[address.index("/api/") :]).text.splitlines()
    assert [line.partition(",")[0] for line in lines] == ["id", "M5", "M1"] and lines[0].endswith("problem,mw")
    call = ast.parse(copied["Python"]).body[-1].body[0].value.args[0]
    told = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    assert told == {"filter": {"ranges": {"mw": [70.0, None]}}, "sort": "mw", "down": True, "columns": ["mw"]}


def test_the_working_selection_is_copied_beside_it(workbench, library):
    at = f"/api/v1/libraries/{library}/selections"
    own = workbench.put(at, json={"rows": [1, 2]}).json()["id"]
    shown = html.unescape(page(workbench, f"/library/{library}"))
    assert "<figcaption>Python, the selection</figcaption>" in shown and f"filter={{'selection': '{own}'}}" in shown
    assert workbench.put(at, json={"rows": []}).json()["count"] == 0
    assert ", the selection" not in page(workbench, f"/library/{library}")


def test_the_number_of_a_row_is_shown_as_exports_and_marks_count_it(workbench, library):
    shown = page(workbench, f"/library/{library}")
    assert re.search(r">M0</a><br><span class=\"rownumber\">row 0</span>", shown)


def test_the_script_is_told_what_was_asked_for(workbench, library):
    def told(**asked):
        shown = page(workbench, f"/library/{library}", **asked)
        return json.loads(html.unescape(re.search(r'data-told="([^"]+)"', shown)[1]))

    asked = told(columns='["herg","nothing",3,"mw"]', filter='{"text":"<b>"}')
    assert (asked["rows"], asked["shown"], asked["filter"]["text"]) == (6, ["herg", "mw"], "<b>")
    assert told(columns="nonsense")["shown"] == told()["shown"] == ["mw", "logp", "tpsa", "qed", "herg", "ames"]


def test_a_failed_library_leads_to_its_job_and_is_made_again_by_another_column(workbench):
    sent = {"file": ("odd.csv", "what,which\nCCO,1\n")}
    failed = workbench.post("/library", files=sent, follow_redirects=False).headers["location"].rpartition("/")[2]
    held = workbench.app.state.held
    job = held.jobs.claim("worker")
    assert job.id == failed and held.jobs.end(job, "failed", error="no column named as structures are")
    shown = page(workbench, f"/library/{failed}")
    assert f'href="/jobs/{failed}"' in shown and "no column named as structures are" in shown
    assert re.findall(r'<option value="(\w+)">', shown) == ["what", "which"]
    again = workbench.post(f"/library/{failed}/again", data={"smiles_column": "what"}, follow_redirects=False)
    made = again.headers["location"].rpartition("/")[2]
    told = workbench.get(f"/api/v1/jobs/{made}").json()
    assert again.status_code == 303 and made != failed
    assert (
        told["config"] == {"data": "odd.csv", "profile": "fast", "smiles_column": "what"} and told["title"] == "odd.csv"
    )


def test_a_reader_is_offered_no_selection_and_told_why(workbench, library, monkeypatch):
    assert "disabled" not in page(workbench, f"/library/{library}")
    reader = replace(workbench.app.state.local, roles=frozenset({"reader"}))
    monkeypatch.setitem(workbench.app.state._state, "local", reader)
    shown = page(workbench, f"/library/{library}")
    assert 'id="selectall" disabled' in shown and "To select takes the role of analyst" in shown
    assert "&#34;selects&#34;: false" in shown


def test_the_page_offers_the_same_library_from_the_shell_and_from_python(workbench, library):
    shown = html.unescape(page(workbench, f"/library/{library}"))
    assert "pharmakon library set.csv -o library --profile fast" in shown
    assert 'pharmakon.make_library("set.csv", output="library", profile="fast")' in shown
