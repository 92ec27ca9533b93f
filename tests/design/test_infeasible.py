"""What is said where no molecule holds what is asked."""

import pytest

from pharmakon.core.errors import UsageError
from pharmakon.design.infeasible import NothingToStart, unheld, why_nothing
from pharmakon.design.lineage import Record
from pharmakon.design.modes import Mode, guard_of
from pharmakon.design.objective import Constraint, Goal, Objective
from pharmakon.design.optimise import Optimiser, Settings

TRIED = ("CCO", "CCCCCCCCO", "c1ccccc1")


def asked(*constraints):
    return Objective([Goal(property="qed", want=">= 0.9")], [Constraint(**one) for one in constraints])


def test_the_constraint_that_most_break_comes_first():
    objective = asked({"property": "rings", "want": ">= 1"}, {"property": "mw", "want": ">= 5000"})
    assert str(why_nothing(NothingToStart(TRIED), objective, None)) == (
        "there is nothing to start from: no start was given, and none of 3 molecules tried, nor any child of theirs, "
        "holds every constraint: all break mw >= 5000; 2 of 3 break rings >= 1. Loosen that, or give start molecules "
        "that hold it"
    )


def test_a_pattern_that_no_molecule_can_be_drawn_from_is_named():
    pattern = "[R3]"
    said = "no molecule can be drawn from the pattern [R3]: give start molecules that have it"
    assert str(why_nothing(NothingToStart(TRIED), asked({"keep": pattern}), None)).endswith(said)
    guard = guard_of(Mode(kind="keep", substructure=pattern))
    assert str(why_nothing(NothingToStart(()), asked({"property": "mw", "want": "<= 400"}), guard)).endswith(said)


def test_a_mode_that_gives_no_molecule_is_what_to_loosen():
    guard = guard_of(Mode(kind="analogues", molecule="CC(=O)Oc1ccccc1C(=O)O", similarity="0.95..1"))
    text = str(why_nothing(NothingToStart(()), asked({"property": "mw", "want": "<= 400"}), guard))
    assert "no molecule could be made that fits the mode: ECFP4 Tanimoto similarity 0.95 to 1 to CC(=O)" in text


def test_another_mistake_is_left_as_it_is():
    error = UsageError("the start molecule does not fit")
    assert why_nothing(error, asked(), None) is error


def test_a_search_hands_on_what_it_tried():
    objective = asked({"property": "mw", "want": ">= 5000"})
    search = Optimiser(objective.evaluate, Settings(calls=10, batch=5, initial=4), prefilter=objective.sieve)
    with pytest.raises(UsageError, match=r"none of 6 molecules tried") as caught:
        search.run()
    assert isinstance(caught.value, NothingToStart)
    assert len(caught.value.tried) == 6


def scored(objective, *smiles):
    evaluated = objective.evaluate(smiles)
    return [Record(s, e, (), 0, i) for i, (s, e) in enumerate(zip(smiles, evaluated, strict=True), start=1)]


def test_the_constraint_that_no_scored_molecule_held_is_named():
    objective = asked({"property": "rings", "want": ">= 1"}, {"property": "mw", "want": ">= 5000"})
    assert unheld(objective.constraints, scored(objective, *TRIED)) == "mw >= 5000 was held by none."
    objective = asked({"property": "rings", "want": ">= 1"}, {"property": "mw", "want": "<= 50"})
    assert unheld(objective.constraints, scored(objective, "CCO", "CCN", "c1ccccc1")) == (
        "The fewest held rings >= 1: 1 of 3 molecules."
    )
    assert unheld(objective.constraints, scored(objective, "CCO", "C1CC1")) == ""
    assert unheld((), scored(asked(), "CCO")) == ""
