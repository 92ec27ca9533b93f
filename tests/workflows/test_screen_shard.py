"""A shard: a function of its rows alone, whose parts put together in any order are the whole."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from rdkit.Chem import MolToSmiles

from pharmakon.chem.descriptors import named
from pharmakon.chem.parse import to_mol
from pharmakon.design.objective import Constraint, Goal
from pharmakon.engine.forked import Limits
from pharmakon.workflows import screen_shard
from pharmakon.workflows.screen_plan import Batch
from pharmakon.workflows.screen_shard import Asked, Screener
from pharmakon.workflows.screen_summary import read_part

ASKED = Asked(
    models=("herg",),
    goals=(Goal(property="herg", want="<= 4.5"), Goal(property="herg.similarity", want="<= 0.3")),
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

    def estimate(self, smiles, names, **options):
        found = self.panel.estimate(smiles, names, **options)
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


# Canonical, within the constraint, and none of the other molecules: what the process does when it comes to each.
EVIL = {
    "CCC[SeH]": ("time: more than 2 s", lambda: time.sleep(600)),
    "CCCCCBr": ("crash: the process ended with SIGABRT", os.abort),
    "CCCCCI": ("error: ZeroDivisionError: division by zero", lambda: 1 / 0),
}


def spoilt(monkeypatch, step, told):
    """A step of the screen is evil to some molecules; `told` gives the SMILES of what the step takes."""
    function = getattr(screen_shard, step)

    def spoiling(one):
        if evil := EVIL.get(told(one)):
            evil[1]()
        return function(one)

    monkeypatch.setattr(screen_shard, step, spoiling)


@pytest.mark.skipif(sys.platform != "linux", reason="molecules have limits on Linux alone")
@pytest.mark.parametrize(("step", "told"), [("standardize", str), ("is_scheduled", MolToSmiles)])
def test_what_hangs_or_crashes_is_set_aside_and_every_other_row_is_as_without_it(monkeypatch, molecules, step, told):
    monkeypatch.setattr(screen_shard, "BLOCK", 25)
    screener = Screener(replace(ASKED, goals=ASKED.goals[:1], whole=True, limits=Limits(2.0, 500.0)))
    places = dict(zip((7, 30, 31), EVIL, strict=True))
    rows = batch([places.get(i, smiles) for i, smiles in enumerate(molecules[:60])])
    aside = {i: EVIL[smiles][0] for i, smiles in places.items()}
    expected = screener.joined([screener.piece(0, rows.lines(), range(60), set_aside=aside, mark=lambda place: None)])
    spoilt(monkeypatch, step, told)
    found, columns = screener.screen(rows, watched=True)
    assert found.set_aside == [(0, i + 1, f"m{i}", smiles, aside[i]) for i, smiles in places.items()]
    assert found.counts["rows"] == 60
    assert found.text() == expected[0].text()
    assert columns["row"] == list(range(1, 61))
    assert [i for i, why in enumerate(columns["problem"]) if why] == [7, 30, 31]
    assert repr(columns) == repr(expected[1])  # NaN is not equal to itself


def test_a_hit_does_not_depend_on_how_its_smiles_is_written(screener):
    screener = Screener(replace(ASKED, goals=(Goal(property="logp", want=">= 2"),), constraints=()))
    ways = ["CCOc1ccc(CC(N)C)cc1Cl", "c1c(CC(C)N)cc(Cl)c(c1)OCC", "NC(C)Cc1ccc(c(c1)Cl)OCC"]
    summary, _ = screener.screen(batch(ways))
    assert len({(hit.score, hit.smiles, hit.values) for hit in summary.hits()}) == 1
    assert [hit.row for hit in summary.hits()] == [1, 2, 3]


def test_values_are_those_of_predict(molecules):
    import pharmakon

    names = ("herg", "solubility", "ames")
    smiles = ["CCCCO" if i == 4 else text for i, text in enumerate(molecules[:40])]
    goals = (Goal(property="logp", want=">= 2"),)
    _, columns = Screener(replace(ASKED, models=names, goals=goals, constraints=(), whole=True)).screen(batch(smiles))
    told = pharmakon.predict_properties(smiles, models=names, profile="fast")
    for name in names:
        for suffix, expected in (("", "value"), ("_low", "low"), ("_high", "high"), ("_in_domain", "in_domain")):
            assert columns[name + suffix] == getattr(told.table[name], expected).tolist()
    assert columns["logp"] == pytest.approx(named([to_mol(text) for text in smiles], "logp"), abs=1e-9)
