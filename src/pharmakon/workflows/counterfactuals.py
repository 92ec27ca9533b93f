"""counterfactuals: the smallest believable edits of a molecule that change a model's answer, with what speaks for each.

The search is `explain.counterfactual`; the edits are `design.edits` and, with measured molecules of one's own, the
exchanges that matched pairs of them show.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError, RefusedGoal, UsageError
from pharmakon.core.types import Estimates, Floats, Profile, Progress, silent
from pharmakon.core.units import clip, show

from .counterfactuals_result import Alternative, CounterfactualsResult, Value

if TYPE_CHECKING:
    from rdkit.Chem import Mol

    from pharmakon.chem.matched_pairs import MatchedPairs
    from pharmakon.explain.counterfactual import Answers, Counterfactual, Edit, Goal
    from pharmakon.predict.panel import Panel

ENDINGS = (".html", ".csv", ".json")
OUTSIDE = "the molecule is outside the model's domain: what would change its answer there is not to be trusted"
PAIRS, LEAST_PAIRS = 40, 2
"""Exchanges of one group that are tried, and pairs that an exchange needs to be tried."""


class CounterfactualsConfig(Config):
    """Whose answer, by which model, and what it should be instead."""

    smiles: str = Field(description="the molecule, as SMILES")
    model: str = Field(description="a shipped model, such as herg, or a model folder")
    threshold: float | None = Field(
        None, description="value to cross, to the side where the molecule is not; the property's own when not given"
    )
    change: float | None = Field(None, description="change that is wanted instead, such as 1.0 or -1.0, in its unit")
    keep: str | None = Field(None, description="SMARTS of a part whose atoms and bonds stay as they are")
    number: int = Field(6, ge=1, le=50, description="edits to show at most")
    min_similarity: float = Field(
        0.5, ge=0.0, le=1.0, description="Tanimoto similarity (ECFP4) to the molecule; less only where none is found"
    )
    profile: Profile = Field("full", description="full: judged by the endpoint's own model; fast: by one network")
    data: Path | None = Field(None, description="table of measured molecules of this assay, to mine for matched pairs")
    smiles_column: str | None = Field(None, description="its structure column; guessed when not given")
    value: str | None = Field(None, description="its column of measured values; needed unless only one is left")
    id_column: str | None = Field(None, description="its identifier column; guessed when not given")
    output: Path | None = Field(None, description="page or table to write: .html, .csv or .json")

    @model_validator(mode="after")
    def _one_goal(self) -> CounterfactualsConfig:
        if self.threshold is not None and self.change is not None:
            raise ValueError("give either a threshold or a change")
        if self.change == 0:
            raise ValueError("a change of 0 is none")
        if self.output is not None and self.output.suffix.lower() not in ENDINGS:
            raise ValueError(f"name the output .html, .csv or .json, not {self.output.name}")
        return self


def run(config: CounterfactualsConfig, *, progress: Progress = silent) -> CounterfactualsResult:
    """Find the edits.

    Raises ConfigError for a molecule or SMARTS that cannot be read, UnknownName for a wrong model or column,
    UsageError where there is nothing to change, RefusedGoal where more of a hazard is asked for.
    """
    from rdkit import Chem, rdBase

    from pharmakon.chem.scheduled import refuse
    from pharmakon.chem.standardize import standardize

    done = standardize(config.smiles)
    if done.problem or done.mol is None:
        raise ConfigError(f"{config.smiles!r} cannot be read: {done.problem}")
    refuse(done.smiles, "as a molecule to edit")
    start = Chem.MolFromSmiles(done.smiles)
    if config.output is not None and not config.output.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {config.output.parent} to write {config.output.name} to")
    progress(0, 3, "reads the models")
    panel = loaded(config.model, config.profile)
    (name,) = panel.models
    got = panel.predict([done.smiles])[name]
    goal, wanted = _goal(config, got)
    notes = list(done.changes)
    base = CounterfactualsResult(done.smiles, name, got.property, Value.at(got, 0), wanted, notes=notes)
    if not got.in_domain[0]:
        return _written(replace(base, withheld=OUTSIDE), config)
    pairs = None
    if config.data is not None:
        progress(1, 3, "mines matched pairs")
        pairs = _mined(config, start, notes)
    progress(2, 3, "tries edits")
    silence = rdBase.BlockLogs()
    try:
        found, tried = _searched(config, start, panel, goal, pairs)
        alternatives = _told(base, start, found, goal, pairs=pairs, panel=panel)
    finally:
        del silence
    if found and max(one.similarity for one in found) < config.min_similarity:
        notes.append(
            f"none of similarity {config.min_similarity:g} or more was found: these are less like the molecule"
        )
    progress(3, 3, "")
    return _written(replace(base, found=alternatives, tried=tried), config)


@lru_cache(maxsize=4)
def loaded(model: str, profile: Profile) -> Panel:
    """A panel of one model, read once."""
    from pharmakon.predict.panel import Panel

    return Panel.load((model,), profile)


def _goal(config: CounterfactualsConfig, got: Estimates) -> tuple[Goal, str]:
    """The side that is wanted, and that in words."""
    from pharmakon.explain.counterfactual import Goal

    what, value = got.property, float(got.value[0])
    if not math.isfinite(value):
        raise ConfigError(f"{got.model} has no answer for {config.smiles}")
    if config.change is not None:
        goal = Goal(value + config.change, above=config.change > 0)
    else:
        threshold = what.threshold if config.threshold is None else config.threshold
        if threshold is None:
            raise UsageError(f"{what.title} has no threshold; say which value to cross (--threshold) or --change")
        goal = Goal(threshold, above=value < threshold)
    if clip(goal.threshold, what.low, what.high) != goal.threshold:
        raise ConfigError(f"{show(goal.threshold)} is outside the range of {what.title}")
    if what.hazard and what.better != "none" and goal.above != (what.better == "high"):
        side = f"{show(value, what.unit)} is already on the good side of {show(goal.threshold)}"
        if config.change is None:
            raise UsageError(f"{what.title}: {side}; to go further, give --threshold")
        raise RefusedGoal(f"{what.title} is a hazard: an edit that raises it is not looked for")
    side = "at least" if goal.above else "below"
    return goal, f"{what.title} {side} {show(goal.threshold, what.unit if what.kind == 'regression' else '')}"


def _mined(config: CounterfactualsConfig, start: Mol, notes: list[str]) -> MatchedPairs:
    """The exchanges that the measured molecules show of the molecule's own groups."""
    from rdkit import Chem

    from pharmakon.chem.matched_pairs import HYDROGEN, MatchedPairs, cuts_of, median_of
    from pharmakon.predict.curate import curate

    from .assay import AssayConfig, open_assay

    table, column = open_assay(
        AssayConfig(data=Path(config.data or ""), smiles=config.smiles_column, value=config.value, id=config.id_column)
    )
    clean = curate(table.rows(), value=column)
    values: dict[str, list[float]] = {}
    for smiles, value in zip(clean.smiles, clean.y.tolist(), strict=True):
        values.setdefault(Chem.MolToSmiles(Chem.MolFromSmiles(smiles), isomericSmiles=False), []).append(value)
    flat = Chem.Mol(start)
    Chem.RemoveStereochemistry(flat)
    groups = {group for _, group in cuts_of(flat)} | {HYDROGEN}
    pairs = MatchedPairs.mine(median_of(values), wanted=groups.__contains__)
    notes.append(f"{len(pairs):,} exchanges of this molecule's groups in {len(values):,} measured molecules")
    return pairs


def _searched(
    config: CounterfactualsConfig, start: Mol, panel: Panel, goal: Goal, pairs: MatchedPairs | None
) -> tuple[list[Counterfactual], str]:
    import numpy as np
    from rdkit import Chem

    from pharmakon.chem.plausible import Yardstick
    from pharmakon.design.edits import edits
    from pharmakon.design.exchanges import exchanges
    from pharmakon.explain.counterfactual import Answers, Search, find

    kept: frozenset[int] = frozenset()
    if config.keep is not None:
        query = Chem.MolFromSmarts(config.keep)
        if query is None:
            raise ConfigError(f"--keep: {config.keep!r} is not SMARTS")
        kept = frozenset(i for match in start.GetSubstructMatches(query) for i in match)
        if not kept:
            raise ConfigError(f"--keep: {config.keep!r} is not in {config.smiles}")
    (name,) = panel.models
    what = panel.models[name].property
    own = config.threshold is None and config.change is None and what.better != "none"

    def judge(smiles: Sequence[str]) -> Answers:
        got = panel.predict(smiles)[name]
        sure = got.low >= goal.threshold if goal.above else got.high < goal.threshold
        if own:  # a classification's verdict is not its interval's
            verdict = "good" if goal.above == (what.better == "high") else "poor"
            sure = np.array([one == verdict for one in got.verdict], dtype=bool)
        return Answers(got.value, got.low, got.high, got.in_domain, sure)

    def all_edits(mol: Mol, blame: Floats) -> Iterator[Edit]:
        if pairs is not None:
            yield from exchanges(
                mol, lambda group: [c.after for c in pairs.afters(group)[:PAIRS] if c.n >= LEAST_PAIRS]
            )
        yield from edits(mol, blame)

    found, tried = find(
        start,
        Search(
            goal,
            all_edits,
            _screen(config, panel, start),
            judge,
            Yardstick(start).objection,
            kept=kept,
            number=config.number,
            min_similarity=config.min_similarity,
            least_similarity=min(config.min_similarity, 0.3),
        ),
    )
    return found, tried.told


def _screen(config: CounterfactualsConfig, panel: Panel, start: Mol) -> Callable[[Sequence[Mol]], Floats]:
    """Values of many molecules, quickly: those of the fast profile, moved so that both agree on the start."""
    from pharmakon.predict.features import Features
    from pharmakon.predict.panel import shipped_names
    from pharmakon.predict.scale import backward

    (name,) = panel.models
    quick = config.profile == "full" and config.model in shipped_names()
    model = loaded(config.model, "fast").models[name] if quick else panel.models[name]

    def raw(mols: Sequence[Mol]) -> Floats:
        return backward(model.values(Features(mols)), model.transform)

    shift = float(panel.predict([_smiles(start)])[name].value[0] - raw([start])[0]) if quick else 0.0
    return lambda mols: raw(mols) + shift


def _told(
    base: CounterfactualsResult,
    start: Mol,
    found: Sequence[Counterfactual],
    goal: Goal,
    *,
    pairs: MatchedPairs | None,
    panel: Panel,
) -> list[Alternative]:
    from .counterfactuals_evidence import alternative, measured_itself, side_effects

    if not found:
        return []
    same = measured_itself(panel.predict([one.smiles for one in found])[base.model])
    effects = side_effects(base.smiles, [one.smiles for one in found], but=base.model)
    return [
        alternative(one, start, base, goal=goal, pairs=pairs, same=text, effects=both)
        for one, text, both in zip(found, same, effects, strict=True)
    ]


def _written(result: CounterfactualsResult, config: CounterfactualsConfig) -> CounterfactualsResult:
    if config.output is None:
        return result
    from .counterfactuals_output import write
    from .recorded import model_files, recorded

    result = replace(result, output=config.output)
    inputs = [*([] if config.data is None else [config.data]), *model_files(config.model, config.profile)]
    with recorded("counterfactuals", config, [config.output], inputs=inputs):
        write(result, config.output)
    return result


def _smiles(mol: Mol) -> str:
    from rdkit import Chem

    return str(Chem.MolToSmiles(mol))
