from dataclasses import replace
from html.parser import HTMLParser

from pharmakon.record.checklist import checklist, filled
from pharmakon.record.discovery import (
    CheckLine,
    GroupLine,
    MarkerLine,
    Panel,
    ScoreLine,
    StudyPage,
    WeightLine,
    render,
)
from pharmakon.record.plot import Curve, Plot

PAGE = StudyPage(
    kind="discovery",
    title="Toy: response",
    summary=["It does not work."],
    figures=[("60", "patients")],
    caution="Not for patients.",
    checks=[CheckLine("warning", "Enough events", "Few.", "Get more.")],
    flow=[("rows", 60), ("with outcome", 50)],
    markers=[MarkerLine("G<1>", "rna", "50", "+1.2", "0.8 to 1.6", "1e-5", "2e-4", "+1.1", "0.01", flips=True)],
    effect="log2 difference",
    tested="20 features were tested.",
    scores=[ScoreLine("Permuted outcome", "0.50", "0.45 to 0.55", kind="null")],
    measure="AUC",
    weights=[WeightLine("G1", "rna", "+0.4", "5 of 5")],
    said_of_signature=["Φ 0.8."],
    groups=[GroupLine("sex F", "20", "8", "0.6", "0.4 to 0.8", "+0.1")],
    panels=[Panel("roc", "ROC", "A curve.", Plot([Curve([(0, 0), (1, 1)], "elastic net")], ("x", "y"), "About."))],
    checklists=[(checklist("remark"), filled("remark", {"12": "60 patients."}))],
    facts={"Seed": "0"},
    config="{}",
)
VOID = {"meta", "link", "br", "path", "circle", "rect", "use"}


class Balanced(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_page_says_everything_it_was_given():
    html = render(PAGE)
    for text in ("It does not work.", "Get more.", "G&lt;1&gt;", "sign flips", "Permuted outcome", "Φ 0.8.", "sex F"):
        assert text in html
    assert "1 of 20 items are filled in" in html
    assert "A person has to fill this in." in html
    assert "<svg" in html


def test_what_has_an_interval_is_drawn_on_one_scale():
    rows = [ScoreLine("A", "0.8", "0.7 to 0.9", span=(0.7, 0.8, 0.9), others={"Brier score": "0.2"}, gain="+0.1")]
    groups = [GroupLine("sex F", "20", "8", "0.6", "0.4 to 0.8", "", span=(0.4, 0.6, 0.8))]
    html = render(replace(PAGE, scores=[*rows, *PAGE.scores], groups=groups, chance=0.5))
    assert html.count('<svg class="bar"') == 2
    assert "threshold 0.500" in html
    assert "Over clinical only" in html
    assert "Brier score" in html
    assert "Over clinical only" not in render(PAGE)


def test_checks_that_passed_are_folded_away():
    html = render(replace(PAGE, checks=[*PAGE.checks, CheckLine("passed", "Gaps", "None.")]))
    assert html.index("Get more.") < html.index("1 check passed</summary>") < html.index("None.")
    assert "passed</summary>" not in render(PAGE)


def test_it_is_well_formed_and_alone():
    html = render(PAGE)
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert "http" not in html.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert render(PAGE) == html


def test_parts_without_content_are_left_out():
    bare = replace(PAGE, markers=(), scores=(), weights=(), said_of_signature=(), groups=(), panels=(), checklists=())
    html = render(bare)
    for part in ("One marker at a time", "The signature", "For whom", "REMARK"):
        assert part not in html
