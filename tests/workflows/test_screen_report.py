"""The report of a screen."""

from __future__ import annotations

import re

import pytest

from pharmakon.design.objective import Constraint, Goal
from pharmakon.record.statement import render
from pharmakon.workflows.screen import ScreenConfig
from pharmakon.workflows.screen_plan import Batch
from pharmakon.workflows.screen_report import DRAWN, page
from pharmakon.workflows.screen_shard import Asked, Screener


def reported(tmp_path, molecules, asked):
    screener = Screener(asked)
    lines = tuple((i + 1, f"<M{i}>", s, "") for i, s in enumerate(molecules))
    whole, _ = screener.screen(Batch(0, 0, len(lines), lines))
    config = ScreenConfig(inputs=("a.csv",), objective=tmp_path / "goal.toml", output=tmp_path)
    return whole, render(page(config, screener, whole, [tmp_path / "a.csv"], ["a note <b>"]))


@pytest.fixture(scope="module")
def asked():
    goals = (Goal(property="logp", want=">= 2"),)
    return Asked((), goals=goals, constraints=(Constraint(property="mw", want="<= 170"),), top=100)


def test_the_best_are_drawn_and_the_rest_is_counted(tmp_path, molecules, asked):
    whole, html = reported(tmp_path, [*molecules, *molecules], asked)  # each twice, and drawn once
    assert html.count('class="structure"') == DRAWN
    used, held = set(re.findall(r'href="#(m\d+)"', html)), set(re.findall(r'<symbol id="(m\d+)"', html))
    assert used == held and len(used) == DRAWN
    assert f"{whole.counts['infeasible']:,}" in html and "break a constraint" in html
    assert html.count('class="chart plot"') == 3  # score, logP and weight
    assert "&lt;M" in html and "<M1" not in html and "a note &lt;b&gt;" in html


def test_nothing_that_holds_is_said(tmp_path, molecules, asked):
    from dataclasses import replace

    none = replace(asked, constraints=(Constraint(property="mw", want=">= 5000"),))
    whole, html = reported(tmp_path, molecules, none)
    assert whole.counts["infeasible"] == len(molecules)
    assert "No row holds every constraint." in html
    assert 'class="structure"' not in html
