"""The frame of every page."""

from pharmakon.record.drawings import Drawings
from pharmakon.record.page import write_page


def frame(**more):
    facts = {"title": "A <b>title</b>", "summary": ["One & two."], "figures": [("7", "designs")]}
    return write_page("page.html", drawings=Drawings(), **(facts | more))


def test_what_is_given_is_text_and_not_markup():
    page = frame()
    assert "<h1>A &lt;b&gt;title&lt;/b&gt;</h1>" in page
    assert "One &amp; two." in page
    assert "<dt>designs</dt><dd>7</dd>" in page


def test_a_page_without_a_script_forbids_scripts():
    assert "<script" not in frame()
    assert "script-src" not in frame()
    with_script = frame(script="report.js")
    assert "script-src 'unsafe-inline'" in with_script
    assert with_script.count("<script>") == 2


def test_styles_are_inside_in_their_order():
    page = frame(styles=("findings.css", "report.css"))
    assert page.index(".chart .bars") < page.index(":root {")
    assert "http:" not in page and "https:" not in page
