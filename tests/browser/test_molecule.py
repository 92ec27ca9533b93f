"""A chemist's way through the molecule page, by mouse, keyboard and telephone."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

VENDORED = "() => Boolean(document.querySelector('#edit'))"


def opened(page, name="gefitinib"):
    page.goto(f"/molecule?smiles={name}")
    page.wait_for_load_state("networkidle")
    return page


def test_by_name_and_by_keyboard_alone(page, server):
    page.goto("/molecule")
    page.keyboard.type("haloperido")  # the box has the focus
    page.until("document.querySelectorAll('#drugs option').length > 0")
    page.keyboard.type("l")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Haloperidol')")
    expect(page.get_by_role("rowheader", name="hERG block")).to_be_visible()


def test_a_long_structure_is_no_name_to_suggest_medicines_for(page):
    page.goto("/molecule")
    page.fill("#smiles", "C" * 300)
    page.wait_for_timeout(500)
    assert not any("/api/v1/drugs" in url for url in page.requests)
    page.fill("#smiles", "ibupr")
    page.until("document.querySelectorAll('#drugs option').length > 0")


def test_why_opens_in_a_dialog_and_escape_closes_it(page):
    opened(page)
    link = page.get_by_role("link", name="Why: hERG block")
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#inside img", timeout=60_000)
    assert "explains the model" in page.locator("#inside").inner_text()
    page.keyboard.press("Escape")
    expect(page.locator("#more")).to_be_hidden()


def test_files_are_downloaded(page):
    opened(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="JSON").click()
    with open(download.value.path(), encoding="utf-8") as stream:  # noqa: PTH123
        assert json.load(stream)["properties"]


def test_a_group_can_be_closed(page):
    opened(page)
    page.locator("details.group > summary", has_text="Toxicity").click()
    expect(page.get_by_role("rowheader", name="hERG block")).to_be_hidden()


def test_the_editor_draws_under_the_policy(page):
    opened(page)
    if not page.evaluate(VENDORED):
        pytest.skip("the editor is not in this tree: make editors")
    page.get_by_role("button", name="Draw").click()
    page.wait_for_selector("#editor", timeout=30_000)
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Use this structure").click()
    text = page.locator("#smiles").input_value()
    assert "Cl" in text and "F" in text and text != "gefitinib"


def test_the_view_in_space_under_the_policy(page):
    opened(page)
    if not page.get_by_role("button", name="In 3-D").count():
        pytest.skip("the viewer is not in this tree: make editors")
    page.get_by_role("button", name="In 3-D").click()
    page.wait_for_selector("#space3d canvas", timeout=30_000)


@pytest.mark.parametrize("name", ["CCO", "gefitinib", "atorvastatin"])
def test_a_card_prints_on_one_page(page, name):
    opened(page, name)
    pages = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert pages == 1


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (1400, True), (360, False)])
def test_accessible_at_each_width_and_in_the_dark(open_page, axe, shoot, width, dark):
    page = opened(open_page(width=width, height=900, dark=dark))
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(page, "workbench-molecule" + ("-dark" if dark else "") + ("-narrow" if width < 1000 else ""))


def test_the_first_page_is_light(open_page):
    page = open_page()
    weights = []
    page.on("response", lambda answer: weights.append(len(answer.body())))
    page.goto("/molecule?smiles=gefitinib")
    page.wait_for_load_state("networkidle")
    assert sum(weights) < 600_000
