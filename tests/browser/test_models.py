"""A chemist uploads an assay, reads its audit, trains a model, reads its card and asks it."""

from __future__ import annotations

import os
import re

from playwright.sync_api import expect

LONG = 420_000
"""Milliseconds for a small model on a busy machine."""


def chains(path):
    """Boiling points of chains, about right."""
    ends = {"O": 60, "N": 10, "C(=O)O": 100, "Cl": 0, "C#N": 60, "C=O": 20}
    rows = [(f"{'C' * n}{end}", 27 * n + more) for n in range(2, 8) for end, more in ends.items()]
    path.write_text("name,smiles,boiling_point\n" + "".join(f"m{i},{s},{v}\n" for i, (s, v) in enumerate(rows)))
    return path


def test_from_a_table_to_an_answer(page, axe, shoot, tmp_path, monkeypatch):
    if not os.environ.get("PHARMAKON_SCREENSHOTS"):  # the picture shows where approved drugs lie: half of the time
        monkeypatch.delenv("PHARMAKON_DATA", raising=False)
    page.set_default_timeout(LONG)
    page.goto("/models")
    assert not axe(page)
    page.get_by_role("link", name="Train a model").click()
    page.set_input_files("#file", chains(tmp_path / "chains.csv"))
    page.get_by_role("button", name="Upload").click()
    page.wait_for_selector("#smiles")
    assert (page.input_value("#smiles"), page.input_value("#value")) == ("smiles", "boiling_point")
    assert not axe(page)
    page.get_by_role("button", name="Audit the table").click()
    page.wait_for_selector("#title")
    assert page.locator(".findings li").count() > 0
    assert not axe(page)
    page.fill("#title", "Boiling point")
    page.fill("#unit", "°C")
    page.get_by_role("button", name="Train the model").click()
    page.wait_for_selector(".modelcard")
    page.fill("#smiles", "CCCCO")
    page.get_by_role("button", name="Estimate").click()
    page.wait_for_selector(".answer")
    answer = page.inner_text(".answer")
    assert "90 % interval" in answer and 100 < float(re.search(r"Estimate\s+([\d.]+)", answer)[1]) < 230
    assert not axe(page)
    shoot(page, "workbench-model-card")
    page.goto("/models")
    expect(page.get_by_role("link", name="Boiling point")).to_be_visible()


def test_a_shipped_card_by_keyboard_on_a_telephone(open_page, axe):
    page = open_page(width=360, dark=True)
    page.goto("/models")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    link = page.get_by_role("link", name="hERG block")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".modelcard")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not axe(page)
