"""The passport of a designed molecule: where it comes from, what its score is made of, and what speaks against it.

Plain data, the same in the JSON file and on the page. Numbers that are not known are NaN; what cannot be said has a
`problem` that says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pharmakon.core.units import tiny


@dataclass(frozen=True, slots=True)
class Rival:
    """The best other molecule that was scored when a step was: the runner-up."""

    smiles: str
    score: float
    less: float
    """By how much it scored less than the molecule that the lineage went on with; below 0, it scored more."""
    among: str
    """Of the same parent, or of the same batch."""
    why: str


@dataclass(frozen=True, slots=True)
class Descent:
    """One step of a lineage. `before` is of the last molecule that was scored, `after` NaN where the child was not."""

    operators: tuple[str, ...]
    words: str
    parent: str
    mate: str
    child: str
    before: float
    after: float
    replayed: bool
    """Whether the recorded edits made the child again."""
    call: int = 0
    batch: int = 0
    place: int = 0
    """Among those scored in its batch, the best being 1."""
    of: int = 0
    rival: Rival | None = None

    @property
    def change(self) -> float:
        """Of the score."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Replay:
    """Whether a molecule came out again of the recorded steps: its own and its ancestors'."""

    steps: int
    made_again: int
    key: str
    """The InChIKey of the molecule on record."""
    key_again: str
    """That of the molecule made again; the same for a molecule that the search began with."""

    @property
    def ok(self) -> bool:
        """Whether every step came out as it was written, and the same molecule at the end."""
        return self.steps == self.made_again and self.key == self.key_again


@dataclass(frozen=True, slots=True)
class Term:
    """One wish, from the raw value to what it costs the score.

    `weight`, `loss` and `share` are 0 for what must hold. `regraded` is the desirability made again of the value.
    """

    name: str
    title: str
    wanted: str
    value: float
    low: float
    high: float
    unit: str
    in_domain: bool
    desirability: float
    regraded: float
    weight: float
    loss: float
    share: float
    source: str


@dataclass(frozen=True, slots=True)
class Score:
    """A score as recorded and as rebuilt from its terms."""

    aggregate: str
    words: str
    recorded: float
    rebuilt: float
    goals: Sequence[Term]
    constraints: Sequence[Term]
    feasible: bool
    problem: str = ""

    @property
    def error(self) -> float:
        """How far the rebuilt score is from the recorded one."""
        return abs(self.rebuilt - self.recorded)

    @property
    def regrading_error(self) -> float:
        """The largest difference of a desirability made again of its value."""
        return max((abs(t.regraded - t.desirability) for t in (*self.goals, *self.constraints)), default=0.0)

    @property
    def ok(self) -> bool:
        """Whether both agree within 1e-9."""
        return not self.problem and self.error <= 1e-9 and self.regrading_error <= 1e-9


@dataclass(frozen=True, slots=True)
class Spelling:
    """How likely a language model writes a molecule: natural logarithms, token by token.

    `percentile` is among `sampled` texts that the model wrote itself.
    """

    model: str
    text: str
    tokens: Sequence[str] = ()
    logs: Sequence[float] = ()
    total: float = float("nan")
    """Asked for by itself: the sum of the tokens is held against it."""
    percentile: float = float("nan")
    sampled: int = 0
    problem: str = ""

    @property
    def error(self) -> float:
        """How far the sum of the tokens is from the total."""
        return abs(sum(self.logs) - self.total)


@dataclass(frozen=True, slots=True)
class Measured:
    """A training molecule near a design."""

    id: str
    similarity: float
    value: float
    copy: str = ""
    """"same fingerprint", or "same molecule" where its structure is on this machine; "" for another."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The training molecules of one model that are most similar (ECFP4 Tanimoto), nearest first."""

    name: str
    title: str
    unit: str
    molecules: Sequence[Measured]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a molecule and how many molecules of the collection have it; `*` marks an open end."""

    smiles: str
    kind: str
    molecules: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """Training molecules that are alike, and what changes without them."""

    size: int
    nearest: str
    similarity: float
    mean: float
    """Of their measured values, in the property's unit."""
    refit: float
    """By how much the kernel ridge's own answer changes when refitted without them, in the unit it was trained in."""
    score: float
    """By how much the score changes, when that ridge alone is refitted and all else stays."""
    kernel_sum: float
    """What they add to the ridge's answer in its sum of similarity times weight; no refit."""


@dataclass(frozen=True, slots=True)
class Influence:
    """Which clusters of a model's training molecules move a score most."""

    name: str
    title: str
    weight: float = float("nan")
    """Of the ridge in the model's blend."""
    clusters: int = 0
    molecules: int = 0
    most: Sequence[Cluster] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The same property by two parts of a model that were trained otherwise, and how they usually differ."""

    name: str
    title: str
    unit: str
    first: str = ""
    first_value: float = float("nan")
    second: str = ""
    second_value: float = float("nan")
    usual: float = float("nan")
    """Mean of first - second over the run's molecules."""
    deviation: float = float("nan")
    problem: str = ""

    @property
    def deviations(self) -> float:
        """How far the gap is from the usual one, in standard deviations."""
        return (self.first_value - self.second_value - self.usual) / self.deviation if self.deviation > 0 else 0.0

    @property
    def flagged(self) -> bool:
        """Whether they differ by more than twice what is usual."""
        return abs(self.deviations) > 2


@dataclass(frozen=True, slots=True)
class Passport:
    """Everything about one molecule."""

    name: str
    smiles: str
    score: Score
    replay: Replay
    began: str
    """How the main line began."""
    lineage: Sequence[Descent]
    spelling: Spelling
    nearest: Sequence[Nearest]
    fragments: Sequence[Fragment]
    influence: Sequence[Influence]
    opinions: Sequence[Opinion]
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the molecule was made again and its score rebuilt."""
        return self.replay.ok and self.score.ok

    @property
    def verdict(self) -> str:
        """The first sentence."""
        steps = f"{self.replay.steps} steps" if self.replay.steps != 1 else "1 step"
        again = f"replayed ({steps}): same molecule" if self.replay.ok else "replayed: another molecule came out"
        if self.score.problem:
            return f"{again}; {self.score.problem}"
        rebuilt = "rebuilt" if self.score.ok else "not rebuilt"
        error = max(self.score.error, self.score.regrading_error)
        return f"{again}; total {rebuilt} (largest error {tiny(error)})"


@dataclass(frozen=True, slots=True)
class Memory:
    """Whether a run's designs are training molecules: of each the similarity to the nearest measured molecule."""

    against: int
    """Measured molecules that were compared."""
    similarity: Sequence[float]
    same_fingerprint: int
    same_molecule: int
    """Of these, confirmed by InChIKey; only where the structures are on this machine."""
    near: int
    """More similar than `bar`, but not the same."""
    bar: float
    started: int
    """That are molecules the search was given to start from."""
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Passports:
    """The passports of a run."""

    title: str
    run: str
    passports: Sequence[Passport]
    memory: Memory
    collection: str
    """Where parts were counted."""
    notes: Sequence[str] = ()
    warnings: Sequence[str] = ()
    """What is wrong with the run or its models here."""
    facts: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
