"""What an anonymisation is asked for, in a TOML file: columns that tell who it is, secret ones, and how much."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from pharmakon.core.config import Config


class Quasi(Config):
    """A quasi-identifier: a column that others may know of a person. Without a rule it is shown or hidden whole."""

    column: str = Field(description="the column")
    hierarchy: Path | None = Field(
        None, description="CSV as of ARX or anjana: a value and its generalisations, no head"
    )
    intervals: tuple[float, ...] = Field((), description="widths of intervals, each a multiple of the one before")
    origin: float = Field(0.0, description="where intervals are counted from")
    prefixes: tuple[int, ...] = Field((), description="characters that are kept of a code, falling, such as [3, 1]")
    groups: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="group = its values")
    weight: float = Field(1.0, gt=0, description="how much it matters that this column stays exact")

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if sum(map(bool, (self.hierarchy, self.intervals, self.prefixes, self.groups))) > 1:
            raise ValueError("give one of hierarchy, intervals, prefixes and groups")
        return self


class Secret(Config):
    """A sensitive column: what nobody may learn of a person."""

    column: str = Field(description="the column")
    l: float = Field(1.0, ge=1, description="l-diversity: how many values a class has at least")  # noqa: E741
    diversity: Literal["distinct", "entropy", "recursive"] = Field("distinct", description="how values are counted")
    c: float = Field(3.0, gt=0, description="recursive: the commonest is rarer than c times the l-th and all behind it")
    t: float | None = Field(None, ge=0, le=1, description="t-closeness: distance of a class from the table at most")
    distance: Literal["auto", "equal", "ordered", "hierarchical"] = Field(
        "auto", description="between values: ordered for numbers, else equal, where it is auto"
    )
    hierarchy: Path | None = Field(None, description="CSV of the values' hierarchy, for hierarchical distance")

    @model_validator(mode="after")
    def _tree(self) -> Self:
        if self.distance == "hierarchical" and self.hierarchy is None:
            raise ValueError("hierarchical distance needs a hierarchy")
        return self


class CrossTable(Config):
    """Counts that are to be published beside the records, small ones hidden."""

    columns: tuple[str, ...] = Field(min_length=1, max_length=3, description="its axes")
    threshold: int = Field(11, ge=2, description="smallest count that is shown")


class Request(Config):
    """The file of an anonymisation."""

    k: int = Field(11, ge=1, description="every class has so many rows at least")
    suppression: float = Field(0.05, ge=0, le=1, description="share of the rows that may be left out")
    loss: Literal["ncp", "discernibility", "height"] = Field("ncp", description="what the search minimises")
    population: int | None = Field(None, ge=1, description="how many people the table is a sample of")
    keep: tuple[str, ...] = Field((), description="further columns to write as they are; others are left out")
    predict: str | None = Field(None, description="column of two classes: how well it is predicted before and after")
    quasi: tuple[Quasi, ...] = Field(min_length=1, description="columns that others may know, as [[quasi]] tables")
    sensitive: tuple[Secret, ...] = Field((), description="columns to be kept secret, as [[sensitive]] tables")
    cells: tuple[CrossTable, ...] = Field((), description="tables of counts to publish, as [[cells]] tables")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        named = [*(q.column for q in self.quasi), *(s.column for s in self.sensitive), *self.keep]
        if twice := sorted({name for name in named if named.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)}: a column has one role")
        for one, other in combinations([set(table.columns) for table in self.cells], 2):
            if one & other and not (one <= other or other <= one):
                shared, all_of = ", ".join(sorted(one & other)), ", ".join(sorted(one | other))
                raise ValueError(
                    f"two tables of counts share {shared}, and each may tell what the other hides: "
                    f"ask for one of {all_of}, or publish one of the two"
                )
        return self

    @property
    def written(self) -> tuple[str, ...]:
        """Columns of the output."""
        return (*(q.column for q in self.quasi), *(s.column for s in self.sensitive), *self.keep)

    @property
    def read(self) -> tuple[str, ...]:
        """Columns that are looked at."""
        more = [c for table in self.cells for c in table.columns] + ([self.predict] if self.predict else [])
        return tuple(dict.fromkeys((*self.written, *more)))
