import json

import pytest

from pharmakon.web.design_form import draft_of, new_wish, number, read_form, sense_of, wish_of
from pharmakon.workflows.design_examples import examples


def form_of(draft):
    """What a browser would send of a draft."""
    form = dict(draft.values)
    for place, wish in enumerate(draft.wishes):
        form |= {f"terms.{place}.{key}": getattr(wish, key) for key in type(wish).__slots__ if key != "more"}
        form[f"terms.{place}.more"] = json.dumps(dict(wish.more))
    return form | {"more": json.dumps(dict(draft.more)), "csrf": "x", "do": "update"}


@pytest.mark.parametrize("name", examples())
def test_a_goal_file_goes_through_the_form_and_back(name):
    goal = examples()[name].goal
    draft = read_form(form_of(draft_of(goal)))
    assert draft.config({}) == goal


def test_what_has_no_field_is_kept():
    goal = {
        "stages": [{"calls": 60}],
        "hits": 0.8,
        "goals": [{"property": "qed", "points": [[0, 0], [1, 1]], "stage": 1}, {"property": "mw", "like": ["CCO"]}],
        "constraints": [{"to": "CCO", "want": "<= 0.5", "fingerprint": "fcfp4", "property": "similarity"}],
        "models": ["job:0123456789abcdef/model"],
    }
    assert read_form(form_of(draft_of(goal))).config({}) == goal


@pytest.mark.parametrize(
    ("want", "said"),
    [
        (">= 8", ("high", "8", "")),
        ("< 0.3", ("low", "", "0.3")),
        ("2..5", ("between", "2", "5")),
        ("= 1", ("exact", "1", "")),
        ("-5 .. -3", ("between", "-5", "-3")),
        ("a lot", ("high", "a lot", "")),
    ],
)
def test_a_wish_as_fields(want, said):
    assert sense_of(want) == said


def test_a_hazard_begins_as_a_penalty_and_alerts_as_a_constraint():
    herg = new_wish("herg", {})
    assert (herg.role, herg.sense) == ("goal", "low")
    assert new_wish("alerts", {}).role == "constraint"
    assert new_wish("herg.domain", {}).plain() == {"property": "herg.domain", "want": "= 1"}
    assert new_wish("nonsense", {}) is None


def test_own_models_that_are_used_are_named_and_no_others():
    goal = {"goals": [{"property": "assay", "want": ">= 6"}]}
    mine = {"assay": "job:0123456789abcdef/model", "other": "job:fedcba9876543210/model"}
    assert draft_of(goal).config(mine)["models"] == ["job:0123456789abcdef/model"]


def test_what_is_no_number_reaches_the_check_as_it_was_typed():
    assert [number(text) for text in ("2", "0.5", "1e3", "nan", "many")] == [2, 0.5, 1000, "nan", "many"]
    assert wish_of({"property": "mw", "want": ">= heavy"}, "goal").plain() == {"property": "mw", "want": ">= heavy"}


def test_a_form_made_up_by_a_stranger_is_read_all_the_same():
    draft = read_form({"terms.0.role": "sideways", "terms.x.kind": "mw", "terms.1.more": "[", "more": "7"})
    assert [wish.role for wish in draft.wishes] == ["constraint", "goal"]
    assert draft.config({})["constraints"] == [{"property": "", "want": ">= "}]
