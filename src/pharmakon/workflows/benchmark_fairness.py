"""Fairness: numbers against fairlearn's, intervals against the truth, speed, Adult by sex, warfarin by race."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.fairness.classification import Judged
from pharmakon.fairness.groups import Groups
from pharmakon.fairness.intervals import wilson
from pharmakon.fairness.mitigation import BEFORE, compare
from pharmakon.fairness.performance import Performance, of_risks
from pharmakon.store.places import path_of, root_of
from pharmakon.therapy.dose import root_dose, usable
from pharmakon.therapy.patients import read_patients

from .benchmark import BenchmarkConfig, Learner, Say
from .dose_groups import by_race, flagged

ADULT = "privacy/adult/adult.csv.gz"
IWPC = "pgx_warfarin_iwpc"
SIMULATIONS, SIZES, SAMPLES = 500, (500, 300), 300
ROWS, RESAMPLES, SPLITS = 16_000, 200, 3
THEIRS = 20
"""Resamples that fairlearn is given; its time is taken to grow with them."""
COVERED = ("auc", "tpr", "fpr", "ppv", "selection_rate", "accuracy", "brier", "slope", "intercept", "observed_expected")
GAPS = ("auc", "tpr", "fpr", "selection_rate", "accuracy", "brier")


class Fairness:
    """Equality, coverage, speed, Adult by sex, warfarin by race."""

    what = "performance by group: equal to fairlearn, coverage of intervals, speed, remedies on Adult, doses by race"
    protocol = (
        "equality on simulated risks with ties in five groups; coverage of 95 % intervals over 500 simulated data sets "
        "of 500 and 300 people, the truth from two million; speed on 16,000 rows and 200 resamples beside fairlearn's "
        "bootstrap in the same process, timed on 20 and multiplied; Adult by sex on held-out rows, mean of three "
        "splits; warfarin by race on the consortium's patients"
    )
    published = "fairlearn in the same run; the truth of the simulation"
    needs = ""
    repeats = SIMULATIONS

    def tasks(self) -> Sequence[str]:
        return ["equality", "coverage", "speed", "adult", "warfarin"]

    def files(self, task: str, root: Path) -> list[Path]:
        if task == "adult":
            where = root_of(ADULT)
            return [] if where is None else [where / ADULT]
        return [path_of(IWPC)] if task == "warfarin" else []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        match task:
            case "equality":
                return equality(config.seed)
            case "coverage":
                return coverage(config.repeats or SIMULATIONS, config.seed, say)
            case "speed":
                return speed(config.seed)
            case "adult":
                return adult(config.seed, say)
        return warfarin(config.seed)

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The leading figure of each task."""
        return {task: found["said"] for task, found in results.items()}


def equality(seed: int) -> dict[str, Any]:
    """The largest difference to fairlearn's MetricFrame and its gaps."""
    from fairlearn.metrics import (
        MetricFrame,
        demographic_parity_difference,
        demographic_parity_ratio,
        equalized_odds_difference,
    )

    groups, judged = simulated((9000, 4000, 2000, 700, 300), seed)
    words = np.array(groups.levels)[groups.code]
    ours = of_risks(judged, groups, resamples=2)
    decided, scored = _metrics()
    worst = 0.0
    for metrics, given in ((decided, judged.called), (scored, judged.risk)):
        frame = MetricFrame(metrics=metrics, y_true=judged.y, y_pred=given, sensitive_features=words)
        for name in metrics:
            worst = max(worst, abs(ours.overall[name].value - float(frame.overall[name])))
            worst = max(
                [worst, *(abs(g.metrics[name].value - float(frame.by_group[name][g.level])) for g in ours.groups)]
            )
    call: dict[str, Any] = {"y_true": judged.y, "y_pred": judged.called, "sensitive_features": words}
    pairs = (
        (ours.gaps["equalised_odds"].value, equalized_odds_difference(**call)),
        (ours.gaps["demographic_parity"].value, demographic_parity_difference(**call)),
        (ours.gaps["demographic_parity"].ratio, demographic_parity_ratio(**call)),
    )
    worst = max([worst, *(abs(a - float(b)) for a, b in pairs)])
    return _task({"largest difference": _plain(worst, len(judged.y))}, f"largest difference to fairlearn {worst:.1e}")


def coverage(times: int, seed: int, say: Say) -> dict[str, Any]:
    """How often a 95 % interval has the truth in it, by metric over both groups, and for the gap between them."""
    truth = _truth(seed)
    hits: dict[str, list[bool]] = {}
    for i in range(times):
        if i % 50 == 0:
            say(f"{i:,} of {times:,} data sets")
        groups, judged = simulated(SIZES, seed + 1 + i)
        found = of_risks(judged, groups, resamples=SAMPLES, seed=seed + i)
        for k, group in enumerate(found.groups):
            for name in COVERED:
                figure = group.metrics[name]
                hits.setdefault(name, []).append(figure.low <= truth[name][k] <= figure.high)
        for name in GAPS:
            gap, real = found.gaps[name], abs(truth[name][0] - truth[name][1])
            hits.setdefault(f"gap of {name}", []).append(gap.low <= real <= gap.high)
    scores = {}
    for name, one in hits.items():
        low, high = wilson(sum(one), len(one))
        value = float(np.mean(one))
        scores[name] = {
            "value": round(value, 4),
            "low": round(float(low), 4),
            "high": round(float(high), 4),
            "n": len(one),
        }
    apart = [score["value"] for name, score in scores.items() if name.startswith("gap")]
    alone = [score["value"] for name, score in scores.items() if not name.startswith("gap")]
    said = f"of a metric in a group {min(alone):.1%} to {max(alone):.1%}, of a gap {min(apart):.1%} to {max(apart):.1%}"
    return _task(scores, said)


def speed(seed: int) -> dict[str, Any]:
    """Seconds of every metric of every group with its interval, beside fairlearn's bootstrap of seven of them."""
    from fairlearn.metrics import MetricFrame

    groups, judged = simulated((ROWS // 2, ROWS - ROWS // 2), seed)
    words = np.array(groups.levels)[groups.code]
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        of_risks(judged, groups, resamples=RESAMPLES, seed=seed)
        seconds.append(time.perf_counter() - started)
    decided, scored = _metrics()
    started = time.perf_counter()
    for metrics, given in ((decided, judged.called), (scored, judged.risk)):
        MetricFrame(
            metrics=metrics,
            y_true=judged.y,
            y_pred=given,
            sensitive_features=words,
            n_boot=THEIRS,
            ci_quantiles=[0.025, 0.975],
            random_state=seed,
        )
    theirs = (time.perf_counter() - started) * RESAMPLES / THEIRS
    scores = {"seconds": _plain(min(seconds), ROWS), "times faster": _plain(theirs / min(seconds), ROWS)}
    said = f"{min(seconds):.2f} s for {ROWS:,} rows and {RESAMPLES} resamples; fairlearn {theirs:.1f} s"
    return _task(scores, said, {"seconds": {"fairlearn": round(theirs, 1)}})


def adult(seed: int, say: Say) -> dict[str, Any]:
    """Equalised odds by sex before and after each remedy, on rows that nothing was learnt from; the mean of splits."""
    where = root_of(ADULT)
    if where is None:
        return {"scores": {}, "anchors": {}, "said": "", "note": f"needs {ADULT}"}
    X, y, sex = _adult(where / ADULT)
    runs: dict[str, list[tuple[float, float]]] = {}
    for split in range(SPLITS):
        say(f"split {split + 1} of {SPLITS}")
        fold = stream(seed, "adult", split).integers(2, size=len(y)).astype(np.intp)
        for one in compare(y, None, sex, fold, features=X, resamples=2, seed=seed + split):
            runs.setdefault(one.remedy, []).append((one.figures["equalised_odds"].value, one.figures["accuracy"].value))
    scores: dict[str, Any] = {}
    before = np.array(runs[BEFORE])
    for remedy, pairs in runs.items():
        table = np.array(pairs)
        scores[f"gap, {remedy}"] = _over(table[:, 0])
        scores[f"accuracy, {remedy}"] = _over(table[:, 1])
        if remedy != BEFORE:
            scores[f"points lost, {remedy}"] = _over(100 * (before[:, 1] - table[:, 1]))
    good = [
        (scores[f"gap, {one}"]["value"], scores[f"points lost, {one}"]["value"], one) for one in runs if one != BEFORE
    ]
    gap, lost, best = min((one for one in good if one[1] <= 1.5), default=min(good))
    said = f"by sex {scores[f'gap, {BEFORE}']['value']:.3f} to {gap:.3f} by {best}, {lost:.2f} points of accuracy"
    return _task(scores, said)


def warfarin(seed: int) -> dict[str, Any]:
    """The error by race, and the races that are flagged without being asked."""
    patients = usable(read_patients(path_of(IWPC)))
    found = by_race(patients, np.array([root_dose(p, "pharmacogenetic") for p in patients]), seed=seed)
    scores = {
        f"{metric}, {group.level}": {
            "value": round(group.metrics[metric].value, 4),
            "low": round(group.metrics[metric].low, 4),
            "high": round(group.metrics[metric].high, 4),
            "n": group.n,
        }
        for group in found.groups
        for metric in ("mae", "bias", "within")
    }
    said = flagged(found)
    return _task(scores, f"flagged: {'; '.join(said) or 'nobody'}")


def simulated(sizes: Sequence[int], seed: int) -> tuple[Groups, Judged]:
    """Risks with ties; in every second group they are too extreme, and its outcome is rarer."""
    random = stream(seed, "fairness benchmark")
    code = np.repeat(np.arange(len(sizes)), sizes)
    score = random.normal(-0.4, 1.3, len(code))
    truth = np.where(code % 2, 0.6 * score - 0.3, score)
    y = (random.random(len(code)) < 1 / (1 + np.exp(-truth))).astype(np.float64)
    risk = np.round(1 / (1 + np.exp(-score)), 3)
    groups = Groups.of("group", [f"g{k}" for k in code])
    return groups, Judged(y, risk, (risk >= 0.5).astype(np.float64))


def _truth(seed: int) -> dict[str, Floats]:
    groups, judged = simulated((1_000_000, 1_000_000), seed)
    found: Performance = of_risks(judged, groups, resamples=0)
    return {name: np.array([group.metrics[name].value for group in found.groups]) for name in (*COVERED, *GAPS)}


def _metrics() -> tuple[dict[str, Any], dict[str, Any]]:
    from fairlearn.metrics import false_positive_rate, selection_rate, true_positive_rate
    from sklearn.metrics import accuracy_score, brier_score_loss, precision_score, roc_auc_score

    decided = {
        "tpr": true_positive_rate,
        "fpr": false_positive_rate,
        "selection_rate": selection_rate,
        "accuracy": accuracy_score,
        "ppv": precision_score,
    }
    return decided, {"auc": roc_auc_score, "brier": brier_score_loss}


def _adult(path: Path) -> tuple[Floats, Floats, Groups]:
    """Features without sex, standardised; whether more than 50K is earned; sex."""
    import pandas as pd

    frame = pd.read_csv(path, skipinitialspace=True, skip_blank_lines=True)
    frame.columns = pd.Index([str(name).strip() for name in frame.columns])
    frame = frame.apply(lambda column: column.str.strip() if column.dtype == object else column)
    y = (frame["salary-class"] == ">50K").to_numpy(np.float64)
    sex = Groups.of("sex", frame["sex"])
    used = frame.drop(columns=["salary-class", "sex", "fnlwgt", "native-country", "education"])
    X = pd.get_dummies(used).to_numpy(np.float64)
    return (X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-9), y, sex


def _over(values: Floats) -> dict[str, Any]:
    """The mean of the splits, and their range."""
    mean, low, high = (round(float(value), 4) for value in (values.mean(), values.min(), values.max()))
    return {"value": mean, "low": low, "high": high, "n": len(values)}


def _plain(value: float, n: int) -> dict[str, Any]:
    return {"value": float(f"{value:.4g}"), "low": None, "high": None, "n": n}


def _task(scores: dict[str, Any], said: str, anchors: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"scores": scores, "anchors": dict(anchors or {}), "said": said}


FAIRNESS = Fairness()
