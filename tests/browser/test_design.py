"""A chemist builds a goal, starts a run, watches it, pauses it, reads what it found and opens a passport."""

from __future__ import annotations

import re

from playwright.sync_api import expect

RUN = re.compile(r"/design/[0-9a-f]{16}$")
LONG = 420_000
"""Milliseconds for a run of 20 molecules on a busy machine."""


def state(page):
    return page.get_attribute("#run", "data-state")


def scored(page):
    return int(page.locator("#figures dd").first.inner_text().split()[0].replace(",", ""))


def test_a_goal_is_built_with_sliders_and_every_mistake_is_said_at_once(page, axe, shoot):
    page.goto("/design/new")
    page.select_option("#add", "qed")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_selector("#term0")
    page.locator("#term0 .slide").first.focus()
    page.keyboard.press("ArrowRight")  # from 0.5
    page.until("document.querySelector('.toml code').textContent.includes('>= 0.51')")
    page.fill("#t0low", "much")
    page.until("document.querySelector('#ww0').textContent.includes('not a number')")
    assert page.inner_text("#verdict") == "1 thing to mend"
    page.fill("#t0low", "0.8")
    page.select_option("#add", "herg")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_selector("#term1")
    assert page.locator("#t1role option").all_inner_texts() == ["Penalty", "Constraint"]
    assert page.locator("#t1sense option").all_inner_texts() == ["at most", "between", "exactly"]
    before = page.inner_html("#curve1")
    page.select_option("#t1shape", "sigmoid")
    page.until("document.querySelector('.toml code').textContent.includes('sigmoid')")
    assert page.inner_html("#curve1") != before
    page.select_option("#kind", "decorate")
    page.wait_for_selector("#mscaffold")
    page.fill("#slice", "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1")
    page.get_by_role("button", name="Propose").click()
    page.locator(".cuts button").first.click()
    page.until("document.querySelector('#mscaffold').value.includes('[*:1]')")
    assert page.inner_text("#verdict") == "Ready to start."
    assert not axe(page)
    page.evaluate("scrollTo(0, 0)")
    shoot(page, "workbench-design-builder")


def test_a_run_from_start_to_passport(page, axe, shoot):
    page.set_default_timeout(LONG)
    page.goto("/design/new?example=quick")
    page.fill("#calls", "20")
    page.fill("#designs", "3")
    page.click("#startrun")
    page.wait_for_url(RUN)
    page.wait_for_selector("#bestgrid .structure")
    assert not axe(page)
    shoot(page, "workbench-design-live")
    if state(page) == "running" and scored(page) < 20:
        page.get_by_role("button", name="Pause").click()
        page.wait_for_selector("#run[data-state=paused], #run[data-state=done]")
    if state(page) == "paused":
        page.get_by_role("button", name="Go on").click()
    page.wait_for_selector("#run[data-state=done]")
    page.wait_for_selector("#grid .design")
    assert scored(page) == 20
    page.locator("#views input[value=table]").check()
    expect(page.locator("#table")).to_be_visible()
    expect(page.locator("#grid")).to_be_hidden()
    page.locator(".pareto a").first.focus()
    page.keyboard.press("Enter")  # a dot leads to its design, which has the focus then
    page.until("document.activeElement.classList.contains('design')")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "designs.csv"
    frame = page.frame_locator("iframe")
    page.locator("iframe").scroll_into_view_if_needed()
    assert frame.locator("h1").first.inner_text()
    assert not axe(page)
    page.evaluate("scrollTo(0, 0)")
    shoot(page, "workbench-design-done")
    page.get_by_role("link", name="Branch from this: D001").click()
    page.until("document.querySelector('#mmolecule')?.value.length > 0")
    page.go_back()
    page.get_by_role("button", name="Passport of D001").click()
    page.wait_for_selector("iframe")
    assert "passport" in page.inner_text("h1")
    assert page.frame_locator("iframe").locator("h1, h2").first.inner_text()


def test_on_a_telephone_and_in_the_dark(open_page, axe):
    for width, dark in ((360, False), (360, True)):
        page = open_page(width=width, dark=dark)
        for place in ("/design", "/design/new?example=egfr"):
            page.goto(place)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, place
            assert not axe(page), place
