"""Work in a fork: its results, and what is told of one that hangs, eats memory, crashes or raises."""

from __future__ import annotations

import os
import signal
import sys
import time
from itertools import islice

import pytest

from pharmakon.core.errors import DataError
from pharmakon.engine.forked import NOWHERE, Limits, Lost, forked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="work is watched on Linux alone")
LIMITS = Limits(seconds=2.0, megabytes=300)


def counting(mark, evil=lambda: None):
    """Ten places, a result of every second; at the seventh something happens."""
    for place in range(10):
        mark(place)
        if place == 6:
            evil()
        if place % 2:
            yield place, os.getpid()


def eat():
    held = []
    while True:
        held.append(bytes(10_000_000))
        held[-1] = bytearray(held[-1])


def complain():
    raise RuntimeError("no ring")


def test_results_come_from_one_other_process_in_order():
    found = list(forked(counting, LIMITS))
    assert [place for place, _ in found] == [1, 3, 5, 7, 9]
    pids = {pid for _, pid in found}
    assert len(pids) == 1 and os.getpid() not in pids
    with pytest.raises(ChildProcessError):
        os.waitpid(pids.pop(), os.WNOHANG)


@pytest.mark.parametrize(
    ("evil", "reason", "said"),
    [
        (lambda: time.sleep(600), "time", "more than 2 s"),
        (eat, "memory", "more than 300 MB"),
        (os.abort, "crash", "SIGABRT"),
        (lambda: os.kill(os.getpid(), signal.SIGSEGV), "crash", "SIGSEGV"),
        (lambda: os._exit(3), "crash", "status 3"),
        (lambda: bytearray(1 << 60), "memory", "MemoryError"),
        (complain, "error", "RuntimeError: no ring"),
    ],
)
def test_how_and_where_it_was_lost_is_told_and_nothing_is_printed(evil, reason, said, capfd):
    with pytest.raises(Lost, match=said) as caught:
        list(forked(lambda mark: counting(mark, evil), LIMITS))
    assert caught.value.reason == reason
    assert caught.value.place == 6
    assert capfd.readouterr() == ("", "")


def test_results_that_were_sent_before_a_loss_are_not_lost():
    work = forked(lambda mark: counting(mark, os.abort), LIMITS)
    got = [place for place, _ in islice(work, 3)]
    with pytest.raises(Lost):
        next(work)
    assert got == [1, 3, 5]


def test_nowhere_is_no_place_and_signs_of_life_are_heeded():
    def steady(mark):
        for _ in range(30):  # longer than the limit, but never silent for as long
            mark(NOWHERE)
            time.sleep(0.1)
        yield 1
        os.abort()

    work = forked(steady, LIMITS)
    assert next(work) == 1
    with pytest.raises(Lost) as caught:
        next(work)
    assert caught.value.place is None


def test_an_error_of_ours_is_raised_as_it_is_and_leaves_no_process():
    def failing(mark):
        yield os.getpid()
        raise DataError("the file is gone")

    work = forked(failing, LIMITS)
    pid = next(work)
    with pytest.raises(DataError, match="the file is gone"):
        next(work)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_who_stops_listening_ends_the_fork():
    work = forked(counting, LIMITS)
    _, pid = next(work)
    work.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
