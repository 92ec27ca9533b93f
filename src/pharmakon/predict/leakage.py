"""What the test part knows of the training part: the same molecules in another dress, and nearest neighbours (AVE)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pharmakon.chem import fingerprints, similarity
from pharmakon.chem.identity import LEVELS, Level, difference, first_shared
from pharmakon.core.random import stream
from pharmakon.core.words import counted
from pharmakon.learn.bias import ave_bias

from .duplicates import ASIDE
from .findings import Case, Finding, Severity, cases, passed, verb
from .measured import Sample

BIASED = 0.3
"""AVE from which a split is called easy: 0.15 of distance a class. Random splits have it, scaffold splits less."""
RELATED, TWIN, MANY = 0.4, 0.85, 0.5
"""Tanimoto from which a neighbour is related, and a close analogue; share of analogues that make a test one of them."""
MOST_TEST, MOST_TRAIN = 5_000, 50_000
"""Molecules compared for the AVE bias; of larger parts a seeded sample."""

_LEAKS: dict[Level, tuple[Severity, str, str]] = {
    "exact": ("error", "the same molecule as", "Drop the test rows, or move the whole molecule to one part."),
    "parent": (
        "error",
        "the same molecule, once salts and charges are standardised, as",
        "Standardise before splitting.",
    ),
    "stereo": ("warning", "the same molecule but for stereochemistry as", "Split by stereo-free structure."),
    "tautomer": ("error", "a tautomer of", "Split by canonical tautomer, or drop the test rows."),
}


def leaks(sample: Sample) -> list[Finding]:
    """Rows of a test part that are a molecule of another part, at the finest level that shows it; both rows named."""
    if not sample.reference:
        return []
    pairs: dict[Level, list[Case]] = {level: [] for level in LEVELS}
    for group in sample.groups("tautomer").values():
        if len({sample.rows[i].part for i in group}) < 2:
            continue
        for i in group:
            if sample.rows[i].part in ("", sample.reference):
                continue
            level, other = _nearest(sample, i, group)
            if level is not None:
                note = difference(sample.rows[i].identity, sample.rows[other].identity)
                pairs[level].append(Case((other, i), f"{note}{_values(sample, other, i)}"))
    tested = sum(row.part not in ("", sample.reference) and bool(row.identity.parent) for row in sample.rows)
    found = []
    for level, leaked in pairs.items():
        if not leaked:
            continue
        severity, words, advice = _LEAKS[level]
        n = len(leaked)
        sentence = (
            f"{counted(n, 'test row')} of {tested:,} ({_percent(n / max(1, tested))}) {verb(n, 'is', 'are')} {words} a "
            f"row in {_others(sample)}."
        )
        title = f"Test leaks: {ASIDE[level]}"
        measures = {"rows": n, "share": n / max(1, tested)}
        found.append(Finding(f"leak-{level}", severity, title, sentence, advice, cases(leaked), measures))
    none = f"None of {tested:,} test rows is a training molecule, salt, tautomer or stereoisomer of one."
    return found or [passed("leaks", "Test leaks", none)]


def split_bias(sample: Sample, *, seed: int = 0) -> list[Finding]:
    """The AVE bias of the split; a regression is cut at the training part's median."""
    if not sample.reference:
        return []
    values = _molecules(sample, test=False)
    tested = _molecules(sample, test=True)
    train, test = list(values.items()), list(tested.items())
    if len(train) < 20 or len(test) < 10:
        return []
    train = _sampled(train, MOST_TRAIN, seed, "train")
    test = _sampled(test, MOST_TEST, seed, "test")
    cut = 0.5 if sample.kind == "classification" else float(np.median([y for _, y in train]))
    active, tested_active = (np.array([y > cut for _, y in part]) for part in (train, test))
    if active.all() or not active.any():
        return []
    packed, query = (fingerprints.bits_of_smiles([s for s, _ in part]) for part in (train, test))
    to_active = similarity.nearest(query, packed[active])[0][:, 0]
    to_inactive = similarity.nearest(query, packed[~active])[0][:, 0]
    bias = ave_bias(to_active, to_inactive, tested_active)
    correct = float(np.mean((to_active > to_inactive) == tested_active))
    if sample.kind == "classification":
        high, low, half = "positives", "negatives", "class"
    else:
        high, low = (
            f"values above the training median of {10**cut if sample.scale.name == 'linear' else cut:.3g}",
            "others",
        )
        half = "half"
    sentence = (
        f"AVE bias {bias.ave:+z.2f}: the nearest training molecule of a test molecule's own {half} is on average "
        f"{_by(bias.active)} (for {high}) and {_by(bias.inactive)} (for {low}) in similarity than that of the other; "
        f"copying the nearest neighbour's {half} is right for {100 * correct:.0f} % of the test part"
    )
    measures = {"ave": bias.ave, "active": bias.active, "inactive": bias.inactive, "nearest_correct": correct}
    if bias.ave < BIASED:
        return [Finding("ave", "info", "AVE bias of the split", f"{sentence}.", "", measures=measures)]
    advice = (
        "Scores will flatter: report a nearest-neighbour baseline, and a scaffold or cluster split beside this one."
    )
    return [Finding("ave", "warning", "AVE bias of the split", f"{sentence}.", advice, measures=measures)]


def similarity_to_training(sample: Sample, *, seed: int = 0) -> list[Finding]:
    """How near the test molecules are to the training ones: ECFP4 Tanimoto of each to its nearest.

    A Hi split (Steshin, arXiv:2310.06399) has none at 0.4 or more; where half are at 0.85 it is analogues that are
    predicted.
    """
    if not sample.reference:
        return []
    train, test = (list(_molecules(sample, test=part).items()) for part in (False, True))
    if len(train) < 20 or len(test) < 10:
        return []
    train = _sampled(train, MOST_TRAIN, seed, "train")
    test = _sampled(test, MOST_TEST, seed, "test")
    packed, query = (fingerprints.bits_of_smiles([s for s, _ in part]) for part in (train, test))
    near = similarity.nearest(query, packed)[0][:, 0]
    median, related, analogue = float(np.median(near)), float((near >= RELATED).mean()), float((near >= TWIN).mean())
    measures = {"median": median, "related": related, "analogues": analogue}
    sentence = (
        f"The nearest training molecule of a test molecule has similarity {median:.2f} (median); {_percent(related)} "
        f"of the test part have one of {RELATED} or more, {_percent(analogue)} one of {TWIN} or more"
    )
    title = "Similarity of test to training"
    if related == 0:
        return [passed("similarity", title, f"{sentence}: a test of new chemistry.", measures)]
    if analogue < MANY:
        said = f"{sentence}: a score here is of such neighbours (a test of new chemistry has none at {RELATED})."
        return [Finding("similarity", "info", title, said, measures=measures)]
    advice = "The score is of close analogues: report it beside that of a scaffold or cluster split."
    return [Finding("similarity", "warning", title, f"{sentence}: mostly analogues.", advice, measures=measures)]


def _nearest(sample: Sample, i: int, group: Sequence[int]) -> tuple[Level | None, int]:
    """The row of another part that is most the same; the reference part goes first."""
    best: tuple[int, bool, int] | None = None
    for j in group:
        other = sample.rows[j]
        if not other.part or other.part == sample.rows[i].part:
            continue
        level = first_shared(sample.rows[i].identity, other.identity)
        rank = (LEVELS.index(level) if level else len(LEVELS), other.part != sample.reference, j)
        # Between two test parts the pair is named once, from its later row.
        if (other.part == sample.reference or j < i) and (best is None or rank < best):
            best = rank
    return (LEVELS[best[0]], best[2]) if best is not None and best[0] < len(LEVELS) else (None, i)


def _values(sample: Sample, a: int, b: int) -> str:
    first, second = sample.rows[a].text, sample.rows[b].text
    return f"; values {sample.shown(a)} and {sample.shown(b)}" if first and second else ""


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.0005 else "under 0.1 %"


def _others(sample: Sample) -> str:
    return f"the {sample.reference} part" if len(sample.parts) == 2 else "another part"


def _molecules(sample: Sample, *, test: bool) -> dict[str, float]:
    """Median value of each parent molecule of the training or the test part."""
    values: dict[str, list[float]] = {}
    for row, value in zip(sample.rows, sample.compared, strict=True):
        if row.part and (row.part != sample.reference) == test and np.isfinite(value) and row.identity.parent:
            values.setdefault(row.identity.parent, []).append(float(value))
    return {smiles: float(np.median(several)) for smiles, several in values.items()}


def _sampled(items: list[tuple[str, float]], most: int, seed: int, label: str) -> list[tuple[str, float]]:
    if len(items) <= most:
        return items
    return [items[i] for i in np.sort(stream(seed, "audit", label).choice(len(items), most, replace=False))]


def _by(nearer: float) -> str:
    return f"{abs(nearer):.2f} {'nearer' if nearer >= 0 else 'farther'}"
