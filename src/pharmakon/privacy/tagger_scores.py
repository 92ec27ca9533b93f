"""How well identifiers are found: whole spans of the right kind, and characters that are covered at all.

Strict scores are those of the MEDDOCAN track (Marimon et al., IberLEF 2019): start, end and label must agree. For
safety the characters count: the share of what identifies that is covered by any span (recall), and the share of what is
covered that identifies (precision). Blanks are not counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

Spans = Iterable[tuple[int, int, str]]
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Counts:
    """What is counted in one text, or summed over many.

    `exact`, `found` and `true` count spans; `covered`, `marked` and `identifying` characters that are true and found,
    found, true. `by_label` has for each true label (characters covered, characters, spans wholly covered, spans).
    """

    exact: int = 0
    found: int = 0
    true: int = 0
    covered: int = 0
    marked: int = 0
    identifying: int = 0
    by_label: Mapping[str, tuple[int, int, int, int]] = field(default_factory=dict)

    def scores(self) -> dict[str, float]:
        """precision, recall and f1 of whole spans; character_recall and character_precision. 1 of nothing is 1."""
        precision, recall = _share(self.exact, self.found), _share(self.exact, self.true)
        return {
            "precision": precision,
            "recall": recall,
            "f1": _share(2 * self.exact, self.found + self.true),
            "character_recall": _share(self.covered, self.identifying),
            "character_precision": _share(self.covered, self.marked),
        }

    def label_recall(self) -> dict[str, dict[str, float]]:
        """For each true label the share of its characters and of its spans that is covered, and how many it has."""
        return {
            label: {"characters": round(_share(c, n), 4), "spans": round(_share(w, s), 4), "n": s}
            for label, (c, n, w, s) in sorted(self.by_label.items())
        }


def count(text: str, true: Spans, found: Spans) -> Counts:
    """Counts of one text."""
    gold, own = set(true), set(found)
    blank = np.array([c.isspace() for c in text], bool)
    marked = _mask(len(text), own) & ~blank
    identifying = _mask(len(text), gold) & ~blank
    by_label: dict[str, tuple[int, int, int, int]] = {}
    for start, end, label in gold:
        here = ~blank[start:end]
        hit = int((marked[start:end] & here).sum())
        size = int(here.sum())
        old = by_label.get(label, (0, 0, 0, 0))
        by_label[label] = (old[0] + hit, old[1] + size, old[2] + (hit == size), old[3] + 1)
    both = int((marked & identifying).sum())
    return Counts(len(gold & own), len(own), len(gold), both, int(marked.sum()), int(identifying.sum()), by_label)


def counts_of(sums: Sequence[int], by_label: Mapping[str, tuple[int, int, int, int]] | None = None) -> Counts:
    """Counts of their first six fields, in order."""
    exact, found, true, covered, marked, identifying = sums
    return Counts(exact, found, true, covered, marked, identifying, by_label or {})


def total(counts: Iterable[Counts]) -> Counts:
    """The sum over texts."""
    sums = np.zeros(6, np.int64)
    by_label: dict[str, Counter[int]] = {}
    for one in counts:
        sums += (one.exact, one.found, one.true, one.covered, one.marked, one.identifying)
        for label, values in one.by_label.items():
            by_label.setdefault(label, Counter()).update(dict(enumerate(values)))
    labels = {label: (c[0], c[1], c[2], c[3]) for label, c in by_label.items()}
    return counts_of(sums.tolist(), labels)


def intervals(counts: Sequence[Counts], *, random_state: int = 0) -> dict[str, tuple[float, float, float]]:
    """Each score with its 95 % interval from texts drawn again (the texts are what is independent, not the spans)."""
    rows = np.array([(c.exact, c.found, c.true, c.covered, c.marked, c.identifying) for c in counts], np.int64)
    random = np.random.default_rng(random_state)
    drawn: dict[str, list[float]] = {}
    for _ in range(RESAMPLES):
        sums = rows[random.integers(len(rows), size=len(rows))].sum(axis=0)
        for name, value in counts_of(sums.tolist()).scores().items():
            drawn.setdefault(name, []).append(value)
    whole = total(counts).scores()
    bounds = {name: np.quantile(values, (0.025, 0.975)) for name, values in drawn.items()}
    return {name: (whole[name], float(bounds[name][0]), float(bounds[name][1])) for name in whole}


def _mask(length: int, spans: Spans) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    mask = np.zeros(length, bool)
    for start, end, _ in spans:
        mask[start:end] = True
    return mask


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
