"""Rows under limits: each that is at fault is set aside by name, and no other."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from pharmakon.core.errors import PharmakonError
from pharmakon.engine.forked import NOWHERE, Limits
from pharmakon.engine.guarded import each, guarded

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="rows have limits on Linux alone")
LIMITS = Limits(seconds=2.0, megabytes=200)
BLOCKS = [range(start, start + 20) for start in range(0, 100, 20)]


def eat():
    held = []
    while True:
        held.append(bytearray(5_000_000))


def complain():
    raise RuntimeError("no ring")


def doing(evil, *, told=True):
    """Work that gives its rows, and does something evil at some; `told`: its mark knows at which."""

    def work(rows, set_aside, mark):
        for row in rows:
            mark(row if told else NOWHERE)
            if row in evil and row not in set_aside:
                evil[row]()
        return [(row, set_aside.get(row, "")) for row in rows]

    return work


def found(work):
    """The rows that were set aside, with the reason, where every row was worked on once and in order."""
    rows = [row for block in guarded(work, BLOCKS, LIMITS) for row in block]
    assert [row for row, _ in rows] == list(range(100))
    return {row: why for row, why in rows if why}


EVIL = {
    3: lambda: time.sleep(600),
    40: eat,
    41: os.abort,
    59: lambda: os.kill(os.getpid(), signal.SIGSEGV),
    99: complain,
}


def test_each_row_at_fault_is_set_aside_with_the_reason():
    assert found(doing(EVIL)) == {
        3: "time: more than 2 s",
        40: "memory: more than 200 MB",
        41: "crash: the process ended with SIGABRT",
        59: "crash: the process ended with SIGSEGV",
        99: "error: RuntimeError: no ring",
    }


def test_a_row_that_nobody_told_is_found_alone():
    assert set(found(doing({41: os.abort, 99: complain}, told=False))) == {41, 99}


@pytest.mark.parametrize("told", [True, False])
def test_a_fork_that_somebody_killed_costs_no_row(tmp_path, told):
    def once():
        if not (tmp_path / "killed").exists():
            (tmp_path / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)

    assert not found(doing({41: once}, told=told))
    assert (tmp_path / "killed").exists()


def test_where_every_row_crashes_the_work_ends():
    with pytest.raises(PharmakonError, match=r"21 of 100 rows .* SIGABRT"):
        found(doing(dict.fromkeys(range(100), os.abort)))


def test_each_item_has_its_answer_or_none():
    def half(number):
        return os.abort() if number == 3 else number / 2

    assert each(half, [1, 3, 4], LIMITS, empty=None) == [0.5, None, 2.0]
    assert each(half, [], LIMITS, empty=None) == []


def test_work_that_fails_without_the_row_too_ends():
    def work(rows, set_aside, mark):
        mark(rows.start)
        raise RuntimeError("no ring")

    with pytest.raises(PharmakonError, match=r"not the rows.*no ring"):
        list(guarded(work, BLOCKS, LIMITS))
