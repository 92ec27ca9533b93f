"""Rows under limits: one that hangs, eats memory or crashes is set aside by name, and the others are worked on.

Blocks of rows are worked on in a fork that tells which row it is at. What a lost fork had finished is kept, and the
next one goes on from there. A row is set aside when it alone took too long, or when a fork was lost at it twice, the
second time with no other row beside it: a process that somebody killed costs a moment and no row.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from pharmakon.core.errors import PharmakonError

from .forked import Limits, Lost, Mark, forked

A = TypeVar("A")
B = TypeVar("B")
BLOCK = 500
FEW, SHARE = 20, 0.05
"""So many rows, and this share of them, may be set aside: where there are more, it is not the rows."""


def guarded(
    work: Callable[[range, Mapping[int, str], Mark], A], blocks: Sequence[range], limits: Limits
) -> Iterator[A]:
    """`work(rows, set_aside, mark)` for blocks of rows, in order: it leaves out those set aside, for the reason told.

    A block may be cut into smaller ones on the way. Raises PharmakonError where too many rows are set aside, and an
    error of ours as it is.
    """
    waiting, losses = deque(blocks), _Losses(sum(map(len, blocks)))

    def rest(mark: Mark) -> Iterator[A]:
        return (work(rows, losses.set_aside, mark) for rows in tuple(waiting))

    while waiting:
        try:
            for found in forked(rest, limits):
                waiting.popleft()
                yield found
        except Lost as lost:
            waiting.extendleft(reversed(losses.after(lost, waiting.popleft())))


def each(function: Callable[[A], B], items: Sequence[A], limits: Limits, *, empty: B) -> list[B]:
    """The function of each item; `empty` for one that is set aside. Raises as `guarded` does."""

    def work(rows: range, set_aside: Mapping[int, str], mark: Mark) -> list[B]:
        found = []
        for i in rows:
            mark(i)
            found.append(empty if i in set_aside else function(items[i]))
        return found

    blocks = [range(start, min(start + BLOCK, len(items))) for start in range(0, len(items), BLOCK)]
    return [one for block in guarded(work, blocks, limits) for one in block]


class _Losses:
    """What is known of lost forks: the rows that are `set_aside`, with the reason, and where else one was lost."""

    def __init__(self, rows: int) -> None:
        self.set_aside: dict[int, str] = {}
        self._rows, self._most = rows, max(FEW, int(SHARE * rows))
        self._once, self._blocks = set[int](), set[int]()

    def after(self, lost: Lost, rows: range) -> list[range]:
        """The rows that were being worked on, as they are to be tried again."""
        place = lost.place if lost.place in rows else rows.start if len(rows) == 1 else None
        if place in self.set_aside:
            raise PharmakonError(f"it is not the rows: a process that had left one out was lost there, by {lost}")
        if place is None:  # somewhere in the block: once that is chance
            if rows.start not in self._blocks:
                self._blocks.add(rows.start)
                return [rows]
            return [range(i, i + 1) for i in rows]
        if lost.reason == "time" or place in self._once:
            self._leave_out(place, str(lost))
            return [rows]
        self._once.add(place)
        parts = range(rows.start, place), range(place, place + 1), range(place + 1, rows.stop)
        return [part for part in parts if part]

    def _leave_out(self, place: int, why: str) -> None:
        self.set_aside[place] = why
        if len(self.set_aside) > self._most:
            raise PharmakonError(
                f"{len(self.set_aside)} of {self._rows:,} rows were over a limit or brought the process down, the last "
                f"one by {why}: see that the machine has memory to spare, or give each row more time and memory"
            )
