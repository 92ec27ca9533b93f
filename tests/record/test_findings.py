"""The audit's page stands alone, escapes what it shows, and says how much it leaves out."""

from html.parser import HTMLParser

import pytest

from pharmakon.record.findings import LISTED, AuditPage, CaseLine, Member, Section, render
from pharmakon.record.histogram import Series

EVIL = "<script>alert('x')</script>\"&'{{ 7*7 }}</style>"
PATH = '<path d="M1,1L9,9" style="stroke:#000000;fill:none"/>'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{PATH}</svg>'
VOID = {"meta", "br"}


class Page(HTMLParser):
    """Checks that every element is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags = [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page(*sections, **changes):
    facts = {
        "title": "assay.csv: pIC50",
        "summary": ["One."],
        "figures": [("3", "rows")],
        "sections": sections,
        "values": [Series("train", [1, 2, 3])],
        "axis": "pIC50",
        "facts": {"Seed": "0", "assay.csv, SHA-256": "0" * 64},
    }
    return render(AuditPage(**(facts | changes)))


def section(**changes):
    case = CaseLine("values 1 and 9", [Member("train row 1", "1", "CCO", SVG), Member("test row 2", "9", "OCC")])
    facts = {"name": "leak-exact", "severity": "error", "title": "Leaks", "sentence": "2 rows.", "advice": "Drop."}
    return Section(**(facts | {"cases": [case], "total": 1} | changes))


def test_the_page_is_whole_and_needs_nothing():
    text = page(section(), passed=[Section("units", "passed", "Units", "None.")])
    tags = Page(text).tags
    assert not [facts for _, facts in tags if "src" in facts]
    assert all(facts["href"].startswith("#") for _, facts in tags if "href" in facts)
    for words in (
        "train row 1",
        "test row 2",
        "values 1 and 9",
        "What to do.",
        "Looked for and not found",
        "All 1 case",
    ):
        assert words in text


@pytest.mark.parametrize("place", ["title", "sentence", "advice"])
def test_text_is_escaped(place):
    assert "<script>alert" not in page(section(**{place: EVIL}))


def test_names_of_rows_are_escaped():
    hostile = CaseLine(EVIL, [Member(EVIL, EVIL, EVIL)])
    text = page(section(cases=[hostile]), title=EVIL, summary=[EVIL], axis=EVIL, facts={EVIL: EVIL})
    assert "alert(" in text and "<script" not in text


def test_a_long_finding_says_what_is_left_out():
    many = [CaseLine("", [Member(f"row {i}")]) for i in range(LISTED + 50)]
    text = page(section(cases=many, total=1234))
    assert f"row {LISTED - 1}" in text and f"row {LISTED}<" not in text
    assert "The other 1,034 are in the listing" in text


def test_without_findings_it_says_so():
    assert "<p>Nothing.</p>" in page()


def test_the_same_audit_gives_the_same_bytes():
    assert page(section()) == page(section())
