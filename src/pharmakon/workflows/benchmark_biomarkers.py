"""Public cohorts with a published answer: what discovery finds, what nested folds promise, and what came of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.biomarkers.check import refusals
from pharmakon.biomarkers.cohort import Cohort, assemble
from pharmakon.biomarkers.declaration import Declaration
from pharmakon.biomarkers.judging import judge
from pharmakon.biomarkers.quality import check_design
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.biomarkers.signature import horizon_of
from pharmakon.core.config import build
from pharmakon.learn.metrics import auroc
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of

from .benchmark import BenchmarkConfig, Learner, Say, anchors, told
from .engines import Machines
from .study import keep_signature, run_study, study_of
from .study_markers import each_marker, records
from .study_scores import scores_of

FOLDS, PERMUTATIONS, REPEATS = 5, 20, 3
IMVIGOR, GOLUB, COVID, BREAST, LYMPHOMA, ALZHEIMER = (
    *("icb_mariathasan", "golub_leukemia", "covid_olink_severity", "breast_taxane", "dlbcl_rosenwald"),
    "alzheimer_csf",
)
GOLUB_GENES = ("M27891", "X52142", "U50136", "M84526", "U22376", "M23197", "X95735", "Y12670")
"""The top of the published list by signal to noise."""


class Biomarkers:
    """Each cohort by the defaults of `pharmakon discover`; nothing was chosen by these scores."""

    what = (
        "public cohorts with a published answer: nested and external scores, permuted outcomes, known markers, a trap"
    )
    protocol = (
        "defaults of pharmakon discover; 5 outer folds by patient, 3 repeats, 20 runs on permuted outcomes; external: "
        "the published split"
    )
    published = "single papers and floors recomputed from the same data"
    needs = data_set(IMVIGOR).file("clinical").path
    repeats = REPEATS

    def tasks(self) -> Sequence[str]:
        return list(TASKS)

    def files(self, task: str, root: Path) -> list[Path]:
        return TASKS[task].files()

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        found = TASKS[task].run(config, say)
        return found | {"anchors": anchors()["biomarkers"].get(task, {})}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """How many tasks there are; their scores mean different things and are not summed."""
        return {"tasks": len(results)}


def declared(**facts: Any) -> Declaration:
    """A declaration from plain data."""
    return build(Declaration, facts, where="benchmark biomarkers")


def nested_scores(cohort: Cohort, config: BenchmarkConfig, say: Say, *, stable: bool = True) -> dict[str, Any]:
    """Nested scores of every model with their intervals, and of permuted outcomes."""
    recipe = Recipe(horizon=_finite(horizon_of(Recipe(), cohort.outcome)))
    study = study_of(cohort, recipe=recipe)
    nested = run_study(
        study,
        folds=FOLDS,
        repeats=config.repeats or REPEATS,
        permutations=PERMUTATIONS,
        machines=Machines(config.workers),
        seed=config.seed,
        progress=told(say),
    )
    scores = scores_of(nested, cohort, horizon=study.horizon, seed=config.seed)
    found = {
        f"nested {model} {scores.leading}": _score(estimates[scores.leading])
        for model, estimates in scores.models.items()
    }
    null = scores.null[scores.main]
    spread = float(np.std(null.values, ddof=1) / len(null.values) ** 0.5) if len(null.values) > 1 else 0.0
    found[f"permuted {scores.main} {scores.leading}"] = {
        "value": round(null.mean, 4),
        "low": round(null.mean - 1.96 * spread, 4),
        "high": round(null.mean + 1.96 * spread, 4),
        "n": len(null.values),
    }
    stability = {
        model: {block: {"phi": _round(a.phi), "low": _round(a.low), "high": _round(a.high)} for block, a in by.items()}
        for model, by in scores.stability.items()
        if model == "stable"
    }
    return {
        "scores": found,
        "stability": stability,
        "patients": len({*cohort.patients}),
        "events": cohort.outcome.events,
    }


class Task(ABC):
    """One cohort."""

    sets: tuple[tuple[str, str], ...] = ()
    """(set, file) that it reads."""

    def files(self) -> list[Path]:
        return [path_of(name, file) for name, file in self.sets]

    @abstractmethod
    def run(self, config: BenchmarkConfig, say: Say) -> dict[str, Any]:
        """Scores, and what else is to be told."""


class Imvigor(Task):
    """Response to atezolizumab: weak, and so a test of honesty."""

    sets = ((IMVIGOR, "clinical"), (IMVIGOR, "expression"))

    def cohort(self) -> Cohort:
        """Its patients."""
        return assemble(
            declared(
                name="IMvigor210",
                context_of_use="response",
                clinical={"file": path_of(IMVIGOR, "clinical"), "patient": "patientid"},
                outcome={"kind": "binary", "column": "response", "positive": "R", "negative": "NR"},
                design={"covariates": ["sex", "TMB_perMb"]},
                blocks=[{"name": "rna", "file": path_of(IMVIGOR, "expression")}],
            )
        )

    def run(self, config: BenchmarkConfig, say: Say) -> dict[str, Any]:
        cohort = self.cohort()
        found = nested_scores(cohort, config, say)
        y, rna, clinical = cohort.outcome.value, cohort.blocks["rna"], cohort.covariates
        known = {gene: rna.values[:, rna.features.index(gene)] for gene in ("CXCL9", "IFNG", "CD8A", "TGFB1")}
        known["TMB"] = clinical.values[:, clinical.features.index("TMB_perMb")]
        for name, values in known.items():
            rows = np.isfinite(values)
            found["scores"][f"{name} alone auc"] = {
                "value": round(auroc(y[rows], values[rows]), 4),
                "n": int(rows.sum()),
            }
        return found


class Golub(Task):
    """ALL against AML: strong, trained on 38 and tested on 34."""

    sets = ((GOLUB, "labels"), (GOLUB, "expression"))

    def run(self, config: BenchmarkConfig, say: Say) -> dict[str, Any]:
        train, test = (self.part(part) for part in ("train", "test"))
        rows = records(each_marker(train))
        first = [row["feature"] for row in rows[:50]]
        signature, _ = keep_signature(study_of(train, recipe=Recipe()), stable=False, seed=config.seed)
        found = judge(test.outcome, signature.apply(test.blocks), test.patients, random_state=config.seed)
        listed = sum(any(feature.startswith(gene) for feature in first) for gene in GOLUB_GENES)
        return {
            "scores": {
                "test auc": _score(found["auc"]),
                "of the published 8, in the first 50": {"value": listed, "n": len(GOLUB_GENES)},
            },
            "first": first[:10],
        }

    def part(self, part: str) -> Cohort:
        return assemble(
            declared(
                name=f"Golub {part}",
                context_of_use="diagnostic",
                clinical={"file": path_of(GOLUB, "labels"), "keep": {"split": part}},
                outcome={"kind": "binary", "column": "class", "positive": "AML"},
                blocks=[{"name": "rna", "file": path_of(GOLUB, "expression")}],
            )
        )


class Covid(Task):
    """Intensive care by 64 plasma proteins: made in Breda, tried in Radboud."""

    sets = tuple((COVID, name) for name in ("train_x", "train_y", "validation_x", "validation_y", "proteins"))

    def run(self, config: BenchmarkConfig, say: Say) -> dict[str, Any]:
        train, test = self.part("train"), self.part("validation")
        rows = records(each_marker(train))
        found = nested_scores(train, config, say)
        for name, stable in (("external", False), ("external stable", True)):
            signature, _ = keep_signature(study_of(train, recipe=Recipe()), stable=stable, seed=config.seed)
            judged = judge(test.outcome, signature.apply(test.blocks), test.patients, random_state=config.seed)
            found["scores"][f"{name} auc"] = _score(judged["auc"])
            found["scores"][f"{name} calibration slope"] = _score(judged["calibration_slope"])
        for name, cohort in (("train", train), ("external", test)):
            block = cohort.blocks["olink"]
            values = block.values[:, block.features.index("HGF")]
            found["scores"][f"HGF alone, {name} auc"] = {
                "value": round(auroc(cohort.outcome.value, values), 4),
                "n": len(cohort),
            }
        return found | {"first": [row["feature"] for row in rows[:5]]}

    def part(self, part: str) -> Cohort:
        """The patients of "train" or "validation"."""
        return assemble(
            declared(
                name=f"COVID severity, {part}",
                context_of_use="prognostic",
                clinical={"file": path_of(COVID, f"{part}_y")},
                outcome={"kind": "binary", "column": "x", "positive": "ICU"},
                blocks=[
                    {
                        "name": "olink",
                        "file": path_of(COVID, f"{part}_x"),
                        "join": "order",
                        "labels": {"file": path_of(COVID, "proteins"), "id": "OlinkID", "label": "Assay"},
                    }
                ],
            )
        )


class Trap(Task):
    """Two series in one table, so that the arm is the series: a claim of prediction has to be refused."""

    sets = ((BREAST, "table"),)

    def run(self, config: BenchmarkConfig, say: Say) -> dict[str, Any]:
        table = path_of(BREAST, "table")
        facts: dict[str, Any] = {
            "name": "Breast, with and without taxane",
            "clinical": {"file": table},
            "outcome": {"kind": "survival", "time": "time", "event": "status", "unit": "years"},
            "blocks": [{"name": "rna", "file": table, "leave_out": ["treat"]}],
        }
        claimed = assemble(declared(**facts, context_of_use="predictive", design={"arm": "treat"}))
        against = refusals(check_design(claimed, seed=config.seed), ["predictive"])
        facts["clinical"] = {"file": table, "keep": {"treat": "0.5000"}}
        found = nested_scores(assemble(declared(**facts, context_of_use="prognostic")), config, say)
        found["scores"]["refused as predictive"] = {"value": int(bool(against)), "n": 1}
        return found | {"reasons": [check.sentence for check in against]}


class Lymphoma(Task):
    """Survival of 240 patients by 7,399 genes."""

    sets = ((LYMPHOMA, "survival"), (LYMPHOMA, "expression"))

    def run(self, config: BenchmarkConfig, say: Say) -> dict[str, Any]:
        cohort = assemble(
            declared(
                name="DLBCL",
                context_of_use="prognostic",
                clinical={"file": path_of(LYMPHOMA, "survival")},
                outcome={"kind": "survival", "time": "time_years", "event": "event", "unit": "years"},
                blocks=[{"name": "rna", "file": path_of(LYMPHOMA, "expression")}],
            )
        )
        return nested_scores(cohort, config, say)


class Alzheimer(Task):
    """Impairment by proteins of the cerebrospinal fluid, over age, sex and APOE."""

    sets = ((ALZHEIMER, "table"),)

    def cohort(self) -> Cohort:
        """Its patients."""
        table = path_of(ALZHEIMER, "table")
        return assemble(
            declared(
                name="CSF",
                context_of_use="diagnostic",
                clinical={"file": table},
                outcome={"kind": "binary", "column": "Class", "positive": "Impaired"},
                design={"covariates": ["age", "male", "Genotype"]},
                blocks=[{"name": "csf", "file": table}],
            )
        )

    def run(self, config: BenchmarkConfig, say: Say) -> dict[str, Any]:
        cohort = self.cohort()
        found = nested_scores(cohort, config, say)
        y, block = cohort.outcome.value, cohort.blocks["csf"]
        for name in ("tau", "p_tau", "Ab_42"):
            value = auroc(y, block.values[:, block.features.index(name)])
            found["scores"][f"{name} alone auc"] = {"value": round(max(value, 1 - value), 4), "n": len(y)}
        return found | {"first": [row["feature"] for row in records(each_marker(cohort))[:5]]}


TASKS: Mapping[str, Task] = {
    "imvigor210": Imvigor(),
    "golub": Golub(),
    "covid_severity": Covid(),
    "breast_two_series": Trap(),
    "dlbcl": Lymphoma(),
    "alzheimer_csf": Alzheimer(),
}


def _score(found: Any) -> dict[str, Any]:
    return {"value": _round(found.value), "low": _round(found.low), "high": _round(found.high), "n": found.patients}


def _round(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


BIOMARKERS = Biomarkers()
