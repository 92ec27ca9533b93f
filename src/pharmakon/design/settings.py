"""How a search is run; the same for every objective."""

from __future__ import annotations

from pydantic import Field, field_validator

from pharmakon.core.config import Config
from pharmakon.design.surrogate import KERNELS


class Settings(Config):
    """How the search is run."""

    calls: int = Field(2000, ge=1, description="scorer calls in all, those of the start among them")
    batch: int = Field(20, ge=1, description="molecules scored at a time")
    until: float | None = Field(None, gt=0, le=1, description="mean score of the best ten at which the search ends")
    patience: int | None = Field(
        None, ge=1, description="calls in which the best ten's mean has to rise by a thousandth, or the search ends"
    )
    seed: int = 0
    initial: int = Field(60, ge=2, description="molecules scored before the surrogate is first asked")
    proposals: int = Field(16, ge=1, description="children bred for each scorer call")
    early: int = Field(2, ge=1, description="how many times more in the first quarter")
    generations: int = Field(
        3, ge=1, description="rounds of breeding per batch; later ones start from promising children"
    )
    parents: int = Field(100, ge=2, description="evaluated molecules that are bred from")
    greed: float = Field(0.1, gt=0, description="small: the very best are bred from most; large: all parents alike")
    kernels: tuple[str, ...] = tuple(KERNELS)
    points: int = Field(1500, ge=10, description="evaluated molecules the surrogate learns from at most")
    noise: float = Field(0.01, gt=0, description="of the surrogate, in variances of the score")
    rank: bool = Field(False, description="whether the surrogate learns ranks instead of scores")
    explore: tuple[float, float] = Field(
        (0.01, 1.0), description="least and most deviations added to a mean; drawn log-uniformly"
    )
    strangers: int = Field(100, ge=0, description="unscored molecules looked at in a batch, where there are any")
    strange: float = Field(0.3, ge=0, le=1, description="share of mates that are such strangers")
    second_edit: float = Field(0.25, ge=0, le=1, description="share of children that are edited twice")
    similarity: float = Field(0.9, ge=0, le=1, description="highest similarity inside a batch")
    blind: float = Field(0.1, ge=0, le=1, description="share of a batch that the surrogate does not choose")
    sampled: float = Field(0.5, ge=0, le=1, description="share of the rest chosen by draws from the posterior")
    adapt: bool = Field(True, description="whether operators that did well are used more")
    surrogate: bool = Field(True, description="without: a plain genetic search")
    stagnation: int = Field(
        400, ge=1, description="calls without progress after which every other batch starts elsewhere"
    )
    per_scaffold: int = Field(
        0, ge=0, description="most parents, and most designs, of one Bemis-Murcko scaffold; 0 for no limit"
    )
    min_atoms: int = Field(8, ge=1)
    max_atoms: int = Field(60, ge=1)

    @field_validator("kernels")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names or set(names) - set(KERNELS):
            raise ValueError(f"the kernels are {', '.join(KERNELS)}")
        return names

    @field_validator("explore")
    @classmethod
    def _ordered(cls, bounds: tuple[float, float]) -> tuple[float, float]:
        if not 0 < bounds[0] <= bounds[1]:
            raise ValueError("two numbers above 0, the smaller first")
        return bounds
