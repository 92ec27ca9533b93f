"""The order of steps, and who may take each: the whole table, not examples of it."""

from datetime import UTC, datetime
from itertools import product

import pytest

from pharmakon.record.state import MEANINGS, Authors, Step, refusal, standing
from pharmakon.record.trust import TrustList

KEYS = {"Ada": "aa" * 32, "Grace": "bb" * 32, "Rosa": "cc" * 32, "Eve": "ee" * 32}
RAN = Authors(frozenset(), frozenset({"ada@lab"}))
NOBODY = Authors(frozenset(), frozenset())


def step(meaning, name, user="", when=datetime(2026, 5, 1, tzinfo=UTC)):
    return Step(meaning, name, "", KEYS[name], when, user)


def trust(*, both=False, **roles):
    people = [
        {"name": n, "key": KEYS[n], "roles": r, "users": ["ada@lab"] if n == "Ada" else []} for n, r in roles.items()
    ]
    return TrustList(reviewer_may_approve=both, people=people)


WAYS = {
    "draft": [],
    "reviewed": [("reviewed", "Grace")],
    "approved": [("reviewed", "Grace"), ("approved", "Rosa")],
    "released": [("reviewed", "Grace"), ("approved", "Rosa"), ("released", "Rosa")],
    "withdrawn": [("reviewed", "Grace"), ("withdrawn", "Rosa")],
}
ALLOWED = {
    ("draft", "authored"), ("draft", "reviewed"), ("reviewed", "reviewed"), ("reviewed", "approved"),
    ("approved", "released"), ("reviewed", "withdrawn"), ("approved", "withdrawn"), ("released", "withdrawn"),
}  # fmt: skip


@pytest.mark.parametrize(("state", "meaning"), list(product(WAYS, MEANINGS)))
def test_only_permitted_steps_are_taken(state, meaning):
    earlier = [step(*way) for way in WAYS[state]]
    assert standing(earlier) == state
    said = refusal(step(meaning, "Eve"), earlier, RAN, None)
    assert (said == "") == ((state, meaning) in ALLOWED), said
    if said:
        assert said.startswith(f"it is {state}, and only what is ")


def test_nobody_reviews_or_approves_what_they_made():
    authored = [step("authored", "Grace")]
    for earlier, authors in (
        (authored, RAN),
        ([], Authors(frozenset({KEYS["Grace"]}), frozenset())),
        ([], Authors(frozenset(), frozenset({"grace"}))),  # PHARMAKON_USER
    ):
        assert "own work" in refusal(step("reviewed", "Grace"), earlier, authors, None)
        approving = [*earlier, step("reviewed", "Rosa")]
        assert "own work" in refusal(step("approved", "Grace"), approving, authors, None)
        assert refusal(step("approved", "Eve"), approving, authors, None) == ""
    assert "own work" in refusal(step("reviewed", "Grace", user="ada@lab"), [], RAN, None)
    listed = trust(Ada=["author", "reviewer"], Grace=["reviewer"])
    assert "own work" in refusal(step("reviewed", "Ada"), [], RAN, listed)
    assert refusal(step("reviewed", "Grace"), [], RAN, listed) == ""


def test_work_of_nobody_is_not_reviewed():
    assert "its author signs before" in refusal(step("reviewed", "Grace"), [], NOBODY, None)
    listed = trust(Ada=["author"], Grace=["reviewer"])
    stranger = Authors(frozenset({KEYS["Eve"]}), frozenset({"eve@home"}))
    assert "its author signs before" in refusal(step("reviewed", "Grace"), [], stranger, listed)
    assert refusal(step("reviewed", "Grace"), [step("authored", "Ada")], stranger, listed) == ""


def test_one_person_does_not_do_both_unless_the_list_says_so():
    roles = {"Ada": ["author"], "Grace": ["reviewer", "approver"]}
    reviewed = [step("reviewed", "Grace")]
    assert "somebody else has to approve" in refusal(step("approved", "Grace"), reviewed, RAN, None)
    assert "somebody else has to approve" in refusal(step("approved", "Grace"), reviewed, RAN, trust(**roles))
    assert refusal(step("approved", "Grace"), reviewed, RAN, trust(both=True, **roles)) == ""


@pytest.mark.parametrize(("meaning", "role"), list(product(MEANINGS, ["author", "reviewer", "approver"])))
def test_a_role_decides_what_is_signed(meaning, role):
    state = {"released": "approved", "approved": "reviewed", "withdrawn": "approved"}.get(meaning, "draft")
    listed = trust(Ada=["author"], Grace=["reviewer"], Rosa=["approver"], Eve=[role])
    said = refusal(step(meaning, "Eve"), [step(*way) for way in WAYS[state]], RAN, listed)
    wants = {"authored": "author", "reviewed": "reviewer"}.get(meaning, "approver")
    assert said == ("" if role == wants else f"Eve is no {wants} in the trust list, and so cannot sign {meaning}")


def test_nobody_signs_twice_in_one_meaning():
    assert "already" in refusal(step("reviewed", "Grace"), [step("reviewed", "Grace")], RAN, None)
