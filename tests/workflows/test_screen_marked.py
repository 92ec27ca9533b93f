"""Molecules that tell their line."""

from __future__ import annotations

from pharmakon.engine.forked import NOWHERE
from pharmakon.workflows.screen_marked import Marked


def test_molecules_tell_their_line_whoever_walks_through_them():
    told = []
    mols = Marked("abcdef", range(10, 16), told.append)
    assert list(mols[2:4]) == ["c", "d"]
    assert told == [12, 13, NOWHERE]
    assert mols[1] == "b"
