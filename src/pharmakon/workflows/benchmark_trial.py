"""Treatment effects: a randomised trial of known figures, and two series that look like a trial and are refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.core.types import Floats
from pharmakon.store.catalogue import data_set
from pharmakon.store.matrix import Matrix, read_matrix
from pharmakon.store.places import path_of
from pharmakon.therapy.effect import (
    REFUSED,
    Effect,
    adjusted_difference,
    by_risk,
    claim,
    comparable,
    difference,
    hazard_ratio,
)

from .benchmark import BenchmarkConfig, Learner, Say, anchors

TRIALS = {"actg175": "rct_actg175", "breast_taxane": "breast_taxane"}
COVARIATES = ("cd40", "cd80", "age", "wtkg", "karnof", "hemo", "homo", "drugs", "race", "gender", "str2", "symptom")
"""The twelve baseline covariates of the published analysis."""
MARKERS = ("race", "gender", "age", "cd40")


class Trial:
    """Differences with their intervals where arms can be compared, and a refusal where they cannot."""

    what = "effects of treatment in ACTG 175, and the refusal of a set whose arms are two series"
    protocol = (
        "ACTG 175: CD4 at 20 weeks, three treatments against zidovudine, difference and analysis of covariance, Cox's "
        "hazard ratio, treatment x marker, and the difference by quarter of the predicted outcome (out of fold); "
        "breast_taxane: the arm from ids alone, and from the expression by a straight line and by trees, "
        "cross-validated"
    )
    published = "Tsiatis et al., Stat. Med. 2008, 27, 4658"
    needs = data_set("rct_actg175").file().path
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return list(TRIALS)

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(TRIALS[task])]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        table = read_matrix(path_of(TRIALS[task]))
        return _actg175(table, config.seed) if task == "actg175" else _two_series(table, config.seed)

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The difference, and how many of the checks refuse."""
        return {task: next(iter(found["scores"].values()))["value"] for task, found in results.items()}


TRIAL = Trial()


def _actg175(table: Matrix, seed: int) -> dict[str, Any]:
    column = {name: table.values[:, j] for j, name in enumerate(table.columns)}
    treated, outcome = column["treat"] == 1, column["cd420"]
    covariates = np.column_stack([column[name] for name in COVARIATES])
    checks = comparable(treated, {"covariates": covariates}, randomised=True, seed=seed)
    ratio = hazard_ratio(column["days"], column["cens"], treated)
    scores = {
        "difference": _score(difference(outcome, treated)),
        "difference, adjusted": _score(adjusted_difference(outcome, treated, column["cd40"][:, None])),
        "difference, adjusted for all": _score(adjusted_difference(outcome, treated, covariates)),
        "hazard ratio": {
            "value": round(float(np.exp(ratio.value)), 4),
            "low": round(float(np.exp(ratio.low)), 4),
            "high": round(float(np.exp(ratio.high)), 4),
            "n": ratio.n,
        },
    }
    claims = {}
    for name in MARKERS:
        others = None if name == "cd40" else column["cd40"][:, None]
        said = claim(name, outcome, treated, column[name], checks=checks, covariates=others)
        if said.interaction is not None:
            scores[f"treatment x {name}"] = _score(said.interaction)
        claims[name] = said.verdict
    for place, effect in enumerate(by_risk(outcome, treated, covariates, seed=seed), start=1):
        scores[f"difference, quarter {place} of predicted outcome"] = _score(effect)
    return {
        "scores": scores,
        "anchors": anchors()["trial"]["actg175"],
        "claims": claims,
        "checks": [check.sentence for check in checks],
    }


def _two_series(table: Matrix, seed: int) -> dict[str, Any]:
    treated = table.values[:, table.columns.index("treat")] > 0
    probes = [j for j, name in enumerate(table.columns) if name not in {"status", "time", "treat"}]
    expression: Floats = table.values[:, probes]
    ways = {
        "ids": comparable(treated, {}, ids=table.rows, seed=seed),
        "expression": comparable(treated, {"expression": expression}, seed=seed),
    }
    outcome = table.values[:, table.columns.index("status")]
    said = {
        way: claim("first probe", outcome, treated, expression[:, 0], checks=checks) for way, checks in ways.items()
    }
    refused = [way for way, one in said.items() if one.verdict == REFUSED]
    scores = {
        "ways that refuse": {"value": float(len(refused)), "low": None, "high": None, "n": len(ways)},
        "AUC of the arm from expression": {
            "value": round(
                max(m for check in ways["expression"] for name, m in check.measures.items() if name.startswith("AUC")),
                4,
            ),
            "low": None,
            "high": None,
            "n": len(treated),
        },
    }
    return {"scores": scores, "anchors": {}, "reasons": {way: list(one.reasons) for way, one in said.items()}}


def _score(effect: Effect) -> dict[str, Any]:
    return {
        "value": round(effect.value, 4),
        "low": round(effect.low, 4),
        "high": round(effect.high, 4),
        "standard error": round(effect.standard_error, 4),
        "p": float(f"{effect.p:.3g}"),
        "n": effect.n,
    }
