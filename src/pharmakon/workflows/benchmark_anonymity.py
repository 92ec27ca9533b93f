"""Adult made anonymous: the loss beside anjana's greedy order, and every measure beside pycanon's."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .benchmark import BenchmarkConfig, Learner, Say

if TYPE_CHECKING:
    from pandas import DataFrame

    from pharmakon.privacy.hierarchy import Codes, Hierarchy

COLUMNS = {
    "age": "age",
    "education": "education",
    "marital-status": "marital",
    "occupation": "occupation",
    "sex": "sex",
    "native-country": "country",
}
"""Quasi-identifier: its hierarchy's file."""
MEASURES = "measures"


@cache
def oracle() -> dict[str, Any]:
    """What pycanon and anjana said (recipes/anonymity_oracle.py)."""
    found: dict[str, Any] = json.loads(
        files("pharmakon.workflows").joinpath("anonymity_oracle.json").read_text(encoding="utf-8")
    )
    return found


class Anonymity:
    """The optimal search against a greedy one, at the same k and the same suppression; and the measures."""

    what = "UCI Adult, 32,561 rows and six quasi-identifiers: information lost for k, and k, l, t and relatives"
    protocol = (
        "loss is the normalised certainty penalty, 1 for a suppressed row; anjana's levels, and what it suppressed, "
        "are scored by the same function; measures at three generalisations and three sensitive columns"
    )
    published = "anjana 1.2.3 and pycanon 1.3.5, run on the same files"
    needs = "privacy/adult"
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [*(f"k {a['k']}, {a['percent']} %" for a in oracle()["anjana"]), MEASURES]

    def files(self, task: str, root: Path) -> list[Path]:
        folder = root / self.needs
        return [folder / "adult.csv.gz", *(folder / "hierarchies" / f"{name}.csv" for name in COLUMNS.values())]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        frame, hierarchies, leaves = adult(root / self.needs)
        if task == MEASURES:
            return _measured(frame, hierarchies, leaves)
        asked = next(a for a in oracle()["anjana"] if task == f"k {a['k']}, {a['percent']} %")
        return _searched(hierarchies, leaves, asked)

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """How often the search lost less than the greedy order, and how far measures were apart."""
        lost = [r for name, r in results.items() if name != MEASURES]
        pairs = [(r["scores"]["loss"]["value"], r["anchors"]["loss"]["anjana"]) for r in lost]
        said: dict[str, Any] = {
            "less loss": f"{sum(a < b - 1e-9 for a, b in pairs)} of {len(pairs)}",
            "more loss": f"{sum(a > b + 1e-9 for a, b in pairs)} of {len(pairs)}",
            "longest search, seconds": max((r["scores"]["seconds"]["value"] for r in lost), default=0.0),
        }
        if MEASURES in results:
            said["measures equal to pycanon"] = results[MEASURES]["scores"]["equal"]["value"]
        return said


def adult(root: Path) -> tuple[DataFrame, list[Hierarchy], Codes]:
    """The table, the hierarchies of COLUMNS and the leaves (n, 6)."""
    from pharmakon.privacy.hierarchy import from_rows
    from pharmakon.store.matrix import read_frame

    from .anonymise import read_hierarchy

    frame = read_frame(root / "adult.csv.gz").rename(columns=str.strip)
    hierarchies = [
        from_rows(column, read_hierarchy(root / "hierarchies" / f"{name}.csv", frame[column].tolist()))
        for column, name in COLUMNS.items()
    ]
    return frame, hierarchies, np.column_stack([h.encode(frame[h.name].tolist()) for h in hierarchies])


def _searched(hierarchies: list[Hierarchy], leaves: Codes, asked: Mapping[str, Any]) -> dict[str, Any]:
    from pharmakon.privacy.lattice import Search

    started = time.perf_counter()
    search = Search(hierarchies, leaves, k=asked["k"], limit=asked["percent"] / 100)
    found = search.best()
    seconds = time.perf_counter() - started
    theirs = search.at(tuple(asked["levels"]))
    n = len(leaves)
    classes = int(found.classes.max()) + 1
    if (theirs.suppressed, int(theirs.classes.max()) + 1) != (asked["suppressed"], asked["classes"]):
        return {"scores": {}, "note": "anjana's table was not made again: other rows or classes than it reported"}
    values = {
        "loss": (found.loss, theirs.loss),
        "suppressed": (found.suppressed / n, theirs.suppressed / n),
        "classes": (classes, asked["classes"]),
    }
    scores = {name: {"value": round(float(v), 6), "n": n} for name, (v, _) in values.items()}
    scores["seconds"] = {"value": round(seconds, 2), "n": n}
    return {
        "scores": scores,
        "anchors": {name: {"anjana": round(float(v), 6)} for name, (_, v) in values.items() if name != "classes"},
        "levels": {"pharmakon": list(found.node), "anjana": asked["levels"]},
        "lattice": {"nodes": found.nodes, "looked_at": found.looked_at},
    }


def _measured(frame: DataFrame, hierarchies: list[Hierarchy], leaves: Codes) -> dict[str, Any]:
    from pharmakon.privacy.anonymity import Sensitive, group, measure

    equal, total, apart = 0, 0, 0.0
    for case in oracle()["adult"]:
        classes = group([h.maps[level][leaves[:, j]] for j, (h, level) in enumerate(zip(hierarchies, case["levels"]))])  # noqa: B905
        values = frame[case["sensitive"]]
        number = values.str.isdecimal().all()
        labels = sorted(set(values), key=int if number else str)
        place = {v: i for i, v in enumerate(labels)}
        codes = np.array([place[v] for v in values])
        distance = "ordered" if number else "equal"
        ours = measure(classes, Sensitive(case["sensitive"], codes, len(labels), distance=distance))  # type: ignore[arg-type]
        for name, theirs in case["measures"].items():
            said = getattr(ours, name)
            # pycanon cuts e to the entropy to a whole number.
            gap = abs(int(said + 1e-9) - theirs) if name == "entropy_l" else abs(said - theirs) / max(1.0, abs(theirs))
            apart = max(apart, gap)
            equal += gap < 1e-12
            total += 1
    return {
        "scores": {
            "equal": {"value": equal / total, "n": total},
            "largest difference": {"value": float(apart), "n": total},
        },
        "anchors": {"equal": {"pycanon": 1.0}},
    }


ANONYMITY = Anonymity()
