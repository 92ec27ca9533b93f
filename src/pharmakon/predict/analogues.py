"""The measured molecules behind the panel, kept once, and a quick search for the one most like a query.

Endpoints of one data set share their molecules, and data sets share many with each other: fingerprints are kept once
for all, and series that overlap are searched together. The search is approximate: a sketch of 64 numbers (principal
components of ECFP4 bits, as whole numbers) proposes eight candidates, and the exact Tanimoto similarity picks one. What
it reports is exact for the molecule it names; a nearer one may have been missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.similarity import tanimoto
from pharmakon.core.types import Floats
from pharmakon.learn.integer_product import MIDDLE
from pharmakon.learn.largest_products import Columns, Products, largest

from .features import Features

SIZE = 64
"""Numbers of a sketch."""
CANDIDATES = 8
ALIKE = 0.5
"""Series are searched together when this share of the smaller one's molecules is in the larger."""
_BLOCK = 256
_TOP = 127
_SPREAD = 400.0  # of a unit vector of 64 components, so that few reach the end of a byte

Found = tuple[NDArray[np.float32], NDArray[np.intp]]
"""Similarity and place of the nearest among an endpoint's own molecules, each (m,)."""


@dataclass(frozen=True)
class Series:
    """The molecules of one data set. `index` (n,) into the pool, `value` (n, k) in the endpoints' units, NaN: none."""

    endpoints: tuple[str, ...]
    index: NDArray[np.int32]
    ids: list[str]
    row: NDArray[np.int32]
    """(n, k): a value's 1-based row in its data set."""
    value: NDArray[np.float32]

    def places(self, column: int) -> NDArray[np.int32]:
        """(n,): a molecule's place among those measured for an endpoint; -1 where it was not."""
        measured = np.isfinite(self.value[:, column])
        return np.where(measured, np.cumsum(measured) - 1, -1).astype(np.int32)


@dataclass(frozen=True)
class Family:
    """Series that overlap, searched together. `index` (n,) into the pool; for each endpoint the places of all (n,)."""

    index: NDArray[np.int32]
    places: Mapping[str, NDArray[np.int32]]

    @classmethod
    def of(cls, members: Sequence[Series]) -> Self:
        """The molecules of all members, each once."""
        index = np.unique(np.concatenate([one.index for one in members]))
        places = {}
        for one in members:
            at = np.searchsorted(index, one.index)
            for column, name in enumerate(one.endpoints):
                places[name] = np.full(len(index), -1, np.int32)
                places[name][at] = one.places(column)
        return cls(index, places)


def kept_arrays(
    packed: NDArray[np.uint8], value: Floats, row: NDArray[np.int32], ids: Sequence[str]
) -> dict[str, NDArray[Any]]:
    """What a model folder keeps of its training molecules; identifiers as UTF-8 lines."""
    text = np.frombuffer(_lines(ids).encode(), dtype=np.uint8)
    return {"packed": packed, "value": value.astype(np.float32), "row": row, "ids": text}


def _lines(ids: Sequence[str]) -> str:
    """One line each: a line break inside one would shift all that follow."""
    return "\n".join(" ".join(name.split()) for name in ids)


class Pooled:
    """What a model keeps of its training molecules, read from the pool; see model.Training."""

    def __init__(self, pool: Analogues, series: Series, column: int) -> None:
        self.pool, self._series = pool, series
        self._rows = np.flatnonzero(series.places(column) >= 0)
        self.value: Floats = series.value[self._rows, column].astype(np.float64)
        self.row = series.row[self._rows, column]

    @cached_property
    def ids(self) -> list[str]:
        """Identifiers in the data set."""
        return [self._series.ids[i] for i in self._rows]

    @cached_property
    def packed(self) -> NDArray[np.uint8]:
        """ECFP4 bits, (n, 256)."""
        return self.pool.packed[self._series.index[self._rows]]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """As a model folder of its own holds them."""
        return kept_arrays(self.packed, self.value, self.row, self.ids)


@dataclass
class Analogues:
    """A pool of molecules (`packed`, (n, 256)) and the series that were measured."""

    packed: NDArray[np.uint8]
    series: Sequence[Series]
    sketcher: NDArray[np.int8] = field(repr=False)
    """(2048, 64)"""
    centre: NDArray[np.float32] = field(repr=False)
    """(64,): the sketch of the mean molecule, whole numbers."""

    @classmethod
    def of(cls, packed: NDArray[np.uint8], series: Sequence[Series], *, sample: int = 6_000) -> Self:
        """Learn the sketch from `sample` molecules at even distances."""
        from scipy.linalg import svd

        bits = _bits(packed[:: max(1, len(packed) // sample)])
        mean = bits.mean(axis=0)
        axes = svd(bits - mean, full_matrices=False, check_finite=False)[2][:SIZE]
        axes = axes * np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]  # one of two signs
        sketcher = np.zeros((packed.shape[1] * 8, SIZE), np.int8)
        sketcher[:, : len(axes)] = np.rint(_TOP * axes.T / np.abs(axes).max()).astype(np.int8)
        return cls(packed, series, sketcher, np.rint(mean @ sketcher.astype(np.float32)).astype(np.float32))

    @cached_property
    def endpoints(self) -> dict[str, tuple[Series, int]]:
        """Each endpoint's series and column."""
        return {name: (series, k) for series in self.series for k, name in enumerate(series.endpoints)}

    def of_endpoint(self, name: str) -> Pooled:
        """The molecules measured for one endpoint."""
        return Pooled(self, *self.endpoints[name])

    @cached_property
    def _words(self) -> NDArray[np.uint64]:
        return np.ascontiguousarray(self.packed).view(np.uint64)

    @cached_property
    def _ones(self) -> NDArray[np.int32]:
        ones: NDArray[np.int32] = np.bitwise_count(self._words).sum(axis=1, dtype=np.int32)
        return ones

    @cached_property
    def _sketches(self) -> NDArray[np.int8]:
        return np.concatenate([self._sketch(block) for block in _blocks(self.packed, 4096)])

    @cached_property
    def families(self) -> list[Family]:
        """The series, joined where they overlap, the largest first."""
        groups: list[tuple[NDArray[np.bool_], list[Series]]] = []
        for one in sorted(self.series, key=lambda series: -len(series.index)):
            for inside, group in groups:
                if inside[one.index].mean() >= ALIKE:
                    group.append(one)
                    break
            else:
                inside = np.zeros(len(self.packed), bool)
                inside[one.index] = True
                groups.append((inside, [one]))
        return [Family.of(group) for _, group in groups]

    @cached_property
    def _by_family(self) -> list[Columns]:
        """Sketches of each family's molecules, halved, as the product wants them."""
        return [Columns((self._sketches[one.index] // 2).T) for one in self.families]

    def _sketch(self, packed: NDArray[np.uint8]) -> NDArray[np.int8]:
        raw = _bits(packed) @ self.sketcher.astype(np.float32) - self.centre  # whole numbers: exact
        length = np.sqrt((raw * raw).sum(axis=1, keepdims=True))
        sketch: NDArray[np.int8] = np.clip(np.rint(raw * (_SPREAD / np.maximum(length, 1e-6))), -_TOP, _TOP)
        return sketch.astype(np.int8)

    def search(self, features: Features, names: Sequence[str], *, quick: bool) -> Mapping[str, Found]:
        """For each of m molecules and each named endpoint the nearest molecule that was measured for it.

        `quick` proposes candidates by their sketches; without it every measured molecule is compared.
        """
        asked, packed = set(names), features.packed
        out = {name: (np.zeros(len(packed), np.float32), np.zeros(len(packed), np.intp)) for name in names}
        most = max(columns.room(min(_BLOCK, len(packed))) for columns in self._by_family) if quick else 0
        room = np.empty(most, np.int32)  # for all blocks and families: fresh memory costs as much as the products
        wanted = [(i, family) for i, family in enumerate(self.families) if asked.intersection(family.places)]
        for start in range(0, len(packed), _BLOCK):
            rows = slice(start, start + _BLOCK)
            query = np.ascontiguousarray(packed[rows])
            sketched = (self._sketch(query).astype(np.int16) + MIDDLE).astype(np.uint8) if quick else query
            for i, family in wanted:
                near: Products | _Exact
                near = (
                    self._by_family[i].times(sketched, room)
                    if quick
                    else _Exact(tanimoto(query, self.packed[family.index]))
                )
                candidates = near.largest(min(CANDIDATES, len(family.index)))
                similarity = self._tanimoto(query, family.index[candidates])
                for name in asked.intersection(family.places):
                    # The best candidate that was measured; where none was, the likeliest of those that were.
                    place = family.places[name]
                    valid = np.where(place[candidates] >= 0, similarity, np.float32(-1.0))
                    at, best = np.arange(len(valid)), valid.argmax(axis=1)
                    chosen, found = candidates[at, best], valid[at, best]
                    if len(without := np.flatnonzero(found < 0)):
                        among = np.flatnonzero(place >= 0)
                        chosen[without] = among[near.at(without[:, None], among).argmax(axis=1)]
                        found[without] = self._tanimoto(query[without], family.index[chosen[without]][:, None])[:, 0]
                    out[name][0][rows], out[name][1][rows] = found, place[chosen]
        return out

    def _tanimoto(self, packed: NDArray[np.uint8], index: NDArray[np.int32]) -> NDArray[np.float32]:
        """Exact similarity of each query (m,) to its own candidates (m, k)."""
        words = packed.view(np.uint64)
        common = np.bitwise_count(words[:, None, :] & self._words[index]).sum(axis=2, dtype=np.int32)
        ones = np.bitwise_count(words).sum(axis=1, dtype=np.int32)
        either = np.maximum(ones[:, None] + self._ones[index] - common, 1)
        similarity: NDArray[np.float32] = (common / either).astype(np.float32)
        return similarity

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Everything but the sketches, which are made anew."""
        out: dict[str, NDArray[Any]] = {"packed": self.packed, "sketcher": self.sketcher, "centre": self.centre}
        for i, one in enumerate(self.series):
            out |= {
                f"{i}.endpoints": np.frombuffer("\n".join(one.endpoints).encode(), np.uint8),
                f"{i}.ids": np.frombuffer(_lines(one.ids).encode(), np.uint8),
                f"{i}.index": one.index,
                f"{i}.row": np.ascontiguousarray(one.row.T),
                f"{i}.value": np.ascontiguousarray(one.value.T),
            }
        return out

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        series = []
        for i in range(sum(name.endswith(".index") for name in arrays)):
            endpoints, ids = (arrays[f"{i}.{name}"].tobytes().decode().split("\n") for name in ("endpoints", "ids"))
            row, value = (np.ascontiguousarray(arrays[f"{i}.{name}"].T) for name in ("row", "value"))
            series.append(Series(tuple(endpoints), arrays[f"{i}.index"], ids, row, value))
        return cls(arrays["packed"], series, arrays["sketcher"], arrays["centre"])


def _bits(packed: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.unpackbits(packed, axis=1, bitorder="little").astype(np.float32)


class _Exact:
    """Similarities (m, n) that are asked like products of sketches."""

    def __init__(self, values: NDArray[np.float32]) -> None:
        self._values = values

    def largest(self, count: int) -> NDArray[np.intp]:
        return largest(self._values.copy(), count)

    def at(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float32]:
        return self._values[rows, columns]


def _blocks(array: NDArray[Any], size: int) -> Iterator[NDArray[Any]]:
    return (array[start : start + size] for start in range(0, len(array), size))
