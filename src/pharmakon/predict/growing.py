"""The trees of every fold of every split, and the final ones: side by side where an engine has workers for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats
from pharmakon.engine.base import Opener

from .features import Features
from .forest import Forest
from .trees import BoostedTrees

Grown = BoostedTrees | Forest


class Plot(NamedTuple):
    """Molecules to grow on, and those to predict."""

    known: NDArray[np.intp]
    asked: NDArray[np.intp]


class Yield(NamedTuple):
    """By member: the trees that grew, and what they say of the molecules that were asked for."""

    trees: dict[str, Grown]
    value: dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Ground:
    """All molecules, their values (n,), and what is planted: trees that have not grown, by member."""

    features: Features
    y: Floats
    planted: Mapping[str, Grown]

    def grow(self, plot: Plot) -> Yield:
        """Trees of the whole ground are given back; those of a part only serve to predict the rest."""
        whole = len(plot.known) == len(self.y)
        known = self.features if whole else self.features.take(plot.known)
        asked = self.features.take(plot.asked)
        trees = {name: copy(tree).fit(known, self.y[plot.known]) for name, tree in self.planted.items()}
        value = {name: tree.predict(asked) for name, tree in trees.items()} if len(plot.asked) else {}
        return Yield(trees if whole else {}, value)


@contextmanager
def growing(ground: Ground, plots: Sequence[Plot], opener: Opener | None = None) -> Iterator[Iterator[Yield]]:
    """Yields what grew on the plots, in their order: here one after the other, or from the workers of an engine.

    The workers begin at once, so that this process may do something else before it takes what they found.
    """
    if opener is None:
        yield map(ground.grow, plots)
        return
    begin = (ground.features.dense_only(), ground.y, ground.planted)
    with (
        ThreadPoolExecutor(1) as waiting,
        opener(most=len(plots), initializer=_begin, initargs=begin) as pool,
    ):
        yield _late(waiting.submit(lambda: list(pool.map(_grow, plots, total=len(plots), label="trees"))))


def _late(found: Future[list[Yield]]) -> Iterator[Yield]:
    yield from found.result()


_ground: list[Ground] = []
"""In a worker: its one ground."""


def _begin(features: Features, y: Floats, planted: Mapping[str, Grown]) -> None:
    _ground[:] = [Ground(features, y, planted)]


def _grow(plot: Plot) -> Yield:
    return _ground[0].grow(plot)
