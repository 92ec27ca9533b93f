"""A design's own scorers: opened under names that nothing else has, and what the record and the tables say of them."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pharmakon.chem.descriptors import descriptor_names
from pharmakon.core.closing import Closing
from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.design.lineage import Archive
from pharmakon.design.own_scorer import Function, OwnScorer
from pharmakon.design.scorers import ScorerConfig
from pharmakon.engine.function import missing
from pharmakon.record.entry import parse
from pharmakon.store.cache import FILE, Cache
from pharmakon.store.places import cache_folder

from .predict import PER_MODEL

__all__ = ["OwnScorers", "all_scorers", "check_same", "failures", "sentences"]

COLUMNS = {
    *("rank", "name", "smiles", "score", "alerts", "novelty", "call", "batch", "parents", "operators", "steps"),
    *("similarity", "nearest_active", "nearest_active_value", "nearest_active_similarity"),
    *("nearest_known", "nearest_known_smiles", "nearest_known_similarity", "route_found", "route_steps", "front"),
    *("mode", "kept_atoms", "linker", "core", "changed"),
}
"""Columns of designs.csv, which no scorer can be called."""
MEANING = ("name", "title", "unit", "better", "low", "high", "threshold", "hazard", "version")
"""What of a scorer may not change in the middle of a run; how it is asked may, or it could not be mended."""


def all_scorers(configs: Sequence[ScorerConfig], functions: Mapping[str, Function]) -> tuple[ScorerConfig, ...]:
    """The scorers of a goal file and of functions, which need no table; each with one way to be asked."""
    named = {config.name: config for config in configs}
    if len(named) < len(configs):
        twice = next(name for name, n in Counter(config.name for config in configs).items() if n > 1)
        raise ConfigError(f"two scorers are called {twice!r}; give one another name")
    for config in configs:
        if bool(config.python or config.command or config.url) == (config.name in functions):
            ways = "a function and a way of its own" if config.name in functions else "none"
            raise ConfigError(f"scorer {config.name!r} needs one of python, command and url, or a function; has {ways}")
    return (*configs, *(ScorerConfig(name=name) for name in functions if name not in named))


def check_same(held: Sequence[Mapping[str, Any]], configs: Sequence[ScorerConfig]) -> None:
    """UsageError where a resumed run's scorers mean something else than when it was started."""
    now = [config.model_dump(mode="json") for config in configs]
    if [scorer.get("name") for scorer in held] != [scorer["name"] for scorer in now]:
        raise UsageError("the run was started with other scorers; resume it with those, or choose another -o")
    for before, after in zip(held, now, strict=True):
        if changed := [key for key in MEANING if before.get(key) != after[key]]:
            raise UsageError(
                f"the run was started with another {', '.join(changed)} of scorer {after['name']!r}; resume it with "
                "that, or choose another -o"
            )


class OwnScorers(Closing):
    """The scorers of a run, ready to be asked; a context manager that ends what they started.

    `taken` are the names of models. Raises ConfigError for a name that is in use and for what cannot be asked.
    """

    def __init__(
        self,
        configs: Sequence[ScorerConfig],
        *,
        functions: Mapping[str, Function],
        cache: bool | str,
        taken: Collection[str],
    ) -> None:
        for config in configs:
            _check(config, taken)
        self._open = ExitStack()
        kept = any(config.cache for config in configs) and cache is not False
        file = None
        if kept:
            file = self._open.enter_context(Cache(cache if isinstance(cache, str) else cache_folder() / FILE))
        self.scorers = [
            OwnScorer(config, cache=file, function=functions.get(config.name), authorization=_authorization(config))
            for config in configs
        ]
        for scorer in self.scorers:
            self._open.enter_context(scorer)
        self._told: dict[str, tuple[int, int]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """What goals call them."""
        return tuple(scorer.config.name for scorer in self.scorers)

    def definitions(self) -> dict[str, Any]:
        """For the record, where there are any: how each is asked, its version and the hashes of its files."""
        found = {scorer.config.name: scorer.config.definition() for scorer in self.scorers}
        return {"scorers": found} if found else {}

    def counts(self) -> dict[str, Any]:
        """For the record, where there are any: molecules asked about, and known already, since this was last read."""
        found = {}
        for scorer in self.scorers:
            name = scorer.config.name
            asked, cached = self._told.get(name, (0, 0))
            found[name] = {"asked": scorer.asked - asked, "cached": scorer.cached - cached}
            self._told[name] = scorer.asked, scorer.cached
        return {"scorers": found} if found else {}

    def close(self) -> None:
        """End what they started."""
        self._open.close()


def failures(archive: Archive) -> list[dict[str, str]]:
    """A row for each molecule and wish that a scorer gave nothing for."""
    return [
        {"call": str(record.call), "smiles": record.smiles, "property": name, "reason": part.problem}
        for record in archive
        for name, part in record.evaluation.parts.items()
        if part.problem
    ]


def sentences(names: Sequence[str], *, ledger: Path, archive: Archive) -> list[str]:
    """How often each scorer was asked, as the ledger has it, and on how many molecules one failed."""
    total: Counter[tuple[str, str]] = Counter()
    for line in ledger.read_bytes().splitlines() if names else ():
        entry = parse(line)
        if entry is not None and entry.event in {"batch", "failed"}:
            for name, found in entry.data.get("scorers", {}).items():
                total.update({(name, key): n for key, n in found.items()})
    lines = [
        f"{name} was asked about {total[name, 'asked']:,} molecules"
        + (f"; {total[name, 'cached']:,} answers were known already." if total[name, "cached"] else ".")
        for name in names
        if total[name, "asked"] or total[name, "cached"]
    ]
    if failed := len({row["smiles"] for row in failures(archive)}):
        lines.append(f"{failed:,} could not be scored and count as infeasible: failed.csv says why.")
    return lines


def _check(config: ScorerConfig, taken: Collection[str]) -> None:
    name = config.name
    ending = next((suffix for suffix in PER_MODEL if suffix and name.endswith(suffix)), "")
    for what, clash in (
        ("a model", name in taken),
        ("a descriptor", name in descriptor_names()),
        ("a column of the table of designs", name in COLUMNS or bool(ending) or bool(re.fullmatch(r"R\d+", name))),
    ):
        if clash:
            raise ConfigError(f"scorer {name!r} has the name of {what}; call it something else, such as 'my_{name}'")
    if config.command and shutil.which(config.command[0]) is None:
        raise ConfigError(f"the command of scorer {name!r} is not there, or not a program: {config.command[0]}")
    if config.python and (why := missing(config.python)):
        raise ConfigError(f"the function of scorer {name!r}, {config.python}, is not there: {why}")


def _authorization(config: ScorerConfig) -> str:
    """The value of the header, from the environment; no message shows it."""
    if not config.authorization_env:
        return ""
    value = os.environ.get(config.authorization_env, "").strip()
    if not value:
        raise ConfigError(f"scorer {config.name!r} needs the environment variable {config.authorization_env}")
    if not (value.isascii() and value.isprintable()):
        raise ConfigError(f"the environment variable {config.authorization_env} does not hold one line of plain text")
    return value
