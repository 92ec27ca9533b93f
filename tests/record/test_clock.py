"""The clock is named, and what cannot be known is not claimed."""

import ctypes
import sys

import pytest

from pharmakon.record import clock


@pytest.fixture(autouse=True)
def asked_again():
    clock.synchronised.cache_clear()
    yield
    clock.synchronised.cache_clear()


@pytest.mark.parametrize(("state", "said"), [(0, "yes"), (4, "yes"), (5, "no"), (-1, "not known")])
def test_the_kernel_is_asked(monkeypatch, state, said):
    asked = []

    class Kernel:
        def __init__(self, _):
            pass

        def adjtimex(self, buffer):
            asked.append(bytes(buffer))
            return state

    monkeypatch.setattr(ctypes, "CDLL", Kernel)
    monkeypatch.setattr(sys, "platform", "linux")
    assert clock.clock() == {"source": "system clock", "synchronised": said}
    assert not any(asked[0]), "all zero: nothing is changed"


def test_elsewhere_it_is_not_known(monkeypatch):
    monkeypatch.setattr(sys, "platform", "plan9")
    assert clock.synchronised() == "not known"
