"""Warfarin equations against the doses of the consortium's patients: all of them, and by race."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of
from pharmakon.therapy.dose import EQUATIONS, Equation, gaps, judged, refitted, root_dose, usable
from pharmakon.therapy.patients import read_patients

from .benchmark import BenchmarkConfig, Learner, Say, anchors
from .dose_groups import by_race, flagged

DATA = "pgx_warfarin_iwpc"
REFITTED = "refitted"


class Doses:
    """Mean error in mg/week, share explained (squared correlation) and share within 20 %, by race."""

    what = "weekly warfarin dose by the published equations and by one refitted, out of fold: error overall and by race"
    protocol = (
        "patients with a stable dose, age, height, weight and alleles that the equation knows; VKORC1 read off its "
        "neighbours where it was not typed; most of the patients made the published equations"
    )
    published = "the consortium's validation cohort, N. Engl. J. Med. 2009; by race PMC2865873"
    needs = data_set(DATA).file().path
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [*EQUATIONS, REFITTED]

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(DATA)]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        patients = usable(read_patients(path_of(DATA)))
        worth = {str(equation): judged(patients, _roots(patients, equation)) for equation in EQUATIONS}
        if task == REFITTED:
            roots = refitted(patients, "pharmacogenetic", seed=config.seed)[1]
            found = judged(patients, roots)
        else:
            equation: Equation = "clinical" if task == "clinical" else "pharmacogenetic"
            found, roots = worth[equation], _roots(patients, equation)
        races = by_race(patients, roots, seed=config.seed)
        scores = {}
        for race, error in found.items():
            for name, value in (("mae", error.mae), ("explained", error.r2), ("within 20 %", error.within_20)):
                figure = {"value": round(value, 4), "low": None, "high": None, "n": error.n}
                scores[name if race == "all" else f"{name}, {race}"] = figure
        return {"scores": scores, "anchors": anchors()["dose"].get(task, {}), "gaps": [*gaps(worth), *flagged(races)]}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The mean errors."""
        return {task: found["scores"]["mae"]["value"] for task, found in results.items()}


DOSES = Doses()


def _roots(patients: Sequence[Any], equation: Equation) -> Any:
    return np.array([root_dose(patient, equation) for patient in patients])
