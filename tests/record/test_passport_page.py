"""The page says what the data say, draws what it was given, and runs nothing."""

from dataclasses import replace

from pharmakon.record.passport import Cluster, Descent, Fragment, Influence, Measured, Memory, Nearest, Passports, Rival
from pharmakon.record.passport_page import render

from .test_passport import PASSPORT

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M1 1L9 9" stroke="#000000"/></svg>'
STEP = Descent(
    ("add_atom",), "A new end atom.", "CC", "", "CCO", 0.25, 0.5, True, 7, 1, 2, 5,
    Rival("CCN", 0.6, -0.1, "same parent", "better on Weight: 45, not 46"),
)  # fmt: skip
ONE = replace(
    PASSPORT,
    lineage=[STEP],
    nearest=[Nearest("dili", "Liver injury", "probability", [Measured("A&B <1>", 1.0, 1.0, "same molecule")])],
    fragments=[Fragment("*CP", "substituent", 0)],
    influence=[
        Influence("logs", "Solubility", 0.4, 9, 50, [Cluster(3, "M7", 0.5, -1.0, 0.02, -0.001, 1.0)]),
        Influence("targets", "Target", problem="not available for this model"),
    ],
)
PAGE = Passports("A run", "run", [ONE], Memory(100, [0.4, 1.0], 1, 1, 0, 0.85, 0), "9 molecules", ["said once"])


def test_the_page_says_everything() -> None:
    page = render(PAGE, drawn={"CCO": SVG, "CC": SVG}, caution="It is no chemistry.")
    for said in (
        "1 of 1",
        "same molecule",
        "scored more, same parent: 0.600 (+0.100)",
        "better on Weight",
        "A&amp;B &lt;1&gt;",
        "yes",
        "unseen",
        "M7",
        "not available for this model",
        "It is no chemistry.",
        "said once",
        "1 with the same fingerprint (1 confirmed as the same molecule)",
    ):
        assert said in page, said
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_the_same_passports_give_the_same_bytes() -> None:
    assert render(PAGE, drawn={}, caution="") == render(PAGE, drawn={}, caution="")


def test_a_warning_is_read_first() -> None:
    page = render(replace(PAGE, warnings=["The run's ledger does not hold."]), drawn={}, caution="")
    assert page.index("does not hold") < page.index("<main>")


def test_a_passport_that_fails_is_marked() -> None:
    broken = replace(ONE, replay=replace(ONE.replay, key_again="OTHER"))
    page = render(replace(PAGE, passports=[broken]), drawn={}, caution="")
    assert "another molecule" in page
    assert "0 of 1" in page
