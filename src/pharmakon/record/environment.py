"""What is installed beside this package: the distributions that it needs, theirs, and so on, as they are here."""

from __future__ import annotations

import importlib.metadata
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError

ROOT = "pharmakon"
FILE = "environment.txt"
"""The lock of a run's folder: NAME==VERSION of each distribution, one a line, as pip reads it."""


# Parsing a requirement asks for a syntax tree, and Python 3.11 counts the depth of those in one place for all threads.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Installed:
    """One distribution. `needs` are names of others that are installed, in one spelling."""

    name: str
    version: str
    needs: tuple[str, ...]
    distribution: Distribution


def closure(root: str = ROOT) -> dict[str, Installed]:
    """The root and everything that it needs and is installed, by name; of the root every extra counts.

    Where the root itself is not installed, as in a checkout that nobody installed, everything installed is given.
    """
    with _ONE_AT_A_TIME:
        return dict(_closure(root, tuple(sys.path)))


@cache  # a quarter of a second, and every run asks; what a process has begun with is what it goes on with
def _closure(root: str, path: tuple[str, ...]) -> dict[str, Installed]:
    try:
        first = importlib.metadata.distribution(root)
    except PackageNotFoundError:
        return {one.name: one for one in map(_alone, importlib.metadata.distributions())}
    found: dict[str, Installed] = {}
    asked = {spelt(root): frozenset(first.metadata.get_all("Provides-Extra") or ())}
    waiting = [spelt(root)]
    while waiting:
        name = waiting.pop()
        try:
            distribution = importlib.metadata.distribution(name)
        except PackageNotFoundError:
            continue
        needs = dict(_needs(distribution, asked[name]))
        found[name] = Installed(name, distribution.version, tuple(sorted(needs)), distribution)
        for other, extras in needs.items():
            before = asked.get(other)
            asked[other] = (before or frozenset()) | extras
            if before != asked[other]:  # new, or wanted with an extra more
                waiting.append(other)
    return {
        name: Installed(one.name, one.version, tuple(n for n in one.needs if n in found), one.distribution)
        for name, one in sorted(found.items())
    }


def lock(installed: Mapping[str, Installed] | None = None) -> str:
    """The closure as lines NAME==VERSION; the package itself is told apart, by its code."""
    found = closure() if installed is None else installed
    return "".join(f"{one.name}=={one.version}\n" for name, one in sorted(found.items()) if name != ROOT)


def read_lock(text: str) -> dict[str, str]:
    """Version by name, of a lock."""
    pairs = (line.partition("==") for line in text.splitlines() if "==" in line)
    return {name.strip(): version.strip() for name, _, version in pairs}


def spelt(name: str) -> str:
    """The one spelling of a distribution's name (PEP 503)."""
    from packaging.utils import canonicalize_name

    return str(canonicalize_name(name))


def _needs(distribution: Distribution, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """What a distribution needs here, and with which extras."""
    from packaging.requirements import InvalidRequirement, Requirement

    wanted: dict[str, frozenset[str]] = {}
    for text in distribution.requires or ():
        try:
            one = Requirement(text)
        except InvalidRequirement:
            continue
        here = one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in (*extras, ""))
        if here and spelt(one.name) != spelt(distribution.name):
            name = spelt(one.name)
            wanted[name] = wanted.get(name, frozenset()) | frozenset(one.extras)
    yield from wanted.items()


def _alone(distribution: Distribution) -> Installed:
    return Installed(spelt(distribution.name), distribution.version, (), distribution)
