"""A batch of a screen, in a worker: standardised and fingerprinted once, estimated, judged, and summed up.

`score` is a function of the batch and of what the worker was asked, and of nothing else: no file is written, and the
same batch gives the same bytes wherever it runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from pharmakon.chem.scaffolds import scaffold
from pharmakon.chem.scheduled import is_scheduled
from pharmakon.chem.standardize import standardize
from pharmakon.core.errors import PharmakonError
from pharmakon.core.excerpt import excerpt
from pharmakon.core.types import Estimates, Profile, Property
from pharmakon.design.aggregate import Aggregate
from pharmakon.design.objective import Constraint, Evaluation, Goal, Objective
from pharmakon.engine.forked import Limits
from pharmakon.engine.guarded import guarded
from pharmakon.predict.features import Features
from pharmakon.predict.panel import Panel

from .design_scoring import aspects, offered
from .screen_marked import Marked
from .screen_plan import Batch
from .screen_sketch import Hit
from .screen_summary import KEY, Summary, packed

if TYPE_CHECKING:
    from .screen_plan import Line

DIGITS = 10
"""Decimals of a score and its values; beyond them a sum depends on the order in which a SMILES has the atoms."""
BLOCK = 500
"""Rows whose fingerprints are held at a time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What every batch is asked. `models` are all that answer; `whole` keeps every row, and not the best alone."""

    models: tuple[str, ...]
    profile: Profile = "fast"
    goals: tuple[Goal, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    aggregate: Aggregate = "geometric"
    known: str = ""
    top: int = 10_000
    whole: bool = False
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    """Of one molecule."""


@dataclass(slots=True)
class Piece:
    """What some rows of a batch gave: a summary and, where every row is kept, columns."""

    summary: Summary
    columns: dict[str, list[Any]] = field(default_factory=dict)


class Screener:
    """Models and an objective over them. Raises as Panel and Objective do for what is not known or refused."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.panel = Panel.load(asked.models, asked.profile) if asked.models else Panel([], profile=asked.profile)
        self._scorer = _Answers(self.panel)
        self.objective = (
            # Nothing is proposed, so no sieve: a screen may look for what a search does not make.
            Objective(
                asked.goals,
                asked.constraints,
                scorer=self._scorer,
                sane=False,
                aggregate=asked.aggregate,
                known=asked.known,
            )
            if asked.goals or asked.constraints
            else None
        )

    @property
    def terms(self) -> tuple[str, ...]:
        """The wishes, whose values go with each hit."""
        return tuple(judge.key for judge in self.objective.judges) if self.objective is not None else ()

    def spans(self) -> dict[str, tuple[float, float]]:
        """The ranges of the histograms: of each term, of each model that no term is about, and of the score."""
        spans: dict[str, tuple[float, float]] = {"score": (0.0, 1.0)} if self.objective is not None else {}
        for judge in self.objective.judges if self.objective is not None else ():
            want = judge.term.wanted()
            reach = 4 * (judge.term.tolerance or want.tolerance(judge.what))
            ends = [end for end in (want.low, want.high) if math.isfinite(end)] or [0.0]
            spans[judge.key] = _span(judge.what, min(ends) - reach, max(ends) + reach)
        for name, what in self.panel.properties.items():
            if name not in spans:
                spans[name] = _span(what, 0.0, 1.0)
        return spans

    def summary(self) -> Summary:
        """That of no rows."""
        return Summary.empty(self.spans(), top=self.asked.top, seed=self.asked.seed)

    def screen(self, batch: Batch, *, watched: bool = False) -> tuple[Summary, dict[str, list[Any]]]:
        """The summary of a batch and, where every row is kept, its columns. Each molecule is under limits if `watched`.

        Raises PharmakonError where too many molecules are over them.
        """
        lines = batch.lines()
        blocks = [range(start, min(start + BLOCK, len(lines))) for start in range(0, len(lines), BLOCK)]

        def piece(some: range, set_aside: Mapping[int, str], mark: Callable[[int], None]) -> Piece:
            return self.piece(batch.file, lines, some, set_aside=set_aside, mark=mark)

        return self.joined(
            guarded(piece, blocks, self.asked.limits) if watched else (piece(some, {}, _unmarked) for some in blocks)
        )

    def joined(self, pieces: Iterable[Piece]) -> tuple[Summary, dict[str, list[Any]]]:
        """Pieces, in the order of their rows, as one."""
        summary, columns = self.summary(), dict[str, list[Any]]()
        hits: list[Hit] = []
        for piece in pieces:
            hits += piece.summary.best.hits
            piece.summary.best.hits = []  # they are sorted once, at the end
            summary.merge(piece.summary)
            summary.problems += piece.summary.problems
            summary.set_aside += piece.summary.set_aside
            for name, values in piece.columns.items():
                columns.setdefault(name, []).extend(values)
        summary.best.merge(type(summary.best)(self.asked.top, hits))
        return summary, columns

    def piece(
        self,
        file: int,
        lines: Sequence[Line],
        some: range,
        *,
        set_aside: Mapping[int, str],
        mark: Callable[[int], None],
    ) -> Piece:
        """What `some` of a file's lines give; those of `set_aside` are left out for the reason told there.

        `mark` is told which line is being worked on.
        """
        summary, rows = self.summary(), [lines[i] for i in some]
        why = [set_aside.get(i, problem) for i, (*_, problem) in zip(some, rows, strict=True)]
        done = []
        for i, (_, _, structure, _), reason in zip(some, rows, why, strict=True):
            mark(i)
            done.append(standardize("" if reason else structure))
        why = [reason or d.problem for reason, d in zip(why, done, strict=True)]
        good = [i for i, reason in enumerate(why) if not reason]
        kept = Marked((mol for d in done if (mol := d.mol) is not None), [some[i] for i in good], mark)
        judged = self._judged([done[i].smiles for i in good], kept)
        summary.counts.update(rows=len(rows), unreadable=len(rows) - len(good))
        for i, (number, id, text, _), reason in zip(some, rows, why, strict=True):
            if reason:
                told = summary.set_aside if i in set_aside else summary.problems
                told.append((file, number, id, excerpt(text, 200), reason))
        summary.counts["unreadable"] -= len(summary.set_aside)
        summary.counts["set aside"] += len(summary.set_aside)
        places = [(file, rows[i][0], rows[i][1]) for i in good]
        hits = self._seen(summary, places, [done[i].smiles for i in good], kept, judged)
        summary.best.merge(type(summary.best)(self.asked.top, hits))
        columns: dict[str, list[Any]] = {}
        if self.asked.whole:
            own: dict[str, list[Any]] = {
                "file": [file] * len(rows),
                "row": [number for number, *_ in rows],
                "id": [id for _, id, *_ in rows],
                "smiles": ["" if reason else d.smiles for d, reason in zip(done, why, strict=True)],
                "problem": why,
            }
            columns = own | self._rows(judged, good, len(rows))
        return Piece(summary, columns)

    def _judged(self, smiles: list[str], mols: Marked) -> _Judged:
        names = tuple(self.panel.models)
        found = self.panel.estimate(smiles, names, features=Features(mols), brief=True) if names else {}
        if self.objective is None:
            return _Judged(found, [])
        self._scorer.known = smiles, found
        return _Judged(found, self.objective.evaluate(smiles, mols=mols))

    def _seen(
        self,
        summary: Summary,
        places: Sequence[tuple[int, int, str]],
        smiles: Sequence[str],
        mols: Marked,
        judged: _Judged,
    ) -> list[Hit]:
        """Count readable rows; those that hold every constraint, as hits."""
        summary.distinct.add(smiles)
        for name in summary.histograms:
            summary.histograms[name].add(judged.values(name))
        strange = np.array([~got.in_domain for got in judged.found.values()]).reshape(len(judged.found), len(mols))
        for name, count in zip(judged.found, strange.sum(axis=1).tolist(), strict=True):
            if count:
                summary.outside[name] += count
        summary.counts["outside"] += int(strange.any(axis=0).sum())
        outside = ["; ".join(compress(judged.found, row)) for row in strange.T.tolist()]
        hits = []
        for i, ((file, row, id), text, mol) in enumerate(zip(places, smiles, mols, strict=True)):
            score, values = 0.0, tuple[float, ...]()
            if self.objective is not None:
                evaluation = judged.evaluations[i]
                if not evaluation.feasible:
                    self._blame(summary, evaluation)
                    continue
                score = round(float(evaluation.score), DIGITS)
                values = tuple(round(float(part.value), DIGITS) for part in evaluation.parts.values())
            if is_scheduled(mol):
                summary.counts["scheduled"] += 1
                continue
            summary.counts["feasible"] += 1
            hit = Hit(score, text, file, row, id, values, outside[i])
            summary.scaffolds.add(scaffold(mol), hit)
            if self.objective is not None:
                hits.append(hit)
        return hits

    def _blame(self, summary: Summary, evaluation: Evaluation) -> None:
        """Count why a row is out: a property that could not be had, or the constraints that it breaks."""
        assert self.objective is not None  # noqa: S101  it judged
        if any(part.problem for part in evaluation.parts.values()):
            summary.counts["no estimate"] += 1
            return
        summary.counts["infeasible"] += 1
        summary.broken.update(j.key for j in self.objective.constraints if evaluation.parts[j.key].desirability < 1.0)

    def _rows(self, judged: _Judged, good: Sequence[int], n: int) -> dict[str, list[Any]]:
        """What was found, as columns of n rows, of which the `good` were judged."""
        columns: dict[str, list[Any]] = {}

        def spread(values: Sequence[Any], empty: Any) -> list[Any]:
            whole = [empty] * n
            for i, value in zip(good, values, strict=True):
                whole[i] = value
            return whole

        if self.objective is not None:
            columns["score"] = spread([round(float(e.score), DIGITS) for e in judged.evaluations], math.nan)
            columns["feasible"] = spread([bool(e.feasible) for e in judged.evaluations], False)
        for name, got in judged.found.items():
            for suffix, values in (("", got.value), ("_low", got.low), ("_high", got.high)):
                columns[name + suffix] = spread(values.tolist(), math.nan)
            columns[name + "_in_domain"] = spread(got.in_domain.tolist(), False)
        for key in self.terms:
            if key not in judged.found:
                columns[key] = spread(judged.values(key), math.nan)
        return columns


@dataclass(frozen=True, slots=True)
class _Judged:
    found: Mapping[str, Estimates]
    evaluations: Sequence[Evaluation]

    def values(self, name: str) -> list[float]:
        """Of a term, a model or the score; a score below 0 says that a constraint is broken, and is none."""
        if name == "score":
            return [float(e.score) for e in self.evaluations if e.feasible]
        if self.evaluations and name in self.evaluations[0].parts:
            return [float(e.parts[name].value) for e in self.evaluations]
        return [float(value) for value in self.found[name].value] if name in self.found else []


class _Answers:
    """A panel as the objective's scorer, which is told the estimates of a block before it is asked for them."""

    def __init__(self, panel: Panel) -> None:
        self._panel, self.properties = panel, offered(panel)
        self.known: tuple[Sequence[str], Mapping[str, Estimates]] = ((), {})

    def estimate(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        """See core.types.Scorer. What the models say nothing of has a problem, and is no failure."""
        told, found = self.known
        if told is not smiles:  # an example of a goal
            found = self._panel.estimate(smiles, tuple(dict.fromkeys(name.partition(".")[0] for name in names)))
        got = aspects(found, names, self.properties)
        return {name: _excused(estimates) for name, estimates in got.items()}


def _excused(got: Estimates) -> Estimates:
    unknown = ~np.isfinite(got.value)
    if not unknown.any():
        return got
    return replace(got, problem=["the model says nothing of such a molecule" if x else "" for x in unknown.tolist()])


def _span(what: Property, low: float, high: float) -> tuple[float, float]:
    """The property's own range where it has one, else that given."""
    found = what.low if what.low is not None else low, what.high if what.high is not None else high
    return (float(found[0]), float(found[1])) if found[0] < found[1] else (float(found[0]), float(found[0]) + 1.0)


def _unmarked(place: int) -> None:
    """Nobody is told."""


_worker: dict[str, Screener] = {}


def load(asked: Asked) -> None:
    """In each worker: load the models once, and what they make ready when they are first asked, before any fork."""
    _worker["screener"] = Screener(asked)
    _worker["screener"].screen(Batch(0, 0, 1, ((1, "", "CCO", ""),)))


def score(batch: Batch) -> tuple[bytes, int]:
    """In a worker: the bytes of a batch's part, and how many of its rows have no answer."""
    screener = _worker["screener"]
    summary, columns = screener.screen(batch, watched=True)
    content = _parquet(columns, summary.text()) if screener.asked.whole else packed(summary)
    return content, summary.counts["unreadable"] + summary.counts["set aside"]


def _parquet(columns: Mapping[str, list[Any]], summary: str) -> bytes:
    """A Parquet file of columns that bears the summary."""
    from pathlib import Path

    import duckdb
    import pandas as pd

    kinds = {bool: "BOOLEAN", int: "BIGINT", float: "FLOAT", str: "VARCHAR"}
    casts = []
    for name, values in columns.items():
        quoted = '"' + name.replace('"', '""') + '"'
        kind = "DOUBLE" if name == "score" else kinds[type(values[0])]
        casts.append(f"CAST({quoted} AS {kind}) AS {quoted}")
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "part.parquet"
        connection.execute("SET threads = 1")
        connection.register("frame", pd.DataFrame(columns))
        held = summary.replace("'", "''")
        try:
            connection.execute(
                f"COPY (SELECT {', '.join(casts)} FROM frame) TO '{path}' "  # noqa: S608 - quoted
                f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{KEY}: '{held}'}})"
            )
        except duckdb.IOException as error:
            said = str(error).partition("{")[0].strip()
            raise PharmakonError(
                f"a shard cannot be written in {Path(folder).parent}: is it full? Make room there, or set TMPDIR to "
                f"another folder, and go on with --resume ({excerpt(said, 200)})"
            ) from None
        return path.read_bytes()
