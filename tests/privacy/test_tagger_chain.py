from itertools import pairwise, product

import numpy as np
import pytest

from pharmakon.privacy.tagger_chain import Chain, best_paths, marginals, spans_of, tags_of


def all_spans(length, kinds, first=0):
    """Every way to lay spans over a line."""
    if first == length:
        yield []
        return
    for rest in all_spans(length, kinds, first + 1):
        yield rest
    for end in range(first + 1, length + 1):
        for kind in range(kinds):
            for rest in all_spans(length, kinds, end):
                yield [(first, end, kind), *rest]


def allowed(m):
    """Transition scores as one matrix, -inf where a span would be broken; written from the words, not from the code."""

    def part(tag):
        return ("O", 0) if tag == 0 else ("UBIL"[(tag - 1) // m], (tag - 1) % m)

    ok = np.zeros((1 + 4 * m, 1 + 4 * m), bool)
    for a, b in product(range(1 + 4 * m), repeat=2):
        (p, k), (q, j) = part(a), part(b)
        ok[a, b] = (q in "OUB") if p in "OUL" else (q in "IL" and k == j)
    return ok


def score(chain, scores, tags):
    m = chain.kinds

    def closed(tag):
        return tag if tag <= m else tag - 2 * m

    total = scores[np.arange(len(tags)), tags].sum()
    for a, b in pairwise(tags):
        if b < 1 + 2 * m:
            total += chain.closed[closed(a), b]
        else:
            row = 2 * ((a - 1) // m == 2) + ((b - 1) // m == 3)
            total += chain.inside[row, (b - 1) % m]
    return total


@pytest.fixture
def problem():
    random = np.random.default_rng(0)
    m = 2
    chain = Chain(random.normal(size=(5, 5)).astype(np.float32), random.normal(size=(4, 2)).astype(np.float32))
    return m, chain, random.normal(size=(4, 9)).astype(np.float32) * 2


def test_the_ways_are_exactly_the_allowed_paths():
    m, length = 2, 4
    ok = allowed(m)
    starts, ends = set(range(1 + 2 * m)), {0, *range(1, 1 + m), *range(1 + 3 * m, 1 + 4 * m)}
    paths = {
        tags
        for tags in product(range(1 + 4 * m), repeat=length)
        if tags[0] in starts and tags[-1] in ends and all(ok[a, b] for a, b in pairwise(tags))
    }
    assert paths == {tuple(tags_of(spans, length, m).tolist()) for spans in all_spans(length, m)}


def test_spans_and_tags_are_inverse():
    for spans in all_spans(4, 2):
        assert spans_of(tags_of(spans, 4, 2), 2) == spans


def test_best_paths_are_the_best_of_all(problem):
    m, chain, scores = problem
    lines = [scores, scores[::-1][:3] - 1, scores[:1]]
    padded = np.zeros((4, 3, 9), np.float32)
    for i, own in enumerate(lines):
        padded[: len(own), i] = own
    found = best_paths(chain, padded, np.array([4, 3, 1]))
    for own, tags in zip(lines, found, strict=True):
        every = [tags_of(spans, len(own), m) for spans in all_spans(len(own), m)]
        assert tags.tolist() == max(every, key=lambda t: score(chain, own, t)).tolist()


def test_marginals_equal_sums_over_all_paths(problem):
    m, chain, scores = problem
    short = scores[:2] + 1
    padded = np.zeros((4, 2, 9), np.float32)
    padded[:, 0], padded[:2, 1] = scores, short
    P, uses, inner, log_z = marginals(chain, padded, np.array([4, 2]))
    expected_uses, expected_inner = np.zeros((5, 5)), np.zeros((4, 2))
    for line, own in enumerate((scores, short)):
        every = [tags_of(spans, len(own), m) for spans in all_spans(len(own), m)]
        weights = np.exp([score(chain, own, tags) for tags in every])
        assert log_z[line] == pytest.approx(np.log(weights.sum()), abs=1e-4)
        expected = np.zeros_like(own)
        for tags, w in zip(every, weights / weights.sum(), strict=True):
            expected[np.arange(len(own)), tags] += w
            for a, b in pairwise(tags):
                if b < 1 + 2 * m:
                    expected_uses[a if a <= m else a - 2 * m, b] += w
                else:
                    expected_inner[2 * ((a - 1) // m == 2) + ((b - 1) // m == 3), (b - 1) % m] += w
        np.testing.assert_allclose(P[: len(own), line], expected, atol=1e-5)
    assert not P[2:, 1].any()
    np.testing.assert_allclose(uses, expected_uses, atol=1e-4)
    np.testing.assert_allclose(inner, expected_inner, atol=1e-4)
