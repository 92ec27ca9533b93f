"""What nothing can meet is refused in a sentence; what only touches the range is not."""

import pytest

from pharmakon.chem.descriptors import descriptor
from pharmakon.core.errors import ConfigError
from pharmakon.core.types import Property
from pharmakon.design.attainable import compatible, proposed, within
from pharmakon.design.terms import Constraint, Goal

COLD = Property("cold", "Cold", "K", high=0)


def asked(want, what, **more):
    within(Goal(property=what.name, want=want, **more), what, asked=want)


@pytest.mark.parametrize(
    ("name", "want", "said"),
    [
        ("qed", ">= 5", r"qed >= 5 can never be met: Drug-likeness \(QED\) lies between 0 and 1"),
        ("qed", "> 1", "between 0 and 1"),
        ("qed", "= -1", "between 0 and 1"),
        ("sa_score", "<= 0.5", "between 1 and 10"),
        ("mw", "< 0", "Molecular weight lies at 0 or above"),
    ],
)
def test_a_range_outside_the_propertys_own_is_told_with_that(name, want, said):
    with pytest.raises(ConfigError, match=said):
        asked(want, descriptor(name))


def test_a_property_may_be_bounded_above_only():
    with pytest.raises(ConfigError, match="Cold lies at 0 or below"):
        asked(">= 1", COLD)
    asked("<= -300", COLD)


@pytest.mark.parametrize(("name", "want"), [("qed", ">= 1"), ("qed", "0.9..3"), ("mw", "<= 0"), ("logp", "<= -99")])
def test_to_touch_the_range_is_enough_and_an_open_side_has_no_end(name, want):
    asked(want, descriptor(name))


def test_rare_rings_are_wanted_in_vain_and_their_absence_not():
    with pytest.raises(ConfigError, match=r"unprecedented_rings >= 2 can never be met: .* are not proposed"):
        proposed(Goal(property="unprecedented_rings", want=">= 2"), asked=">= 2")
    proposed(Goal(property="unprecedented_rings", want="0..2"), asked="0..2")
    proposed(Goal(property="rings", want=">= 2"), asked=">= 2")


def test_constraints_that_leave_nothing_between_them_are_both_named():
    light, middle, heavy = (Constraint(property="mw", want=want) for want in ("<= 200", "200..400", "> 200"))
    compatible({"light": light, "middle": middle, "rings": Constraint(property="rings", want=">= 300")})
    compatible({"middle": middle, "heavy": heavy})
    with pytest.raises(ConfigError, match="the constraints 'light' and 'heavy' exclude each other"):
        compatible({"light": light, "middle": middle, "heavy": heavy})
