"""From an upload to a result: start a job, watch it, stop it, read and take what it made; files dropped and deleted."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

ASSAY = Path(__file__).parents[2] / "docs" / "howto" / "assay.csv"


@pytest.fixture(scope="module")
def audited(server, chromium):
    """The page of a finished job, made as a user makes one."""
    context = chromium.new_context(base_url=server.address)
    page = context.new_page()
    page.goto("/run/audit")
    page.get_by_label("Upload data").set_input_files(str(ASSAY))
    page.get_by_label("Value").fill("pIC50")
    page.get_by_label("Name of the job").fill("Kinase assay")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/jobs/*")
    page.wait_for_selector("#job[data-state=done]", timeout=120_000)  # the script loads the page again at its end
    yield page.url
    context.close()


def test_its_report_stands_in_a_frame_and_all_of_it_comes_as_an_archive(page, audited, shoot):
    page.goto(audited)
    assert page.get_by_role("heading", level=1).inner_text() == "Kinase assay"
    frame = page.frame_locator("iframe.frame")
    assert frame.locator("h1").first.inner_text()
    shoot(page, "server-job")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download all (ZIP)").click()
    with zipfile.ZipFile(io.BytesIO(Path(coming.value.path()).read_bytes())) as archive:
        assert {"findings.csv", "findings.html"} <= set(archive.namelist())
    page.get_by_role("link", name="Show findings.csv").click()
    page.wait_for_selector("table.preview tbody tr")


def test_a_running_job_moves_on_its_page_and_is_paused_and_goes_on(page, server):
    page.goto("/run/design")
    page.get_by_label("Goals", exact=False).first.fill('[[goals]]\nproperty = "qed"\nwant = ">= 0.95"')
    page.locator("#f-calls").fill("5000")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/jobs/*")
    page.until("document.querySelector('#job-words').textContent.includes('of 5,000')", seconds=120)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_selector("#job[data-state=paused]", timeout=90_000)
    expect(page.get_by_text("It was stopped before its end")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    page.wait_for_selector("#job[data-state=running], #job[data-state=queued]")
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_selector("#job[data-state=cancelled]", timeout=90_000)


@pytest.fixture
def watched(server):
    """A long design that runs while the test does."""
    held, goal = server.state, {"property": "qed", "want": ">= 0.95"}
    asked = {"goals": [goal], "calls": 20_000, "designs": 1, "batch": 5, "name": "long"}
    job = held.jobs.add(held.local(), "design", asked, title="long")
    yield job.id
    held.jobs.stop(held.local(), job.id)
    until = time.monotonic() + 90
    while not held.jobs.get(held.local(), job.id).over:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_as_many_tabs_as_somebody_likes_watch_a_job_and_every_one_moves(page, watched):
    tabs = [page] + [page.context.new_page() for _ in range(7)]  # a browser has six connections to a server
    for number, tab in enumerate(tabs):
        tab.set_default_timeout(20_000)
        tab.goto(f"/{('design', 'jobs')[number % 2]}/{watched}")
    page.goto("/files")
    words = {"/jobs/": "document.querySelector('#job-words').textContent", "/design/": "figures.innerText"}
    told = [next(text for place, text in words.items() if place in tab.url) for tab in tabs[1:]]
    before = [tab.evaluate(text) for tab, text in zip(tabs[1:], told, strict=True)]
    for tab, text, said in zip(tabs[1:], told, before, strict=True):
        until = time.monotonic() + 60
        while tab.evaluate(text) == said:
            assert time.monotonic() < until, tab.url
            tab.wait_for_timeout(100)


def test_a_page_whose_question_fails_once_asks_again_and_one_that_nobody_sees_asks_nothing(page, watched):
    asked, broken = [], [True]

    def answer(route):
        asked.append(route.request.url)
        route.abort() if broken and broken.pop() else route.continue_()

    page.route(f"**/api/v1/jobs/{watched}", answer)
    page.goto(f"/jobs/{watched}")
    page.until("document.querySelector('#job-words').textContent.includes('of 20,000')", seconds=60)
    assert len(asked) > 1
    page.failures.clear()  # of the question that was cut off
    hide = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => %s})"
    page.evaluate(hide % "true")
    page.wait_for_timeout(1_500)
    before = len(asked)
    page.wait_for_timeout(2_500)
    assert len(asked) == before
    page.evaluate(hide % "false")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(1_000)
    assert len(asked) > before


def test_a_wrong_field_gets_the_word_and_what_was_typed_stays(page):
    page.goto("/run/train")
    page.get_by_label("Upload data").set_input_files(str(ASSAY))
    page.locator("#f-threshold").fill("six")
    page.get_by_role("button", name="Start").click()
    page.wait_for_selector("#problem")
    page.failures.clear()  # the browser notes the status 422
    assert page.locator("#f-threshold").input_value() == "six"
    assert page.locator("#f-threshold").get_attribute("aria-invalid") == "true"
    assert "a number" in page.locator("#h-threshold").inner_text()
    assert page.evaluate("document.activeElement.id") == "problem"
    assert "assay.csv" in page.locator("#f-data option:checked").inner_text()


def test_files_are_uploaded_with_their_progress_and_deleted(page):
    page.goto("/files")
    page.locator("#file").set_input_files([{"name": "mine.csv", "mimeType": "text/csv", "buffer": b"id\n1\n"}])
    page.get_by_role("button", name="Upload").click()
    row = page.locator("tr", has_text="mine.csv")
    row.wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Delete").click()
    row.wait_for(state="detached")


def test_without_a_script_a_job_is_started_and_seen(chromium, server):
    context = chromium.new_context(base_url=server.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/run/mutagenicity")
    page.locator("#f-smiles").fill("CCO")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_role("link", name="Load again").or_(page.get_by_text("done")).first).to_be_visible()
    context.close()


@pytest.mark.parametrize("look", [{}, {"width": 360}, {"dark": True}], ids=["wide", "narrow", "dark"])
def test_every_page_is_for_everybody_and_fits(open_page, axe, audited, look):
    page = open_page(**look)
    for path in ("/jobs", audited, audited + "?show=findings.csv", "/run", "/run/design", "/run/discover", "/files"):
        page.goto(path)
        page.until("document.readyState === 'complete'")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
