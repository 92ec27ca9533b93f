"""A result in sentences, as a row and as a page."""

from dataclasses import replace

from pharmakon.chem.matched_pairs import Change
from pharmakon.core.types import Property
from pharmakon.workflows.counterfactuals_output import COLUMNS, effects, page, summary, write
from pharmakon.workflows.counterfactuals_result import Alternative, CounterfactualsResult, Value

ONE = Alternative(
    smiles="CCN",
    words="O3 replaced by N",
    sentence="O3 replaced by N: it changes.",
    evidence="none",
    similarity=0.5,
    n_removed=1,
    n_added=1,
    changed=(2,),
    new=(2,),
    steps=1,
    after=Value(2.0, 1.0, 3.0),
    sure=False,
    pairs=Change("*O", "*N", 3, -1.0, 0.5, -2.2, 0.2),
    lost=("Solubility",),
)
RESULT = CounterfactualsResult(
    "CCO", "mine", Property("mine", "Mine", "mg"), Value(5.0, 4.0, 6.0, "poor"), "Mine below 3", [ONE], "7 products."
)


def test_the_summary_says_what_was_asked_and_how_sure_it_is():
    first, last = summary(RESULT)
    assert first == "Mine of the molecule: 5.00 mg (4.00 to 6.00), poor. Wanted: Mine below 3."
    assert "not sure of any" in last
    assert summary(replace(RESULT, found=[]))[-1] == "7 products."
    assert "Nothing was looked for: far away." in summary(replace(RESULT, found=[], withheld="far away"))
    assert effects(ONE) == "no longer good: Solubility"


def test_a_row_has_the_pairs(tmp_path):
    write(RESULT, tmp_path / "out.csv")
    head, row = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert head == ",".join(COLUMNS)
    assert row.startswith("CCN,O3 replaced by N,0.500,1,1,2,1,3,no,3,-1,0.5,-2.2,0.2,")


def test_the_page_draws_both_molecules_and_says_the_same():
    text = page(RESULT)
    assert text.count('class="down"') == text.count('class="up"') == 1
    assert "point estimate only" in text
    assert "Solubility" in text
    assert page(RESULT) == text
    assert "<p>None.</p>" in page(replace(RESULT, found=[]))
