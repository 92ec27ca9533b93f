"""Federated studies beside single-site and pooled ones: two hospitals, five trials, four peoples, unlike hospitals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.cohort import Cohort, assemble
from pharmakon.biomarkers.kept_back import parts_of
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.simulate import simulate as simulated_patients
from pharmakon.core.random import stream
from pharmakon.learn.glm_loss import sigmoid
from pharmakon.learn.interval import NORMAL, Interval
from pharmakon.store.places import path_of

from .benchmark import BenchmarkConfig, Learner, Say
from .benchmark_biomarkers import COVID, declared
from .federate_output import POOLED, lead_of
from .federate_plan import Plan
from .federate_score import FEDERATED, GAIN, SINGLE, over_all
from .federate_simulate import Simulated, simulate, split, study
from .federate_site import Site

SPLITS = 10
AVERAGING, AVERAGING_ROUNDS = "federated averaging", 60
TRIALS = ("icb_mariathasan", "icb_miao", "icb_hugo", "icb_nathanson", "icb_riaz")
WARFARIN = "pgx_warfarin_iwpc"
DOSE = "Therapeutic Dose of Warfarin"
PREDICTORS = (
    *("Age", "Height (cm)", "Weight (kg)", "Amiodarone (Cordarone)", "VKORC1 -1639 consensus", "CYP2C9 consensus"),
    "Gender",
)
HOSPITALS = {"a": 120, "b": 160, "c": 200, "d": 280}
BASELINE = {"a": -1.0, "b": -0.3, "c": 0.3, "d": 1.0}
"""Log odds by which the outcome is commoner in one hospital than in another."""
SHIFT = 0.3
"""SD of each hospital's own shift of each feature, in SDs of the feature: another laboratory."""


class Federation:
    """Every model on the same kept-back patients; nothing was chosen by these scores."""

    what = "models of several hospitals from sums and no rows: single-site, federated and pooled side by side"
    protocol = (
        "30 % of each site's patients kept back for judging (60 % of the simulated), 10 splits by hash; penalty by "
        "folds inside; on real data the mean over splits of the value and of the ends of its interval, simulated the "
        "mean of 10 draws with its own; over sites each by its pairs of patients, or its patients"
    )
    published = "the pooled fit by other code in the same run"
    needs = ""
    repeats = SPLITS

    def tasks(self) -> Sequence[str]:
        return list(TASKS)

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(name, file) for name, file in TASKS[task].sets]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        times = config.repeats or SPLITS
        found: dict[str, list[Interval]] = {}
        made: list[Simulated] = []
        by_site: dict[str, list[float]] = {}
        for i in range(times):
            say(f"{i:,} of {times:,} splits")
            one = TASKS[task].study(config.seed + i, "newton")
            made.append(one)
            measure = lead_of(one.plan)
            for name in (SINGLE, FEDERATED, POOLED):
                found.setdefault(f"{name} {measure}", []).append(over_all(one.scores, name, measure))
            for name in (FEDERATED, POOLED):
                found.setdefault(f"{name} over {SINGLE}", []).append(over_all(one.scores, f"{GAIN} of {name}"))
            for site, said in one.scores.items():
                for name in (SINGLE, FEDERATED):
                    if name in said:
                        by_site.setdefault(f"{site}, {name}", []).append(said[name][measure]["value"])
            if TASKS[task].averaged:
                other = TASKS[task].study(config.seed + i, "averaging")
                found.setdefault(f"{AVERAGING} {measure}", []).append(over_all(other.scores, FEDERATED, measure))
                found.setdefault("averaging, largest difference", []).append(Interval(other.difference))
        first = made[0]
        return {
            "scores": {name: _figure(values, first, independent=TASKS[task].drawn) for name, values in found.items()},
            "anchors": {},
            "by site": {name: round(float(np.mean(values)), 4) for name, values in by_site.items()},
            "largest difference from pooled": float(f"{max(one.difference for one in made):.2g}"),
            "same penalty as pooled": sum(one.state.chosen == one.pooled.chosen for one in made),
            "splits": times,
            "patients fitted": {"first split": first.state.patients},
            "rounds": max(one.traffic.rounds for one in made),
            "bytes sent by a site": max(max(one.traffic.sent.values()) for one in made),
            "bytes received by a site": max(max(one.traffic.received.values()) for one in made),
            "left out": first.left_out,
        }

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Where federated is better than single-site beyond its interval, and how near it is to pooled."""
        gains = [one["scores"].get(f"{FEDERATED} over {SINGLE}", {}).get("low") for one in results.values()]
        worst = max((one["largest difference from pooled"] for one in results.values()), default=0.0)
        return {
            "tasks": len(results),
            "better than single-site beyond the interval": sum(low is not None and low > 0 for low in gains),
            "decimals of the coefficients in common with pooled": int(-np.log10(max(worst, 1e-15))),
        }


class Task(ABC):
    """One set of sites."""

    sets: tuple[tuple[str, str], ...] = ()
    averaged = True
    drawn = False
    """Whether every repetition is of other patients."""

    @abstractmethod
    def study(self, seed: int, method: str) -> Simulated:
        """The study with one split."""


class Hospitals(Task):
    """Intensive care by 64 plasma proteins in Breda and in Radboud, each scaled by its authors."""

    sets = tuple((COVID, name) for name in ("train_x", "train_y", "validation_x", "validation_y", "proteins"))

    def study(self, seed: int, method: str) -> Simulated:
        labels = {"file": path_of(COVID, "proteins"), "id": "OlinkID", "label": "Assay"}
        sites = {
            site: assemble(
                declared(
                    name="COVID severity",
                    context_of_use="prognostic",
                    clinical={"file": path_of(COVID, f"{part}_y")},
                    outcome={"kind": "binary", "column": "x", "positive": "ICU"},
                    blocks=[{"name": "olink", "file": path_of(COVID, f"{part}_x"), "join": "order", "labels": labels}],
                )
            )
            for site, part in (("Breda", "train"), ("Radboud", "validation"))
        }
        plan = Plan(name="COVID severity", outcome="binary", positive="ICU", blocks=("olink",), kept=20, seed=seed)
        return simulate(_by(plan, method), sites)


class Trials(Task):
    """Response to checkpoint inhibitors in five trials of three tumours; those too small to sum up are left out."""

    sets = tuple((name, file) for name in TRIALS for file in ("clinical", "expression"))
    averaged = False

    def study(self, seed: int, method: str) -> Simulated:
        sites = {
            name.removeprefix("icb_"): assemble(
                declared(
                    name=name,
                    context_of_use="response",
                    clinical={"file": path_of(name, "clinical"), "patient": "patientid"},
                    outcome={"kind": "binary", "column": "response", "positive": "R", "negative": "NR"},
                    blocks=[{"name": "rna", "file": path_of(name, "expression")}],
                )
            )
            for name in TRIALS
        }
        plan = Plan(
            name="response", outcome="binary", positive="R", blocks=("rna",), kept=30, folds=2, fewest=2, seed=seed
        )
        return simulate(_by(plan, method), sites)


class Peoples(Task):
    """Weekly warfarin dose; the table names no hospital, so the sites are its groups by race, which differ more."""

    sets = ((WARFARIN, "table"),)
    averaged = False

    def study(self, seed: int, method: str) -> Simulated:
        cohort = _warfarin()
        levels = {column: words for column, words in cohort.levels.items() if words}
        plan = Plan(name="warfarin", outcome="continuous", blocks=("known",), levels=levels, kept=0, seed=seed)
        return simulate(_by(plan, method), split(cohort, cohort.labels("Race")))


class Unlike(Task):
    """Four simulated hospitals that differ in size, in how common the outcome is, and in their laboratories."""

    drawn = True

    def study(self, seed: int, method: str) -> Simulated:
        plan = Plan(
            name="unlike", sites=tuple(HOSPITALS), outcome="binary", positive="yes", blocks=("omics",), kept_back=0.6,
            fewest=3, seed=seed,
        )  # fmt: skip
        made = simulated_patients(sum(HOSPITALS.values()), 200, true=10, effect=0.6, random_state=seed)
        draw = stream(seed, "unlike hospitals")
        ends = np.cumsum([0, *HOSPITALS.values()])
        sites = {}
        for name, start, end in zip(HOSPITALS, ends, ends[1:], strict=False):
            values = made.block.values[start:end] + SHIFT * draw.standard_normal(made.block.values.shape[1])
            y = (draw.random(end - start) < sigmoid(made.signal[start:end] + BASELINE[name])).astype(np.float64)
            patients = np.array([f"{name}{i}" for i in range(end - start)])
            part = parts_of(patients.tolist(), y.tolist(), salt=f"{seed}", share=plan.kept_back, folds=plan.folds)
            block = Block("omics", values, made.block.features)
            sites[name] = Site(name, {"omics": block}, Outcome("unlike", "binary", y, positive="yes"), patients, part)
        return study(_by(plan, method), sites)


def _by(plan: Plan, method: str) -> Plan:
    if method == "newton":
        return plan
    return plan.model_copy(update={"method": "averaging", "rounds": AVERAGING_ROUNDS})


def _warfarin() -> Cohort:
    return assemble(
        declared(
            name="warfarin",
            context_of_use="response",
            clinical={"file": path_of(WARFARIN, "table")},
            outcome={"kind": "continuous", "column": DOSE, "unit": "mg/week"},
            design={"subgroups": ["Race"]},
            blocks=[{"name": "known", "features": list(PREDICTORS)}],
        )
    )


def _figure(values: Sequence[Interval], first: Simulated, *, independent: bool) -> dict[str, Any]:
    """The mean, with the mean ends of one split's interval; of independent draws with the mean's own."""
    middle = float(np.mean([one.value for one in values]))
    low, high = (float(np.nanmean([one[end] for one in values])) if _ended(values) else np.nan for end in (1, 2))
    if independent and len(values) > 1:
        half = NORMAL * float(np.std([one.value for one in values], ddof=1)) / len(values) ** 0.5
        low, high = middle - half, middle + half
    judged = sum(one["patients"] for one in first.scores.values() if not one.get("too few"))
    ends = {"low": low, "high": high}
    return {
        "value": round(middle, 4),
        **{end: round(x, 4) if np.isfinite(x) else None for end, x in ends.items()},
        "n": judged,
    }


def _ended(values: Sequence[Interval]) -> bool:
    return any(np.isfinite(one.low) for one in values)


TASKS: dict[str, Task] = {
    "two hospitals": Hospitals(),
    "five trials": Trials(),
    "four peoples": Peoples(),
    "unlike hospitals": Unlike(),
}
FEDERATION = Federation()
