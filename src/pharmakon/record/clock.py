"""Which clock dates the entries, and whether something keeps it right."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from functools import cache
from typing import Literal

Synchronised = Literal["yes", "no", "not known"]

SOURCE = "system clock"
TIME_ERROR = 5
"""What adjtimex(2) returns while nothing steers the clock; its other answers, 0 to 4, say that something does."""
_BYTES = 512
"""More than any system's struct timex has; all zero asks, and changes nothing."""


@cache
def synchronised() -> Synchronised:
    """Whether the kernel says that a time service (NTP, PTP) steers the system clock; asked once in a process.

    Of a virtual machine whose host steers the clock, the kernel may say no.
    """
    if sys.platform != "linux":
        return "not known"
    with contextlib.suppress(OSError, AttributeError):
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_BYTES))
        if state >= 0:
            return "no" if state == TIME_ERROR else "yes"
    return "not known"


def clock() -> dict[str, str]:
    """The clock as an entry names it."""
    return {"source": SOURCE, "synchronised": synchronised()}
