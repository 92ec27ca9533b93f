"""A scorer of a user's own at work: asked for what is not known yet, checked, and its answers kept."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any, Protocol

import numpy as np

from pharmakon.chem.parse import canonical
from pharmakon.chem.scheduled import refuse
from pharmakon.core.closing import Closing
from pharmakon.core.errors import ScorerError
from pharmakon.core.excerpt import excerpt
from pharmakon.core.types import Estimates, Property
from pharmakon.design.scorers import ScorerConfig
from pharmakon.engine.callers import Callers, Failed
from pharmakon.engine.command import Command
from pharmakon.engine.function import answers, command
from pharmakon.engine.rest import Rest
from pharmakon.store.cache import Answer, Cache, Question

__all__ = ["Function", "OwnScorer"]

Function = Callable[[list[str]], Iterable[Any]]
"""A list of SMILES in; as many numbers out, or dicts with value, low and high."""
IN_A_ROW = 20
"""Failures one after the other that mean that the scorer does not work, whatever its on_error says."""
SECONDS = 1.0
"""Between two writes of the cache while answers come."""


class Backend(Protocol):
    """What answers; engine.callers.Callers is one."""

    def ask(self, items: Sequence[str]) -> Generator[tuple[int, Any], None, None]:
        """Each item's position with an object that has `value`, or a Failed, as they come."""
        ...

    def close(self) -> None:
        """Let go of programs and connections."""
        ...


class OwnScorer(Closing):
    """See core.types.Scorer. `function` answers where the configuration names neither python, command nor url.

    Scheduled chemicals are refused, not asked about. `asked` and `cached` count molecules. A context manager that ends
    what it started.
    """

    def __init__(
        self,
        config: ScorerConfig,
        *,
        cache: Cache | None = None,
        function: Function | None = None,
        authorization: str = "",
    ) -> None:
        self.config = config
        self.properties: Mapping[str, Property] = {config.name: config.meaning}
        self.asked = self.cached = 0
        # A function in memory may be anything; only its user's word says that it is still the same.
        keeps = config.cache and (function is None or bool(config.version))
        self._cache = cache if keeps else None
        self._question = Question(config.name, config.version, config.identity())
        self._backend = _InProcess(function) if function is not None else _backend(config, authorization)
        self._in_a_row = 0

    def estimate(self, smiles: Sequence[str], names: Sequence[str]) -> dict[str, Estimates]:
        """The answer for each SMILES. A failure is a ScorerError, or the `problem` of its molecule."""
        keys = [canonical(text) or text for text in smiles]
        for text in keys:
            refuse(text, f"for scorer {self.config.name!r}")
        known: dict[str, Answer | Failed] = {}
        if self._cache is not None:
            known |= self._cache.get(self._question, list(dict.fromkeys(keys)))
        self.cached += len(known)
        for text, answer in known.items():
            known[text] = self._within(text, answer)
        self._ask([text for text in dict.fromkeys(keys) if text not in known], known)
        for text in dict.fromkeys(keys):
            self._count(text, known[text])
        return {self.config.name: self._estimates([known[text] for text in keys])}

    def close(self) -> None:
        """End programs and connections. It can not be asked again."""
        self._backend.close()

    def _ask(self, smiles: Sequence[str], known: dict[str, Answer | Failed]) -> None:
        """Ask, and keep what is answered also when a later molecule fails."""
        fresh: dict[str, Answer] = {}
        written = time.monotonic()
        try:
            with closing(self._backend.ask(smiles)) as coming:
                for position, raw in coming:
                    text = smiles[position]
                    answer = raw if isinstance(raw, Failed) else _answer(raw)
                    self.asked += 1
                    known[text] = self._within(text, answer)
                    if isinstance(answer, Answer):
                        fresh[text] = answer
                    if self._cache is not None and time.monotonic() - written > SECONDS:
                        self._cache.put(self._question, fresh)
                        fresh, written = {}, time.monotonic()
        finally:
            if self._cache is not None and fresh:
                self._cache.put(self._question, fresh)

    def _within(self, smiles: str, answer: Answer | Failed) -> Answer | Failed:
        """An answer inside the declared range, its interval cut to that; a failure that may stop the run does."""
        low = -math.inf if self.config.low is None else self.config.low
        high = math.inf if self.config.high is None else self.config.high
        if isinstance(answer, Answer):
            if low <= answer.value <= high:
                return Answer(answer.value, max(answer.low, low), min(answer.high, high))
            answer = Failed(f"it gave {answer.value:g}, outside {low:g}..{high:g}")
        if self.config.on_error == "stop" or answer.blame == "none":
            raise ScorerError(self.config.name, smiles, answer.reason)
        return answer

    def _count(self, smiles: str, answer: Answer | Failed) -> None:
        """A scorer that fails for every molecule does not work."""
        self._in_a_row = self._in_a_row + 1 if isinstance(answer, Failed) else 0
        if isinstance(answer, Failed) and self._in_a_row >= IN_A_ROW:
            raise ScorerError(self.config.name, smiles, f"{answer.reason} (the last {IN_A_ROW} molecules all failed)")

    def _estimates(self, found: Sequence[Answer | Failed]) -> Estimates:
        def column(name: str) -> Any:
            return np.array([getattr(one, name, math.nan) for one in found], np.float64)

        what, value = self.config.meaning, column("value")
        n, nan = len(found), np.full(len(found), np.nan)
        return Estimates(
            property=what,
            model=self.config.name,
            value=value,
            low=column("low"),
            high=column("high"),
            in_domain=np.isfinite(value),
            verdict=[_verdict(what, number) for number in value],
            percentile=nan,
            nearest_similarity=nan,
            nearest_id=[""] * n,
            nearest_value=nan,
            problem=[one.reason if isinstance(one, Failed) else "" for one in found],
        )


def _backend(config: ScorerConfig, authorization: str) -> Backend:
    def program(words: Sequence[str], environment: Mapping[str, str] | None = None) -> Command:
        return Command(words, timeout=config.timeout, startup=config.startup, environment=environment)

    def make() -> Command | Rest:
        if config.python:
            return program(*command(config.python))
        if config.command:
            return program(config.command)
        return Rest(config.url, timeout=config.timeout, authorization=authorization)

    return Callers(make, workers=config.workers, at_once=config.together)


class _InProcess:
    """A function of the running program, which has no time limit."""

    def __init__(self, function: Function) -> None:
        self._function = function

    def ask(self, items: Sequence[str]) -> Generator[tuple[int, Any], None, None]:
        """See Backend."""
        for position, one in enumerate(answers(self._function, items) if items else ()):
            yield position, Failed(str(one["error"])) if one.get("error") else one

    def close(self) -> None:
        """Nothing was started."""


def _answer(raw: Mapping[str, Any]) -> Answer | Failed:
    """What came back as numbers, or what is wrong with it."""
    value = _number(raw.get("value"))
    if value is None:
        return Failed(f"it gave no number but {excerpt(repr(raw.get('value')))}" if "value" in raw else "no value came")
    ends = [_number(raw.get(key)) if raw.get(key) is not None else value for key in ("low", "high")]
    low, high = ends
    if low is None or high is None or not low <= value <= high:
        return Failed(f"its interval {raw.get('low')!r}..{raw.get('high')!r} does not hold its value {value:g}")
    return Answer(value, low, high)


def _number(value: Any) -> float | None:
    """A finite number, or None; a truth value is none, nor is text."""
    if hasattr(value, "item") and getattr(value, "size", 0) == 1:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _verdict(what: Property, value: float) -> str:
    if what.threshold is None or what.better == "none" or math.isnan(value):
        return ""
    return "good" if (value >= what.threshold) == (what.better == "high") or value == what.threshold else "poor"
