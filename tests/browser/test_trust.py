"""Through the trust pages: a table is audited, and what was found is read."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

ROWS = "smiles,value\n" + "".join(f"{'C' * (i % 9 + 1)}O,{i}\n" for i in range(40))


@pytest.fixture(scope="module")
def made(server, chromium, tmp_path_factory):
    """The page of an audit, made by its form."""
    path = tmp_path_factory.mktemp("upload") / "alcohols.csv"
    path.write_text(ROWS, encoding="utf-8")
    context = chromium.new_context(base_url=server.address)
    page = context.new_page()
    page.goto("/trust")
    page.get_by_role("link", name="Audit a table").click()
    page.get_by_label("Upload data").set_input_files(str(path))
    page.get_by_label("Value", exact=True).fill("value")
    page.get_by_role("button", name="Start").click()
    page.wait_for_selector(".state.done", timeout=90_000)
    yield f"/trust/{page.url.rpartition('/')[2]}"
    context.close()


def test_what_was_found_is_read_in_a_sentence_and_whole(page, made):
    page.goto("/trust")
    page.locator(f"a[href='{made}']").click()
    expect(page.locator(".said")).to_contain_text("40 rows")
    assert page.locator("tbody tr").count() >= 1
    page.frame_locator("iframe").locator("h1").first.wait_for()


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (1400, True), (360, False)])
def test_accessible_at_each_width_and_in_the_dark(open_page, made, axe, shoot, width, dark):
    page = open_page(width=width, height=900, dark=dark)
    for path in (made, "/trust/release", "/trust"):
        page.goto(path)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    if width == 1400 and not dark:
        shoot(page, "workbench-trust")
