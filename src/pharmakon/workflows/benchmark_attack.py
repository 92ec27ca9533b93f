"""Whether default models give away whom they were made with: census records, and cohorts that discover is judged on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.cohort import Cohort
from pharmakon.biomarkers.nested import Study
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.learn.interval import Interval
from pharmakon.privacy.attack import LEAKS_AUC, LEAKS_CAUGHT, Attack
from pharmakon.privacy.shadow import without_parts

from .attack_signature import PARTS, Shadows, shadows_of
from .benchmark import BenchmarkConfig, Learner, Say, told
from .benchmark_biomarkers import TASKS, Alzheimer, Covid, Imvigor
from .engines import Machines
from .study import study_of

PEOPLE, MODELS = 6_000, 16
"""Records of Adult, half of them members of each of so many models."""
COHORT_MODELS = 20
ADULT = "privacy/adult/adult.csv.gz"
NUMBERS = ("age", "education-num", "capital-gain", "capital-loss", "hours-per-week")
CLASSES = ("workclass", "marital-status", "occupation", "relationship", "race", "sex")
COHORTS: Mapping[str, Callable[[], Cohort]] = {
    "alzheimer_csf": lambda: Alzheimer().cohort(),
    "covid_severity": lambda: Covid().part("train"),
    "imvigor210": lambda: Imvigor().cohort(),
}
DEFAULTS = ("adult", *COHORTS)
FORESTS = {"adult_forest_full_depth": 1, "adult_forest_leaves_of_20": 20}
SLACK = 4.0
CAUTIOUS = tuple(f"{name}_slack_4" for name in COHORTS)
"""The same cohorts with the strongest penalty within four standard errors of the best: what it takes to leak less."""


class AttackBenchmark:
    """Membership inference by loss and by likelihood ratio, every shadow model attacked in turn."""

    what = "membership inference on default patient models: area under the curve, members caught at 1 % of false alarms"
    protocol = (
        "adult: 6,000 records, 16 models of one half each (3,000 members, 3,000 others); cohorts: the recipe of "
        "discover without a fifth of the patients, 20 times; scikit-learn's forests of 100 trees as a warning"
    )
    published = "one loss attack on models of Adult, computed when the figures were set"
    needs = "privacy/adult"
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [*DEFAULTS, *FORESTS, *CAUTIOUS]

    def files(self, task: str, root: Path) -> list[Path]:
        return [root / ADULT] if task.startswith("adult") else TASKS[task.removesuffix("_slack_4")].files()

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        if task in FORESTS:
            X, _, y = adult(root, config.limit or PEOPLE, config.seed)
            found = _forests(X, y, leaf=FORESTS[task], seed=config.seed, say=say)
        elif task == "adult":
            X, names, y = adult(root, config.limit or PEOPLE, config.seed)
            outcome = Outcome("income", "binary", y, positive=">50K")
            study = Study({"clinical": Block("clinical", X, names)}, outcome, np.arange(len(y)), Recipe(stability=None))
            found = _shadows(study, MODELS, 2, config, say)
        else:
            name, slack = task.removesuffix("_slack_4"), SLACK if task in CAUTIOUS else 0.0
            study = study_of(COHORTS[name](), recipe=Recipe(slack=slack))
            found = _shadows(study, COHORT_MODELS, PARTS, config, say)
        attacks = found.attacks()
        return {
            "scores": {key: value for attack in attacks for key, value in _scores(attack)},
            "cannot tell": {
                f"{a.name} at {one.rate:.1%}": one.problem for a in attacks for one in a.caught if one.problem
            },
            "anchors": ANCHORS.get(task, {}),
            "task auc": _task_auc(found),
            "leaks": any(attack.leaks for attack in attacks),
        }

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The worst of the default models by the strongest attack, beside the figures."""
        mine = {task: found["scores"] for task, found in results.items() if task in DEFAULTS}
        worst = {
            task: max(score["value"] for name, score in scores.items() if name.endswith("auc"))
            for task, scores in mine.items()
        }
        caught = [s["value"] for scores in mine.values() for name, s in scores.items() if name.endswith(" at 1 %")]
        return {
            "tasks": len(results),
            "figure": f"AUC at most {LEAKS_AUC}, caught at 1 % at most {LEAKS_CAUGHT}",
            "highest auc": worst,
            "highest caught at 1 %": max(caught, default=None),
            "reached": [task for task, value in worst.items() if value <= LEAKS_AUC],
        }


ANCHORS: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "adult": {"loss auc": {"logistic, scikit-learn": 0.504}},
    "adult_forest_full_depth": {"loss auc": {"scikit-learn": 0.620}},
    "adult_forest_leaves_of_20": {"loss auc": {"scikit-learn": 0.507}},
}


def adult(root: Path, people: int, seed: int) -> tuple[Floats, tuple[str, ...], Floats]:
    """A seeded sample of the census table: numbers and indicators (n, p), their names, and who earns more (n,)."""
    from pharmakon.store.matrix import read_frame

    frame = read_frame(root / ADULT)
    frame.columns = frame.columns.str.strip()
    kept = np.sort(stream(seed, "attack", "adult").choice(len(frame), min(people, len(frame)), replace=False))
    frame = frame.iloc[kept]
    columns = {name: np.array([float(x) for x in frame[name]]) for name in NUMBERS}
    for name in CLASSES:
        texts = np.array(frame[name].tolist())
        words, counts = np.unique(texts, return_counts=True)
        common = [w for w, c in zip(words, counts, strict=True) if c >= len(frame) // 100]
        columns |= {f"{name}={word}": (texts == word).astype(np.float64) for word in common[1:]}
    y = np.array([text.rstrip(".") == ">50K" for text in frame["salary-class"]], np.float64)
    return np.column_stack([*columns.values()]), tuple(columns), y


def _shadows(study: Study, models: int, parts: int, config: BenchmarkConfig, say: Say) -> Shadows:
    return shadows_of(
        study, shadows=models, parts=parts, machines=Machines(config.workers), seed=config.seed, progress=told(say)
    )


def _forests(X: Floats, y: Floats, *, leaf: int, seed: int, say: Say) -> Shadows:
    """The same for a forest, whose vote of 0 or 1 is drawn in by half a tree."""
    from sklearn.ensemble import RandomForestClassifier

    trees = 100
    member = without_parts(np.arange(len(y)), models=MODELS, stratify=y, random_state=seed)
    said = np.empty(member.shape)
    for k, chosen in enumerate(member):
        say(f"{k} of {MODELS} forests")
        forest = RandomForestClassifier(trees, min_samples_leaf=leaf, random_state=seed + k).fit(X[chosen], y[chosen])
        p = (forest.predict_proba(X)[:, 1] * trees + 0.5) / (trees + 1)
        said[k] = np.where(y > 0.5, 1, -1) * np.log(p / (1 - p))
    return Shadows(said, np.logaddexp(0, -said), member, np.arange(len(y)), 2, y)


def _task_auc(found: Shadows) -> float | None:
    """What the models are worth on who is no member: the mean AUC; None where the outcome has no classes."""
    from pharmakon.learn.metrics import auroc

    if found.classes is None:
        return None
    sign = np.where(found.classes > 0.5, 1, -1)
    return round(
        float(
            np.mean(
                [
                    auroc(found.classes[~chosen], (said * sign)[~chosen])
                    for said, chosen in zip(found.said, found.member, strict=True)
                ]
            )
        ),
        4,
    )


def _scores(attack: Attack) -> list[tuple[str, dict[str, Any]]]:
    """Each number that can be told."""
    rows = [(f"{attack.name} auc", attack.auc)]
    rows += [(f"{attack.name} caught at {one.rate * 100:g} %", one.share) for one in attack.caught if not one.problem]
    return [(name, _score(found, attack.members)) for name, found in rows]


def _score(found: Interval, n: int) -> dict[str, Any]:
    ends = {"value": found.value, "low": found.low, "high": found.high}
    return {name: round(x, 4) if np.isfinite(x) else None for name, x in ends.items()} | {"n": n}


ATTACK = AttackBenchmark()
