"""The library pages: followed while it is made, and whole without its script."""

from __future__ import annotations

import html
import json
import re
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
    assert 'id="repeats"' in shown and "Repeat of row</a>" in shown and "repeat of row" not in shown
    assert "0 molecules" in page(workbench, f"/library/{library}", filter='{"repeats":"only"}')
    whole = Library.page
    marked = lambda *asked: [row | {"repeat": "repeat of row 1 (M0)"} for row in whole(*asked)]  # noqa: E731
    monkeypatch.setattr(Library, "page", marked)
    assert '<span class="repeat">repeat of row 1 (M0)</span>' in page(workbench, f"/library/{library}")
    monkeypatch.undo()
    monkeypatch.setattr(libraries, "_open", OrderedDict())
    monkeypatch.setattr(Library, "marked", property(lambda _: False, lambda *_: None), raising=False)
    older = page(workbench, f"/library/{library}")  # made before repeats were marked
    assert 'id="repeats"' not in older and "repeat of row" not in older


def test_it_is_copied_as_a_script_whose_workers_load_it_again(workbench, library):
    shown = page(workbench, f"/library/{library}")
    copied = dict(re.findall(r"<figcaption>(\w+)</figcaption><pre[^>]*><code>(.*?)</code>", shown, re.DOTALL))
    assert list(copied) == ["CLI", "Python"]
    python = html.unescape(copied["Python"])
    exec(python, {"__name__": "__mp_main__"})  # noqa: S102 - our own text, as a worker loads it
    assert python.endswith('ORDER BY mw").show()') and "    pharmakon.make_library(" in python


def test_the_script_is_told_what_was_asked_for(workbench, library):
    def told(**asked):
        shown = page(workbench, f"/library/{library}", **asked)
        return json.loads(html.unescape(re.search(r'data-told="([^"]+)"', shown)[1]))

    asked = told(columns='["herg","nothing",3,"mw"]', filter='{"text":"<b>"}')
    assert (asked["rows"], asked["shown"], asked["filter"]["text"]) == (6, ["herg", "mw"], "<b>")
    assert told(columns="nonsense")["shown"] == told()["shown"] == ["mw", "logp", "tpsa", "qed", "herg", "ames"]


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
