"""A shard: a function of its rows alone, whose parts put together in any order are the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pharmakon.design.objective import Constraint, Goal
from pharmakon.workflows import screen_shard
from pharmakon.workflows.screen_plan import Batch
from pharmakon.workflows.screen_shard import Asked, Screener
from pharmakon.workflows.screen_summary import read_part

ASKED = Asked(
    models=("herg",),
    goals=(Goal(property="herg", want="<= 4.5"), Goal(property="herg.similarity", want=">= 0.3")),
    constraints=(Constraint(property="mw", want="<= 200"),),
    top=25,
)


def batch(smiles, first=0):
    return Batch(0, first, len(smiles), tuple((first + i + 1, f"m{first + i}", s, "") for i, s in enumerate(smiles)))


@pytest.fixture(scope="module")
def screener():
    return Screener(ASKED)


def test_shards_in_any_order_make_the_summary_of_all_rows(screener, molecules):
    whole, _ = screener.screen(batch(molecules))
    for seed in range(3):
        draw = np.random.default_rng(seed)
        size = int(draw.integers(20, 90))
        parts = [screener.screen(batch(molecules[i : i + size], i))[0] for i in range(0, len(molecules), size)]
        draw.shuffle(parts)
        merged = screener.summary()
        for part in parts:
            merged.merge(part)
        assert merged.text() == whole.text()


def test_the_same_rows_give_the_same_bytes_of_either_kind(molecules, tmp_path, monkeypatch):
    monkeypatch.setattr(screen_shard, "_worker", {})
    for whole, suffix in ((False, ".json.gz"), (True, ".parquet")):
        screen_shard.load(replace(ASKED, whole=whole))
        content, marked = screen_shard.score(batch([*molecules[:60], "nothing'"]))
        assert marked == 1
        assert screen_shard.score(batch([*molecules[:60], "nothing'"]))[0] == content
        part = tmp_path / f"part{suffix}"
        part.write_bytes(content)
        held = read_part(part, top=25, seed=0)
        expected, _ = Screener(ASKED).screen(batch([*molecules[:60], "nothing'"]))
        assert held.text() == expected.text()
        assert held.problems[0][:4] == (0, 61, "m60", "nothing'")


def test_histograms_have_the_range_of_the_property_or_of_the_wish(screener):
    spans = screener.spans()
    herg = screener.panel.properties["herg"]
    assert spans["herg"] == (herg.low, herg.high)
    assert spans["mw"] == (0.0, 400.0)  # from its physical end to four tolerances beyond the wish
    assert spans["score"] == (0.0, 1.0)
    assert set(spans) == {"score", "herg", "herg.similarity", "mw"}


def test_a_domain_is_counted_by_model_and_told_of_each_row(screener, molecules):
    summary, _ = screener.screen(batch(molecules))
    inside = screener.panel.predict(molecules)["herg"].in_domain
    assert summary.outside["herg"] == summary.counts["outside"] == int((~inside).sum())
    for hit in summary.hits():
        assert (hit.outside == "herg") == (not inside[hit.row - 1])


class Silent:
    """A panel that says nothing of the first molecule."""

    def __init__(self, panel):
        self.panel, self.models, self.properties = panel, panel.models, panel.properties

    def estimate(self, smiles, names, *, features=None):
        found = self.panel.estimate(smiles, names, features=features)
        return {name: replace(got, value=np.r_[np.nan, got.value[1:]]) for name, got in found.items()}


def test_a_row_that_a_model_says_nothing_of_is_counted_and_not_ranked(molecules):
    screener = Screener(ASKED)
    screener.panel = Silent(screener.panel)
    summary, _ = screener.screen(batch(["CCO", "CCCO"]))
    assert summary.counts["no estimate"] == 1
    assert [hit.row for hit in summary.hits()] == [2]
    assert summary.histograms["herg"].missing == 1


def test_a_shard_of_nothing_readable_has_no_hits(screener):
    summary, _ = screener.screen(batch(["C1C", ""]))
    assert not summary.hits()
    assert summary.counts["unreadable"] == 2
    assert [why for *_, why in summary.problems] == ["not a SMILES: unclosed ring 1", "an empty structure"]
