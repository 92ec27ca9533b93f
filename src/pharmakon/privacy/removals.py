"""What was done where: counts for the report, and the identifying values themselves, in memory, to search for after."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something was done: a file of the output, a column or path in it, the identifier, and what was done."""

    file: str
    where: str
    identifier: str
    done: str


@dataclass(frozen=True, slots=True, order=True)
class Look:
    """Something that a person has to look at."""

    file: str
    where: str
    why: str


@dataclass(slots=True)
class Removals:
    """Everything that was removed from one file or from many.

    `values` maps an identifying value, stripped, to the records it was taken from ("file:row", or "file:" where a
    file is of one person). It is never written.
    """

    file: str = ""
    counts: Counter[Place] = field(default_factory=Counter)
    values: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    looks: set[Look] = field(default_factory=set)

    def took(self, where: str, identifier: str, done: str, value: object = "", record: str = "") -> None:
        """One value was removed or changed. `value` is what a leftover would show, "" for nothing to search for."""
        self.counts[Place(self.file, where, identifier, done)] += 1
        self.search(value, record)

    def search(self, value: object, record: str = "") -> None:
        """A value is to be searched for in the results."""
        if text := str(value).strip():
            self.values[text].add(f"{self.file}:{record}")

    def look(self, where: str, why: str) -> None:
        """A person has to look at a place."""
        self.looks.add(Look(self.file, where, why))

    def add(self, other: Removals) -> None:
        """Take in what was removed from another file."""
        self.counts += other.counts
        self.looks |= other.looks
        for value, records in other.values.items():
            self.values[value] |= records

    def named(self, file: str) -> Removals:
        """The same under the name that the file has in the results."""
        made = Removals(file)
        for place, n in self.counts.items():
            made.counts[Place(file, place.where, place.identifier, place.done)] += n
        for value, records in self.values.items():
            made.values[value] = {f"{file}:{record.partition(':')[2]}" for record in records}
        made.looks = {Look(file, look.where, look.why) for look in self.looks}
        return made

    def of(self, identifier: str) -> int:
        """How many values of an identifier were removed or changed."""
        return sum(n for place, n in self.counts.items() if place.identifier == identifier)
