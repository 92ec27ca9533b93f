"""What a command costs: its children count, together or the largest alone, and a failure is no measurement."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pharmakon.core.errors import DataError
from pharmakon.workflows.command_cost import below, cost, held, highest


def _parent(child: str, number: int = 1) -> list[str]:
    """A command that starts children side by side and waits for them."""
    started = f"[subprocess.Popen([sys.executable, '-c', {child!r}]) for _ in range({number})]"
    return [sys.executable, "-c", f"import subprocess, sys; [one.wait() for one in {started}]"]


PIPES = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
HOLDS = "x = bytearray(10**8); import time; time.sleep(1)"


def test_a_command_is_measured_with_its_children():
    got = cost(_parent(HOLDS), held)
    assert got.seconds >= 1
    if sys.platform == "linux":
        assert 1e8 < got.peak < 3e8


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from Linux's /proc")
def test_of_two_children_one_counts_or_both():
    assert 1e8 < cost(_parent(HOLDS, 2), highest).peak < 2e8
    assert 2e8 < cost(_parent(HOLDS, 2), held).peak < 4e8


@pytest.mark.parametrize("memory", [held, highest])
def test_a_command_that_fails_is_no_measurement(memory):
    with pytest.raises(DataError, match="no such thing"):
        cost([sys.executable, "-c", "raise SystemExit('no such thing')"], memory)


def test_a_process_that_is_not_there_holds_nothing():
    assert held(2**22 + 1) == highest(2**22 + 1) == 0.0


@pytest.mark.skipif(sys.platform != "linux", reason="processes are read from Linux's /proc")
def test_what_children_hold_and_have_used_is_told_apart():
    with subprocess.Popen([sys.executable, "-c", "x = b'1' * 10**8; print(); input()"], **PIPES) as child:
        child.stdout.readline()
        held_bytes, seconds = below(os.getpid())[child.pid]
        child.communicate(b"\n")
    assert 1e8 < held_bytes < 2e8 and 0 <= seconds < 60
    assert child.pid not in below(os.getpid())
