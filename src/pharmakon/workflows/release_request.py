"""What is to be released, in a TOML file: statistics, each with its price, and the budget that all of them share."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from pharmakon.core.config import Config


class BudgetTable(Config):
    """Everything that may ever be spent on this data."""

    epsilon: float = Field(ge=1e-6, le=100, description="of all releases together, for good")
    delta: float = Field(0.0, ge=0, lt=1e-3, description="of all releases together; 0 for Laplace noise alone")


class Statistic(Config):
    """One statistic. Names, categories, bounds and times are declared, since to look them up would give them away."""

    name: str = Field(min_length=1, description="what it is called")
    kind: Literal["count", "mean", "histogram", "survival"] = Field(description="what it is")
    epsilon: float = Field(ge=1e-6, le=20, description="what it costs")
    delta: float = Field(0.0, ge=0, lt=1e-3, description="above 0: Gaussian noise, Laplace otherwise")
    column: str | None = Field(None, description="mean, histogram: the column")
    where: dict[str, str | list[str]] = Field(default_factory=dict, description="column = value (or values)")
    low: float | None = Field(None, description="mean: smaller values are raised to this")
    high: float | None = Field(None, description="mean: larger values are lowered to this")
    categories: tuple[str, ...] = Field((), description="histogram: the values that are counted")
    edges: tuple[float, ...] = Field(
        (), description="histogram: ends of the bins, the upper one of each belonging to the next"
    )
    times: tuple[float, ...] = Field((), description="survival: the grid, in the unit of the cohort's time")
    by: str | None = Field(None, description="survival: a column; a curve for each of its groups, at no further cost")
    groups: tuple[str, ...] = Field((), description="survival: the values of that column")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        rules = {
            "count": not self.column,
            "mean": self.column and self.low is not None and self.high is not None and self.low < self.high,
            "histogram": self.column and bool(self.categories) != (len(self.edges) > 1),
            "survival": self.times and not self.column and bool(self.by) == bool(self.groups),
        }
        needs = {
            "count": "no column (where says who is counted)",
            "mean": "column, low and high, low below high",
            "histogram": "column and either categories or edges (two or more)",
            "survival": "times, no column, and groups where there is a by",
        }
        if not rules[self.kind]:
            raise ValueError(f"{self.name!r}: a {self.kind} has {needs[self.kind]}")
        for name in ("edges", "times"):
            grid = getattr(self, name)
            if list(grid) != sorted(set(grid)) or (name == "times" and grid and grid[0] <= 0):
                raise ValueError(f"{self.name!r}: {name} must rise{', from above 0' if name == 'times' else ''}")
        for name in ("categories", "groups"):
            if len(set(getattr(self, name))) < len(getattr(self, name)):
                raise ValueError(f"{self.name!r}: {name} has a value twice")
        return self

    @property
    def cells(self) -> int:
        """How many numbers a count or histogram has."""
        return len(self.categories) or max(1, len(self.edges) - 1)


class Request(Config):
    """The file of a release."""

    people: int = Field(
        ge=1, description="about how many people there are, as is known publicly; for the accuracy to expect"
    )
    budget: BudgetTable = Field(description="what may ever be spent on this data, as a [budget] table")
    statistics: tuple[Statistic, ...] = Field(min_length=1, description="what to release, as [[statistics]] tables")

    @model_validator(mode="after")
    def _names(self) -> Self:
        names = [s.name for s in self.statistics]
        if len(set(names)) < len(names):
            raise ValueError("two statistics have one name")
        return self
