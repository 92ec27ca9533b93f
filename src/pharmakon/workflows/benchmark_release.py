"""Whether a release keeps its promise: the noise's law, the budget, and an attacker who knows both tables."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats
from pharmakon.privacy.budget import Price

from .benchmark import BenchmarkConfig, Learner, Say

DRAWS, ATTACKS = 10_000, 100_000
PRICES = {
    "Laplace, epsilon 0.1": Price(0.1),
    "Laplace, epsilon 1": Price(1.0),
    "Gaussian, epsilon 1, delta 1e-5": Price(1.0, 1e-5),
}
PEOPLE, AT_ONCE = 10, 1000
LEAST = 25
"""Draws that are expected in a bin of the chi-squared test, and that an event of the attacker needs."""


class Release:
    """Noise laws, neighbours, and the budget under rivals."""

    what = "differentially private releases: the law of the noise, a neighbouring-data attacker, the budget's refusals"
    protocol = (
        "10,000 draws against the exact discrete law (chi-squared); 100,000 draws on each of two tables that differ by "
        "one person, every threshold tried, Clopper-Pearson intervals corrected for all of them; 40 releases at once "
        "on a budget for 10"
    )
    published = "none: the law and the promise are known"
    needs = ""
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [*(f"noise: {name}" for name in PRICES), *(f"neighbours: {name}" for name in PRICES), "budget"]

    def files(self, task: str, root: Path) -> list[Path]:
        return []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        kind, _, name = task.partition(": ")
        if kind == "noise":
            p, n = law(PRICES[name], DRAWS)
            return {"scores": {"p": {"value": round(p, 4), "n": n}}, "anchors": {}, "wanted": "p above 0.01"}
        if kind == "neighbours":
            return attacked(PRICES[name], say)
        made, refused = rivals(40, 10)
        scores = {"released": {"value": made, "n": 40}, "refused": {"value": refused, "n": 40}}
        return {"scores": scores, "anchors": {}, "wanted": "10 released, 30 refused"}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The lowest p, whether any attacker passed e^epsilon, and what the budget let through."""
        said: dict[str, Any] = {
            "lowest p of a noise law": min(
                (r["scores"]["p"]["value"] for n, r in results.items() if n.startswith("noise")), default=1.0
            ),
            "attackers beyond the promise": sum(
                r["scores"]["epsilon shown"]["low"] > r["promised"] for r in results.values() if "promised" in r
            ),
        }
        if "budget" in results:
            said["released of 40 on a budget for 10"] = results["budget"]["scores"]["released"]["value"]
        return said


def drawn(price: Price, people: int, times: int) -> NDArray[np.int64]:
    """Counts of so many people, each with its own noise, (times,): the cells of a histogram, all of them alike."""
    from pharmakon.privacy.release import Mechanism

    mechanism = Mechanism(price, cells=AT_ONCE)
    table = np.repeat(np.arange(AT_ONCE), people)
    return np.concatenate([mechanism(table).values for _ in range(-(-times // AT_ONCE))])[:times]


def probabilities(price: Price, values: NDArray[np.int64]) -> Floats:
    """The exact probability of whole numbers under the mechanism's law, (m,), by its scale."""
    from pharmakon.privacy.release import Mechanism

    scale = Mechanism(price, cells=1).scale
    if price.delta:
        every = np.arange(-int(40 * scale) - 1, int(40 * scale) + 2)
        found: Floats = np.exp(-(values**2) / (2 * scale**2)) / np.exp(-(every**2) / (2 * scale**2)).sum()
        return found
    r = np.exp(-1 / scale)
    laplace: Floats = (1 - r) / (1 + r) * r ** np.abs(values)
    return laplace


def law(price: Price, times: int) -> tuple[float, int]:
    """p of a chi-squared test of the noise against its law, and the number of draws. Tails are one bin each."""
    from scipy.stats import chisquare

    noise = drawn(price, PEOPLE, times) - PEOPLE
    reach = int(np.abs(noise).max())
    values = np.arange(-reach, reach + 1)
    expected = times * probabilities(price, values)
    inner = values[expected >= LEAST]
    low, high = int(inner.min()), int(inner.max())
    middle = expected[(values >= low) & (values <= high)]
    tail = (times - middle.sum()) / 2
    seen = np.bincount(np.clip(noise, low - 1, high + 1) - (low - 1), minlength=len(middle) + 2)
    wanted = np.concatenate(([tail], middle, [tail]))
    if tail < LEAST / 5:  # too few for a bin of their own
        seen = np.concatenate(([seen[0] + seen[1]], seen[2:-2], [seen[-2] + seen[-1]]))
        wanted = np.concatenate(([wanted[0] + wanted[1]], wanted[2:-2], [wanted[-2] + wanted[-1]]))
    return float(chisquare(seen, wanted).pvalue), times


def attacked(price: Price, say: Say, *, times: int = ATTACKS, broken: float = 1.0) -> dict[str, Any]:
    """The epsilon that an attacker can show from draws on neighbouring tables, with its interval.

    Every event "the count is at least / at most t" is tried, both ways round; delta is given to the attacker. `broken`
    divides the noise, which shows that a mechanism that does not keep its promise is caught.
    """
    from scipy.stats import beta

    say("one table")
    one = np.rint((drawn(price, PEOPLE, times) - PEOPLE) / broken)
    say("the other")
    other = np.rint((drawn(price, PEOPLE - 1, times) - PEOPLE + 1) / broken) - 1
    thresholds = np.arange(min(one.min(), other.min()), max(one.max(), other.max()) + 1)
    tries = 4 * len(thresholds)
    alpha = 0.05 / tries
    best, low, high = -np.inf, -np.inf, np.inf
    for t in thresholds:
        for a, b in ((one, other), (other, one)):
            for event in (np.greater_equal, np.less_equal):
                x, y = int(event(a, t).sum()), int(event(b, t).sum())
                shown = float(np.log(max(x / times - price.delta, 1e-12) / (y / times))) if min(x, y) >= LEAST else best
                if shown > best:
                    best = shown
                    ends = beta.ppf(1 - alpha / 2, x + 1, times - x), beta.ppf(alpha / 2, y, times - y + 1)
                    high = float(np.log((ends[0] if x < times else 1.0) / ends[1]))
                if x:
                    least = float(beta.ppf(alpha / 2, x, times - x + 1)) - price.delta
                    most = float(beta.ppf(1 - alpha / 2, y + 1, times - y)) if y < times else 1.0
                    low = max(low, float(np.log(max(least, 1e-12) / most)))
    found = {"value": round(best, 4), "low": round(low, 4), "high": round(high, 4), "n": 2 * times}
    return {
        "scores": {"epsilon shown": found},
        "anchors": {},
        "promised": price.epsilon,
        "note": f"the interval's lower end may not pass {price.epsilon:g}; every event is tried, the best shown",
    }


def rivals(many: int, enough: int) -> tuple[int, int]:
    """So many releases at once on a budget for `enough`: how many were made and how many refused."""
    from pharmakon.core.errors import BudgetSpent

    from .release import ReleaseConfig, run

    counts = {"made": 0, "refused": 0}
    lock = threading.Lock()
    with tempfile.TemporaryDirectory() as scratch:
        cohort, request = example(Path(scratch), epsilon=0.1, budget=0.1 * enough)

        def one(number: int) -> None:
            try:
                run(
                    ReleaseConfig(
                        cohort=cohort,
                        config=request,
                        output=Path(scratch) / f"out-{number}",
                        plan=False,
                        overwrite=False,
                    )
                )
                found = "made"
            except BudgetSpent:
                found = "refused"
            with lock:
                counts[found] += 1

        threads = [threading.Thread(target=one, args=(i,)) for i in range(many)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return counts["made"], counts["refused"]


def example(folder: Path, *, epsilon: float, budget: float, people: int = 50) -> tuple[Path, Path]:
    """A small cohort and a request for one count, written to a folder; their paths."""
    rows = [f"p{i},{'yes' if i % 3 else 'no'},{i % 7}" for i in range(people)]
    (folder / "patients.csv").write_text("\n".join(["id,smoker,marker", *rows]) + "\n", encoding="utf-8")
    cohort, request = folder / "cohort.toml", folder / "release.toml"
    cohort.write_text(
        'name = "example"\ncontext_of_use = "prognostic"\n'
        '[clinical]\nfile = "patients.csv"\nid = "id"\n'
        '[outcome]\nkind = "binary"\ncolumn = "smoker"\npositive = "yes"\n'
        '[[blocks]]\nname = "markers"\nfeatures = ["marker"]\n',
        encoding="utf-8",
    )
    request.write_text(
        f"people = {people}\n[budget]\nepsilon = {budget!r}\n"
        f'[[statistics]]\nname = "smokers"\nkind = "count"\nepsilon = {epsilon!r}\nwhere = {{smoker = "yes"}}\n',
        encoding="utf-8",
    )
    return cohort, request


RELEASE = Release()
