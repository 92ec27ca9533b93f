"""Records behind the pages: which a project has, and who may sign one as what."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from pharmakon.core.errors import UnknownName, UsageError
from pharmakon.record.approval import Approval
from pharmakon.team.roles import Caller
from pharmakon.web.records import MOST, compared, folder, kept, possible, record, same

from .kept_records import place, recorded

KEY = "a key"


@pytest.fixture
def asked(fresh):
    """What the functions take of a request."""
    return SimpleNamespace(app=fresh.app)


def meanings(*roles, state, own=False, signed=(), problem=""):
    given = tuple(SimpleNamespace(meaning=one, key=KEY, problem=problem) for one in signed)
    caller = Caller("grace", "Grace", "grace@example.org", "p", frozenset(roles))
    job = SimpleNamespace(user="grace" if own else "ada")
    return possible(caller, job, Approval(state, given, (), ""), KEY)


@pytest.mark.parametrize(
    ("state", "own", "others"),
    [
        ("draft", ["authored"], ["reviewed"]),
        ("reviewed", ["withdrawn"], ["reviewed", "approved", "withdrawn"]),
        ("approved", ["released", "withdrawn"], ["released", "withdrawn"]),
        ("released", ["withdrawn"], ["withdrawn"]),
        ("withdrawn", [], []),
    ],
)
def test_what_may_be_signed_of_one_s_own_work_and_of_others(state, own, others):
    assert meanings("analyst", "approver", state=state, own=True) == own
    assert meanings("analyst", "approver", state=state) == others


def test_a_signature_takes_its_role_and_is_given_once():
    assert meanings("analyst", state="draft", own=True) == ["authored"]
    assert not meanings("analyst", state="draft") and not meanings("reader", state="draft", own=True)
    assert meanings("approver", state="reviewed", signed=["reviewed"]) == ["withdrawn"]
    assert "reviewed" in meanings("approver", state="reviewed", signed=["reviewed"], problem="it was altered")


def test_records_are_paged_and_one_that_cannot_be_read_says_so(fresh, asked):
    ada = fresh.browser("analyst", user=fresh.user("Ada"))
    first, second, third = (recorded(fresh, ada, seed=n) for n in range(3))
    shutil.rmtree(place(fresh, second))
    found, older = kept(asked, ada.caller, limit=2)
    assert [(one.record.job.id, one.who, one.state, one.doubtful) for one in found] == [
        (third, "Ada", "draft", False),
        (second, "Ada", "not readable", True),
    ]
    found, older = kept(asked, ada.caller, limit=2, before=older)
    assert [one.record.job.id for one in found] == [first] and not older
    with pytest.raises(UsageError, match="gone from the server"):
        folder(asked, record(asked, ada.caller, second))
    with pytest.raises(UnknownName, match="the job is queued"):
        record(asked, ada.caller, fresh.held.jobs.add(ada.caller, "attack", {}).id)


def test_different_runs_are_compared_and_not_too_many(fresh, asked):
    ada = fresh.browser("analyst")
    first, second = (recorded(fresh, ada, seed=n) for n in (1, 2))
    found, _ = compared(asked, ada.caller, [second, first, second])
    assert [one.job.id for one in found] == [second, first]
    for ids in ([first, first], [str(n) for n in range(MOST + 1)]):
        with pytest.raises(UsageError, match=f"two to {MOST} runs"):
            compared(asked, ada.caller, ids)


def test_a_new_passphrase_is_typed_twice():
    assert same("five little ducks", "five little ducks") == "five little ducks"
    with pytest.raises(UsageError, match="not the same"):
        same("five little ducks", "five little ducks ")
