import pytest

from pharmakon.biomarkers.check import Check, enforce, ranked, refusals
from pharmakon.core.errors import RefusedDesign

FINE = Check("a", "passed", "A", "Fine.")
NO = Check("b", "refused", "B", "Arm is series.", "Do not.", "predictive")
NEVER = Check("c", "refused", "C", "Batch is outcome.", "", "anything")


def test_the_worst_comes_first():
    assert [check.name for check in ranked([FINE, NEVER, NO])] == ["b", "c", "a"]


def test_a_refusal_stands_in_the_way_of_what_it_forbids_and_of_nothing_else():
    assert refusals([FINE, NO], ["multivariable"]) == []
    assert refusals([FINE, NO, NEVER], ["predictive"]) == [NO, NEVER]
    enforce([FINE, NO], ["multivariable"])
    with pytest.raises(RefusedDesign, match=r"Arm is series\. Do not\."):
        enforce([FINE, NO], ["predictive"])
    with pytest.raises(RefusedDesign, match="Batch is outcome"):
        enforce([NEVER], [])
