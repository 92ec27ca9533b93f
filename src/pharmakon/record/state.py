"""Where a record stands: draft, reviewed, approved, released, withdrawn, and who may take it further.

After 21 CFR 11.10(f), permitted sequencing of steps, and 11.10(g), authority checks: nobody reviews or approves what
they made, and one person does not do both unless the trust list says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from .trust import Role, TrustList

State = Literal["draft", "reviewed", "approved", "released", "withdrawn"]
Meaning = Literal["authored", "reviewed", "approved", "released", "withdrawn"]
MEANINGS: tuple[Meaning, ...] = get_args(Meaning)

PERMITTED: dict[Meaning, tuple[tuple[State, ...], State]] = {
    "authored": (("draft",), "draft"),
    "reviewed": (("draft", "reviewed"), "reviewed"),
    "approved": (("reviewed",), "approved"),
    "released": (("approved",), "released"),
    "withdrawn": (("reviewed", "approved", "released"), "withdrawn"),
}
"""By the meaning of a signature: the states in which it may be given, and the one that follows."""
ROLES: dict[Meaning, Role] = {
    "authored": "author",
    "reviewed": "reviewer",
    "approved": "approver",
    "released": "approver",
    "withdrawn": "approver",
}
JUDGED: tuple[Meaning, ...] = ("reviewed", "approved")
"""What nobody signs of their own work."""


@dataclass(frozen=True, slots=True)
class Step:
    """A signature as the order of steps sees it."""

    meaning: Meaning
    name: str
    email: str
    key: str
    when: datetime
    user: str
    """Under which account, or given name, the signer worked."""


@dataclass(frozen=True, slots=True)
class Authors:
    """Who made a record: keys that signed its checkpoints, and users that its ledger names."""

    keys: frozenset[str]
    users: frozenset[str]


def standing(steps: Iterable[Step]) -> State:
    """The state that permitted steps lead to."""
    state: State = "draft"
    for step in steps:
        state = PERMITTED[step.meaning][1]
    return state


def refusal(step: Step, earlier: Sequence[Step], authors: Authors, trust: TrustList | None) -> str:
    """Why a signature cannot be given, after `earlier` ones that could; "" where it can."""
    state, (permitted, _) = standing(earlier), PERMITTED[step.meaning]
    if state not in permitted:
        return f"it is {state}, and only what is {' or '.join(permitted)} can be {step.meaning}"
    if any(_same(step, one) and one.meaning == step.meaning for one in earlier):
        return f"{step.name} has signed it as {step.meaning} already"
    if trust is not None:
        if doubt := trust.doubt(step.key, step.name, step.when):
            return doubt
        person = trust.person(step.key)
        if person is not None and ROLES[step.meaning] not in person.roles:
            return f"{step.name} is no {ROLES[step.meaning]} in the trust list, and so cannot sign {step.meaning}"
    return _own_work(step, earlier, authors, trust) if step.meaning in JUDGED else ""


def _own_work(step: Step, earlier: Sequence[Step], authors: Authors, trust: TrustList | None) -> str:
    made = [one for one in earlier if one.meaning == "authored"]
    known = bool(made) or bool(authors.keys)
    if trust is not None:
        # A name that a program was told proves nothing: the author is known by a key, or the list says whose it is.
        named = {user.casefold() for person in trust.people for user in person.users}
        trusted = authors.keys | {one.key for one in made}
        known = any(trust.person(key) for key in trusted) or bool(named & _folded(authors.users))
    elif authors.users:
        known = True
    if not known:
        return f"nobody is known to have made it; its author signs before it is {step.meaning} (--meaning authored)"
    if step.key in authors.keys or any(_same(step, one) for one in made):
        return f"{step.name} made it, and nobody can sign their own work as {step.meaning}"
    person = trust.person(step.key) if trust is not None else None
    own = _folded([step.name, step.email, step.user, *(person.users if person else ())])
    if own & _folded(authors.users):
        return (
            f"it was made under the user {', '.join(sorted(authors.users))}, which is {step.name}'s: "
            f"nobody can sign their own work as {step.meaning}"
        )
    both = trust is not None and trust.reviewer_may_approve
    if (
        step.meaning == "approved"
        and not both
        and any(_same(step, one) and one.meaning == "reviewed" for one in earlier)
    ):
        return f"{step.name} reviewed it; somebody else has to approve it (reviewer_may_approve in the trust list)"
    return ""


def _same(one: Step, other: Step) -> bool:
    return one.key == other.key or one.name.casefold() == other.name.casefold()


def _folded(words: Iterable[str]) -> set[str]:
    return {word.strip().casefold() for word in words if word.strip()}
