"""Sketches of a screen: merging parts gives what one sketch of all rows gives, and the estimates are near."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import numpy as np
import pytest

from pharmakon.workflows.screen_sketch import BINS, Best, Distinct, Histogram, Hit, Scaffolds, hit_of


def hits(n, seed=0):
    """Rows with many equal scores and repeated molecules."""
    draw = np.random.default_rng(seed)
    return [Hit(int(draw.integers(20)) / 20, f"C{draw.integers(n // 2)}", i % 3, i, f"id{i}") for i in range(n)]


def parts(rows, seed):
    """The rows cut into uneven parts, in a shuffled order."""
    draw = np.random.default_rng(seed)
    cuts = [0, *sorted(draw.choice(range(1, len(rows)), 6, replace=False).tolist()), len(rows)]
    found = [rows[a:b] for a, b in pairwise(cuts)]
    return [found[i] for i in draw.permutation(len(found))]


@pytest.mark.parametrize("seed", range(5))
def test_the_best_of_parts_in_any_order_are_the_best_of_all(seed):
    rows = hits(400)
    whole = Best(50)
    for part in parts(rows, seed):
        whole.merge(Best(50, part))
    assert whole.hits == sorted(rows, key=Hit.place)[:50]
    assert [hit_of(json.loads(json.dumps(hit))) for hit in whole.hits] == whole.hits


@pytest.mark.parametrize("seed", range(5))
def test_only_those_hits_of_a_part_are_made_that_merging_would_take_in(seed):
    rows = hits(2000)
    whole = Best(300)
    taken = 0
    for part in parts(rows, seed):
        plain = json.loads(json.dumps(Best(300, part).hits))
        first = whole.taken(plain)
        taken += len(first)
        assert len(first) == len(plain) or len(whole.hits) == 300
        whole.merge(Best(300, map(hit_of, first)))
    assert whole.hits == sorted(rows, key=Hit.place)[:300]
    assert taken < 7 * 300


@pytest.mark.parametrize("seed", range(3))
def test_a_histogram_of_parts_is_that_of_all_and_loses_no_value(seed):
    values = [*np.random.default_rng(seed).normal(0.5, 0.4, 997).tolist(), math.nan, 0.0, 1.0]
    whole, merged = Histogram(0.0, 1.0), Histogram(0.0, 1.0)
    whole.add(values)
    for part in parts(values, seed):
        one = Histogram(0.0, 1.0)
        one.add(part)
        merged.merge(Histogram.of(json.loads(json.dumps(one.plain()))))
    assert merged.plain() == whole.plain()
    assert len(whole.counts) == BINS
    assert whole.counts.sum() + whole.below + whole.above + whole.missing == len(values)
    assert whole.missing == 1
    assert whole.below == sum(v < 0 for v in values)


@pytest.mark.parametrize("n", [0, 1, 100, 5_000, 60_000])
def test_distinct_texts_are_counted_within_three_standard_errors(n):
    sketch = Distinct()
    sketch.add(f"molecule {i}" for i in range(n))
    sketch.add(f"molecule {i}" for i in range(0, n, 3))  # seen before: they change nothing
    assert abs(sketch.count() - n) <= max(1, 3 * 1.04 / 128 * n)


def test_distinct_texts_of_parts_are_those_of_all():
    texts = [f"m{i % 700}" for i in range(2_000)]
    whole, merged = Distinct(), Distinct()
    whole.add(texts)
    for part in parts(texts, 1):
        one = Distinct()
        one.add(part)
        merged.merge(Distinct.of(one.plain()))
    assert merged.plain() == whole.plain()
    assert whole.count() == pytest.approx(700, rel=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_a_sample_of_scaffolds_is_the_same_from_parts_and_keeps_the_best_of_each(seed):
    rows = hits(600, seed)
    frame = {hit: f"scaffold {hit.row % 90}" for hit in rows}
    whole, merged = Scaffolds(20, seed), Scaffolds(20, seed)
    for hit in rows:
        whole.add(frame[hit], hit)
    for part in parts(rows, seed):
        one = Scaffolds(20, seed)
        for hit in part:
            one.add(frame[hit], hit)
        merged.merge(Scaffolds.of(json.loads(json.dumps(one.plain())), size=20, seed=seed))
    assert merged.hits() == whole.hits()
    assert len({frame[hit] for hit in whole.hits()}) == 20
    for hit in whole.hits():
        assert hit == min((other for other in rows if frame[other] == frame[hit]), key=Hit.place)


def test_scaffolds_are_counted_exactly_while_few_and_nearly_when_many():
    few, many = Scaffolds(1_000, 0), Scaffolds(1_000, 0)
    for i in range(3_000):
        few.add(f"s{i % 40}", Hit(0.0, f"C{i}", 0, i, ""))
    for i in range(20_000):
        many.add(f"s{i}", Hit(0.0, f"C{i}", 0, i, ""))
    assert few.count() == 40
    assert abs(many.count() - 20_000) < 3 * 20_000 / math.sqrt(1_000)


def test_another_seed_samples_other_scaffolds():
    def sample(seed):
        made = Scaffolds(20, seed)
        for i in range(500):
            made.add(f"s{i}", Hit(0.0, f"C{i}", 0, i, ""))
        return {hit.smiles for hit in made.hits()}

    assert sample(1) == sample(1)
    assert len(sample(1) & sample(2)) < 10
