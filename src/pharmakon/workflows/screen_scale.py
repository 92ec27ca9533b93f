"""What a screen of very many molecules takes: hours, cores, storage and money, from what was measured on few."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SHARD = 20_000
"""Rows of a shard."""
CORE_HOUR, GIGABYTE_MONTH = 0.04, 0.023
"""Dollars: a rented core for an hour, and a gigabyte in a store of objects for a month. Assumed, not measured."""
READING = 100e6
"""Bytes a second that one connection to a store of objects gives. Assumed, not measured."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What `pharmakon benchmark scale` found, of one core unless said."""

    rate: float
    """Molecules a second of one core, while many work."""
    row: float
    """Bytes of a molecule in the library, as Parquet."""
    part: float
    """Bytes that a shard leaves."""
    taken: float
    """Shards a second that the first process writes down."""
    merged: float
    """Shards a second that the first process puts together at the end."""

    @classmethod
    def of(cls, record: Mapping[str, Any], profile: str) -> Measured:
        """From a record of the benchmark; the rate is that of the less efficient of two cores and two machines."""
        tasks = record["tasks"]

        def score(task: str, metric: str) -> float:
            return float(tasks[task]["scores"][metric]["value"])

        shares = [score(task, "efficiency") for task in ("cores", "machines") if task in tasks]
        return cls(
            score(profile, "molecules/s") * min([1.0, *shares]),
            *(score("first process", name) for name in ("bytes a row", "bytes a shard", "shards/s", "merged/s")),
        )


@dataclass(frozen=True, slots=True)
class Step:
    """A size of library on so many cores. Hours, gigabytes, dollars."""

    molecules: float
    cores: int
    reading: float
    """Hours in which every file is read once for its SHA-256, before the first shard."""
    working: float
    """Hours of all cores at once."""
    writing: float
    """Hours that the first process has to write down, while the others work."""
    merging: float
    whole: float
    core_hours: float
    library: float
    output: float
    dollars: float
    limit: str
    """What takes longest."""


def step(measured: Measured, *, molecules: float, cores: int) -> Step:
    """What one screen takes."""
    shards = math.ceil(molecules / SHARD)
    hours = {
        "reading": molecules * measured.row / READING / 3600,
        "shards": molecules / measured.rate / cores / 3600,
        "first process": shards / measured.taken / 3600,
        "merging": shards / measured.merged / 3600,
    }
    core_hours = molecules / measured.rate / 3600
    library, output = molecules * measured.row / 1e9, shards * measured.part / 1e9
    return Step(
        molecules,
        cores,
        hours["reading"],
        hours["shards"],
        hours["first process"],
        hours["merging"],
        hours["reading"] + max(hours["shards"], hours["first process"]) + hours["merging"],
        core_hours,
        library,
        output,
        core_hours * CORE_HOUR + (library + output) * GIGABYTE_MONTH,
        max(hours, key=lambda name: hours[name]),
    )


def most_cores(measured: Measured) -> int:
    """How many cores one first process can keep at work."""
    return int(measured.taken * SHARD / measured.rate)


def plan(
    measured: Measured, *, molecules: Sequence[float] = (1e9, 1e10), cores: Sequence[int] = (100, 1_000, 10_000)
) -> list[Step]:
    """Every size on every number of cores."""
    return [step(measured, molecules=size, cores=count) for size in molecules for count in cores]
