"""The search against looking at every node: the same loss, for each loss and each kind of request."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from pharmakon.core.errors import DataError
from pharmakon.privacy import lattice
from pharmakon.privacy.anonymity import Sensitive, measure
from pharmakon.privacy.hierarchy import from_rows
from pharmakon.privacy.lattice import Search

ASKED = {
    "k": {},
    "distinct": {"l": 2},
    "entropy": {"l": 1.8, "diversity": "entropy"},
    "recursive": {"l": 2, "diversity": "recursive", "c": 2.0},
    "t": {"t": 0.25},
    "t in order": {"t": 0.2, "distance": "ordered"},
}


def hierarchy(name, leaves, random):
    """Random nested levels."""
    rows = [[f"{name}{i}"] for i in range(leaves)]
    group = np.arange(leaves)
    for level in range(1, int(random.integers(2, 5))):
        group = random.permutation(np.arange(group.max() + 1) // 2)[group]
        for row, g in zip(rows, group, strict=True):
            row.append(f"{name}{level}-{g}")
    return from_rows(name, rows)


def problem(seed, asked, *, rows=160):
    random = np.random.default_rng(seed)
    sizes = (7, 3, 5)
    hierarchies = [hierarchy("abc"[j], size, random) for j, size in enumerate(sizes)]
    leaves = np.column_stack([random.choice(size, rows, p=random.dirichlet(np.ones(size))) for size in sizes])
    codes = (leaves[:, 0] + random.integers(0, 3, rows)) % 4
    sensitive = [Sensitive("s", codes, 4, **asked)] if asked else []
    return hierarchies, leaves, sensitive


@pytest.mark.parametrize("loss", ["ncp", "discernibility", "height"])
@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_what_brute_force_finds(seed, asked, loss):
    hierarchies, leaves, sensitive = problem(seed, ASKED[asked])
    for k, limit in ((2, 0.0), (4, 0.05), (8, 0.3)):
        search = Search(hierarchies, leaves, k=k, sensitive=sensitive, limit=limit, loss=loss)
        nodes = itertools.product(*(range(h.height + 1) for h in hierarchies))
        losses = [search.at(node).loss for node in nodes if search.allowed(node)]
        if not losses:
            with pytest.raises(DataError, match="not even hiding"):
                search.best()
            continue
        found = search.best()
        assert found.loss == pytest.approx(min(losses), abs=1e-12)
        assert search.allowed(found.node)
        assert found.suppressed <= limit * len(leaves)


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_kept_does_what_was_asked(asked):
    hierarchies, leaves, sensitive = problem(9, ASKED[asked])
    found = Search(hierarchies, leaves, k=4, sensitive=sensitive, limit=0.3).best()
    kept = found.classes >= 0
    assert np.bincount(found.classes[kept]).min() >= 4
    assert found.suppressed == (~kept).sum()
    if not sensitive:
        return
    one = sensitive[0]
    got = measure(found.classes[kept], replace(one, codes=one.codes[kept]))
    if one.t is not None:
        assert got.t <= one.t + 1e-9
    elif one.diversity == "distinct":
        assert got.l >= one.l
    elif one.diversity == "entropy":
        assert got.entropy_l >= one.l - 1e-9
    else:
        assert got.recursive_c < one.c


def test_the_search_is_exact_for_columns_that_matter_unequally():
    hierarchies, leaves, _ = problem(6, {})
    search = Search(hierarchies, leaves, k=5, limit=0.1, matter=[5, 1, 0.2])
    nodes = itertools.product(*(range(h.height + 1) for h in hierarchies))
    assert search.best().loss == pytest.approx(min(search.at(n).loss for n in nodes if search.allowed(n)))


def test_rows_of_a_class_share_every_generalised_value():
    hierarchies, leaves, _ = problem(2, {})
    found = Search(hierarchies, leaves, k=5, limit=0.1).best()
    for j, h in enumerate(hierarchies):
        values = h.maps[found.node[j]][leaves[:, j]]
        for c in range(found.classes.max() + 1):
            assert len(set(values[found.classes == c])) == 1


def test_the_search_leaves_out_what_cannot_be_better():
    hierarchies, leaves, _ = problem(1, {}, rows=2000)
    found = Search(hierarchies, leaves, k=3, limit=0.02).best()
    assert found.looked_at < found.nodes / 2


def test_a_table_smaller_than_k_cannot_be_anonymous():
    hierarchies, leaves, _ = problem(1, {})
    with pytest.raises(DataError, match="not even hiding"):
        Search(hierarchies, leaves[:5], k=6, limit=0.0).best()


def test_a_lattice_too_large_is_refused(monkeypatch):
    hierarchies, leaves, _ = problem(1, {})
    monkeypatch.setattr(lattice, "LARGEST", 10)
    with pytest.raises(DataError, match="too many to search"):
        Search(hierarchies, leaves, k=2)
