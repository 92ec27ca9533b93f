"""Summaries: what is written is what is read, and merging adds up."""

from __future__ import annotations

from pharmakon.workflows.screen_sketch import Hit
from pharmakon.workflows.screen_summary import Summary, packed, read_part

SPANS = {"score": (0.0, 1.0), "µ of it": (-1.0, 3.0)}


def made(first, n):
    one = Summary.empty(SPANS, top=5, seed=3)
    hits = [Hit(i / 100, f"C{i}", 0, i, f"é{i}", (0.1 * i, float("nan")), "herg") for i in range(first, first + n)]
    one.best.merge(type(one.best)(5, hits))
    for hit in hits:
        one.scaffolds.add(f"s{hit.row % 4}", hit)
        one.histograms["score"].add([hit.score])
    one.distinct.add(hit.smiles for hit in hits)
    one.counts.update(rows=n, feasible=n)
    one.broken["mw"] += first
    one.problems.append((0, first, "x", 'a"b', "why"))
    return one


def test_a_part_is_read_as_it_was_written(tmp_path):
    one = made(0, 30)
    path = tmp_path / "part.json.gz"
    path.write_bytes(packed(one))
    again = read_part(path, top=5, seed=3)
    assert again.text() == one.text()
    assert packed(again) == path.read_bytes()


def test_merging_adds_counts_and_keeps_the_best_whatever_the_order():
    there, back = Summary.empty(SPANS, top=5, seed=3), Summary.empty(SPANS, top=5, seed=3)
    for first in (0, 30, 60):
        there.merge(made(first, 30))
    for first in (60, 0, 30):
        back.merge(made(first, 30))
    assert there.text() == back.text()
    assert there.counts["rows"] == 90
    assert there.broken["mw"] == 90
    assert [hit.row for hit in there.hits()] == [89, 88, 87, 86, 85]
    assert there.problems == []  # they are written as the parts are read, and not held
