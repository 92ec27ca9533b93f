"""A clinician's way through a cohort: tables uploaded, declared, checked; a discovery read, one patient explained."""

from __future__ import annotations

from statistics import NormalDist

import pytest
from playwright.sync_api import expect

N = 60


def tables(folder):
    """Patients of whom one marker in six goes with the response."""
    noise = [NormalDist().samples(N, seed=n) for n in range(7)]
    response = [noise[0][i] + noise[6][i] > 0 for i in range(N)]
    clinical = ["sample,age,sex,plate,response"]
    clinical += [f"S{i:02d},{40 + i % 37},{'FM'[i % 2]},{i % 3 + 1},{'yes' if response[i] else 'no'}" for i in range(N)]
    measured = ["sample," + ",".join(f"P{n}" for n in range(6))]
    measured += [f"S{i:02d}," + ",".join(f"{noise[n][i]:.3f}" for n in range(6)) for i in range(N)]
    for name, lines in (("patients.csv", clinical), ("proteins.csv", measured)):
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(folder / "patients.csv"), str(folder / "proteins.csv")


@pytest.fixture(scope="module")
def made(server, chromium, tmp_path_factory):
    """A cohort and a discovery in it, made by the forms; (the cohort's page, the discovery's)."""
    clinical, proteins = tables(tmp_path_factory.mktemp("tables"))
    context = chromium.new_context(base_url=server.address)
    page = context.new_page()
    page.goto("/cohort")
    page.get_by_label("Table of patients").set_input_files(clinical)
    page.get_by_label("Tables of measurements").set_input_files(proteins)
    page.get_by_role("button", name="Upload and go on").click()
    page.get_by_label("What the marker is for").select_option("response")
    page.get_by_role("button", name="Declare it and check the design").click()
    page.locator(".error").first.wait_for()  # it has no name yet
    assert "at least 1 character" in page.locator(".error").first.inner_text()
    page.get_by_label("Name of the cohort").fill("Sixty patients")
    assert page.locator("[id='outcome.column']").input_value() == "response"
    expect(page.get_by_label("Time under observation")).to_be_hidden()
    page.get_by_role("button", name="Declare it and check the design").click()
    page.get_by_role("heading", name="Sixty patients").wait_for()
    cohort = page.url
    page.get_by_label("Outer folds").fill("2")
    page.get_by_label("Runs on permuted outcomes").fill("1")
    for part in ("boosted trees", "stability of the choice"):
        page.get_by_label(part).check()
    page.get_by_role("button", name="Find biomarkers").click()
    page.wait_for_selector(".answer", timeout=150_000)
    yield cohort, page.url
    context.close()


def test_the_design_is_told_before_anything_runs(page, made):
    page.goto(made[0])
    expect(page.get_by_role("heading", name="Does the design allow an answer?")).to_be_visible()
    assert page.locator(".figures").inner_text().split()[:2] == ["60", "patients"]
    assert 'context_of_use = "response"' in page.locator(".copies").text_content()


def test_the_verdict_stands_first_and_one_patient_is_explained(page, made):
    page.goto(made[1])
    first = page.locator(".answer .lead").inner_text()
    assert "the clinical variables" in first and "AUC" in first
    assert page.locator("#markers + .scroll tbody th").first.inner_text().startswith("P0")
    expect(page.locator("svg.forest")).to_be_visible()
    page.get_by_label("Patient", exact=True).fill("S07")
    page.get_by_role("button", name="Explain").click()
    page.wait_for_selector(".state.done", timeout=60_000)
    expect(page.get_by_role("rowheader", name="why.csv", exact=True)).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (1400, True), (360, False)])
def test_accessible_at_each_width_and_in_the_dark(open_page, made, axe, shoot, width, dark):
    page = open_page(width=width, height=900, dark=dark)
    for path in ("/cohort", *made):
        page.goto(path)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    if width == 1400 and not dark:
        shoot(page, "workbench-cohort")
