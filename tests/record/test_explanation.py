from pharmakon.record.explanation import Card, Section, render

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10" viewBox="0 0 20 10"><path d="M1 1L9 9"/></svg>'
)


def card(**other):
    facts = {
        "title": "hERG block",
        "value": "5.4 pIC50",
        "interval": "4.4 to 6.3",
        "verdict": "",
        "in_domain": True,
        "sentence": "The <b> ring raises it.",
        "weights": {0: 1.0, 1: -0.5},
        "parts": [("ring", "+0.4"), ("no atom (base)", "+5.0"), ("together", "5.4")],
        "scale": "pIC50",
        "method": "TreeSHAP",
    }
    return Card(**(facts | other))


def test_every_property_has_its_colours_and_its_sum():
    places = [(2.0, 3.0), (8.0, 4.0)]
    cards = [card(), card(title="Solubility", weights=None, method="", parts=[], sentence="Not explained: outside.")]
    page = render([Section("CCO", "CCO", "", DRAWING, places, cards)], profile="full", notes=["it is a model"])
    assert page.count("<use href=") == 2
    assert page.count("M1 1") == 1  # the structure is held once
    assert 'class="up" cx="2.0"' in page
    assert 'class="down" cx="8.0"' in page
    assert page.count('<svg class="glow"') == 1
    assert "The &lt;b&gt; ring raises it." in page
    assert '<tfoot><tr><th scope="row">together</th><td class="num">5.4</td>' in page
    assert "By TreeSHAP." in page
    assert "It is a model." in page


def test_a_molecule_that_cannot_be_read_says_why():
    page = render([Section("nope", "", "not a SMILES", DRAWING, [], [])], profile="fast", notes=[])
    assert "not a SMILES" in page
