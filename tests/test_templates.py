"""No page holds a script or a style of its own: the policy would not run it, and an injected one looks the same."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

FOLDER = files("pharmakon.web") / "templates"
PAGES = sorted(path.name for path in FOLDER.iterdir() if path.name.endswith(".html"))


class Found(HTMLParser):
    """What stands in a page that must not."""

    def __init__(self):
        super().__init__()
        self.faults, self.forms, self._form = [], [], None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.faults.append(tag)
        self.faults += [name for name in given if name == "style" or re.fullmatch(r"on[a-z]{4,}", name)]
        for name in ("src", "href", "action", "formaction", "poster", "srcset"):
            address = (given.get(name) or "").strip().lower()
            if address.startswith(("javascript:", "data:text", "//", "http:", "https:")):
                self.faults.append(address)
        if tag == "form":
            self._form = [given.get("method", "get"), False]
            self.forms.append(self._form)
        if tag == "input" and given.get("name") == "csrf" and self._form:
            self._form[1] = True

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None


def parsed(name):
    found = Found()
    found.feed((FOLDER / name).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", PAGES)
def test_no_page_holds_a_script_a_style_or_an_address_elsewhere(name):
    assert parsed(name).faults == []


@pytest.mark.parametrize("name", PAGES)
def test_every_form_that_changes_something_brings_its_session_s_token(name):
    assert all(token for method, token in parsed(name).forms if method == "post")


def test_the_parser_finds_what_it_looks_for():
    found = Found()
    found.feed('<p style="x" onclick="y"><script>z</script><a href="javascript:1"></a><form method="post"></form>')
    assert found.faults == ["style", "onclick", "script", "javascript:1"] and found.forms == [["post", False]]
    assert "base.html" in PAGES and len(PAGES) > 5


@pytest.mark.parametrize("name", PAGES)
def test_what_is_marked_as_safe_is_a_drawing_or_an_attribute_of_our_own(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert "autoescape" not in text
    for marked in re.findall(r"([\w.\[\]()\"]+) *\| *safe", text):
        assert re.search(r"(curves?|chart|svg|plot|drawing|picture|about|card)(\[\d\])?$", marked), marked
