"""How much of each form the software fills by itself, over all shipped models, and how long a QPRF takes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.record.checklist import CHECKLISTS
from pharmakon.record.filling import FilledForm
from pharmakon.record.form import FORMS

from .benchmark import BenchmarkConfig, Learner, Say
from .dossier import FILLED, OF_MODELS, Asked, DossierConfig, run

QMRF, QPRF, OTHERS = "QMRF", "QPRF", "other forms"
ENOUGH = 40
TODAY = date(2026, 7, 1)
QPRF_MODELS = ("ames", "herg", "skin_sensitisation", "solubility", "tox21_ahr")
"""Two classes, two numbers, and one that only the networks answer."""
MOLECULES = (
    "CCO",
    "CC(=O)Oc1ccccc1C(=O)O",
    "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "CN(C)CCOC(c1ccccc1)c1ccccc1.Cl",
    "C[C@H](N)C(=O)O",
    "O=[N+]([O-])c1ccccc1",
    "CN(N=O)CC1CC1",
    "CC(C)NCC(O)COc1cccc2ccccc12",
    "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "[SiH3][SiH2][SiH3]",
    "CCCCCCCCCCCCCCCCCC(=O)[O-].[Na+]",
)
"""Small, drug-like, salts, a stereocentre, a lipid and one far from every training set."""


class Dossiers:
    """The forms of a dossier, filled for every shipped model, and QPRFs by the clock."""

    what = "fields of regulatory forms filled by the software, for every shipped model; seconds of a QPRF"
    protocol = (
        "QMRF: every endpoint and protein target that is shipped, and the structural alerts; a field counts as filled "
        "where the software says something, but not where it says that something was not done, and as empty where it "
        "neither says anything nor names who is needed. QPRF: pharmakon dossier, with its files, for 12 molecules and "
        "5 models one after the other in one process, so the first loads the networks. Other forms: the same models as "
        "the QMRF"
    )
    published = "none: no general tool that fills them is known"
    needs = ""
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [QMRF, QPRF, OTHERS]

    def files(self, task: str, root: Path) -> list[Path]:
        return []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        if task == QPRF:
            return {"scores": _qprf(config.limit, say), "anchors": {}}
        forms = ("qmrf",) if task == QMRF else tuple(name for name in FORMS if name not in (*OF_MODELS, *CHECKLISTS))
        found = {name: list(_filled(name, config.limit, say)) for name in forms}
        scores = {f"{name}: fields filled": _over([one.by_machine for one in filled]) for name, filled in found.items()}
        if task == QMRF:
            enough = [one.by_machine >= ENOUGH for one in found["qmrf"]]
            scores["qmrf: fields filled, least of all models"] = _over([min(one.by_machine for one in found["qmrf"])])
            scores[f"share of models with {ENOUGH} of 57 or more"] = _over([float(np.mean(enough))])
        scores["fields empty"] = _total([one for filled in found.values() for one in filled])
        return {"scores": scores, "anchors": {}}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The least that is filled of a QMRF, the slowest QPRF, and what is empty."""
        scores = {task: result["scores"] for task, result in results.items()}
        said: dict[str, Any] = {"fields empty": sum(one["fields empty"]["value"] for one in scores.values())}
        if QMRF in scores:
            said["QMRF, fields filled, least of all models"] = scores[QMRF]["qmrf: fields filled"]["low"]
        if QPRF in scores:
            said["QPRF, seconds, slowest after the first"] = scores[QPRF]["seconds after the first"]["high"]
        return said


def shipped() -> list[str]:
    """Every shipped model that says a property of a structure."""
    from pharmakon.predict.mutagenicity import NAME
    from pharmakon.predict.panel import shipped_names, target_names

    return [*shipped_names(), *target_names(), NAME]


def _filled(form: str, limit: int | None, say: Say) -> Sequence[FilledForm]:
    names = shipped()[:limit]
    say(f"{form} of {len(names)} models")
    asked = [Asked(DossierConfig(subject=name, output=Path("unused")), TODAY) for name in names]
    return [FILLED[form](one) for one in asked]


def _qprf(limit: int | None, say: Say) -> dict[str, Any]:
    """Each QPRF with its files, by the clock."""
    seconds: list[float] = []
    forms: list[FilledForm] = []
    with tempfile.TemporaryDirectory() as place:
        for smiles in MOLECULES[:limit]:
            say(smiles)
            for name in QPRF_MODELS:
                started = time.perf_counter()
                config = DossierConfig(subject=name, output=Path(place), smiles=smiles, forms=("qprf",), today=TODAY)
                forms.append(run(config).forms["qprf"])
                seconds.append(time.perf_counter() - started)
    return {
        "fields filled": _over([one.by_machine for one in forms]),
        "fields empty": _total(forms),
        "seconds of the first": _over(seconds[:1]),
        "seconds after the first": _over(seconds[1:]),
        "seconds, slowest after the first": _over([max(seconds[1:])]),
    }


def _over(values: Sequence[float]) -> dict[str, Any]:
    """Median, with the least and the most."""
    middle, low, high = (round(float(x), 3) for x in (np.median(values), min(values), max(values)))
    return {"value": middle, "low": low, "high": high, "n": len(values)}


def _total(forms: Sequence[FilledForm]) -> dict[str, Any]:
    empty = sum(one.empty for one in forms)
    return {"value": empty, "low": empty, "high": empty, "n": sum(len(one.fields) for one in forms)}


DOSSIERS = Dossiers()
