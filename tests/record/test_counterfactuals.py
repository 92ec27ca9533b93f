"""The page of counterfactuals: self-contained, nothing of the user's runs in it."""

from rdkit import Chem

from pharmakon.chem.depict import drawing
from pharmakon.record.counterfactuals import CounterfactualsPage, EditLine, render


def test_the_page_needs_nothing_else_and_escapes_what_it_is_given():
    svg, places = drawing(Chem.MolFromSmiles("CCO"))
    line = EditLine(
        words="<b>C1</b>",
        before_svg=svg,
        after_svg=svg,
        going=places[:1],
        new=places[1:],
        smiles="CCO",
        value="1",
        interval="0 to 2",
        sure=True,
        similarity="1.00",
        atoms="1 out, 2 in",
        evidence="none",
        sentence="Said.",
    )
    text = render(CounterfactualsPage("Why?", ["Asked."], [("1", "edit")], svg, "CCO", "2", "1 to 3", [line]))
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    assert "<b>C1</b>" not in text
    assert "&lt;b&gt;C1" in text
    assert text.count('<circle class="up"') == len(places) - 1
    assert 'class="pill good">sure' in text
