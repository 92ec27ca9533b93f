"""The page of sections: what is said is there, escaped, and the page is the same each time."""

from pharmakon.record.plot import Curve, Plot
from pharmakon.record.statement import MOST, Grid, Part, Picture, StatementPage, render


def page(**more):
    rows = [(f"<row {i}>", str(i)) for i in range(MOST + 3)]
    chart = Plot([Curve([(0, 0), (1, 1)], name="a line")], ("x", "y"), "a line that rises")
    part = Part(
        "first",
        "What <b>happened</b>",
        ["A sentence & more."],
        [Grid(("name", "n"), rows, numbers=("n",), title="Numbers")],
        [Picture("A chart", "what it shows", chart)],
        [("word", "meaning")],
        ("good", "safe"),
    )
    return StatementPage(
        "test", "A title", ["In short."], [("3", "things")], [part], "Careful.", {"made by": "us"}, **more
    )


def test_everything_is_said_and_nothing_is_markup():
    html = render(page(config="k = 3"))
    for text in ("What &lt;b&gt;happened", "A sentence &amp; more.", "&lt;row 0&gt;", "a line", "what it shows"):
        assert text in html
    for text in ("meaning", "safe", "Careful.", "In short.", "made by", "k = 3", 'aria-label="a line that rises"'):
        assert text in html
    assert "<row" not in html


def test_a_long_table_is_cut_and_says_so():
    html = render(page())
    assert f"&lt;row {MOST - 1}&gt;" in html
    assert f"&lt;row {MOST}&gt;" not in html
    assert f"The first {MOST} of {MOST + 3} rows" in html


def test_the_same_page_has_the_same_bytes():
    assert render(page()) == render(page())


def test_structures_stand_in_their_section_and_are_held_by_the_page():
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0,0L9,9" style="stroke:#112233"/></svg>'
    part = Part("best", "The best", structures=[(svg, "1. <first>"), (svg, "2. the same")])
    html = render(StatementPage("test", "A title", [], [], [part], "Careful."))
    assert html.count("<symbol") == 1
    assert html.count('<use href="#m1"/>') == 2
    assert "1. &lt;first&gt;" in html
