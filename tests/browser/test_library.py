"""A chemist's way through a library: upload, read, filter, select, plot, export; by mouse, keyboard and telephone."""

from __future__ import annotations

import csv
import json

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def made(server, chromium, molecules, tmp_path_factory):
    """A library, made as a user makes one: the form, the job, the page that opens."""
    path = tmp_path_factory.mktemp("upload") / "series.csv"
    rows = [f'M{i},{smiles},{i % 7},"=1+{i}"' for i, smiles in enumerate(molecules[:140])]
    rows[3] = "M3,c1ccc,3,broken"
    rows[5] = f"M5,{molecules[1]},5,again"
    path.write_text("id,smiles,potency,remark\n" + "\n".join(rows) + "\n", encoding="utf-8")
    context = chromium.new_context(base_url=server.address)
    page = context.new_page()
    page.goto("/library")
    page.get_by_label("Molecules").set_input_files(str(path))
    page.get_by_role("button", name="Make a library").click()
    page.wait_for_selector("#count", timeout=90_000)
    yield page.url
    context.close()


def opened(page, made, **asked):
    page.goto(made.partition("?")[0] + "?" + "&".join(f"{name}={json.dumps(value)}" for name, value in asked.items()))
    page.wait_for_selector("#list [data-row]")
    page.until("document.querySelector('#list img[src]')")
    return page


def count(page):
    return page.locator("#count").inner_text()


def test_every_row_is_there_and_only_what_is_on_screen_is_drawn(page, made, shoot):
    opened(page, made)
    assert count(page) == "140 of 140 molecules"
    assert page.locator(".vline").count() < 40
    expect(page.get_by_text("unclosed ring").first).to_be_visible()
    page.locator("#list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    page.get_by_role("link", name="M139", exact=True).wait_for()


def test_filter_by_substructure_text_and_property(page, made):
    opened(page, made)
    page.get_by_label("Substructure").fill("C#N")
    page.until("!document.querySelector('#count').textContent.startsWith('140')")
    with_nitrile = int(count(page).split()[0])
    assert 0 < with_nitrile < 140
    page.get_by_label("Substructure").fill("c1cc")
    page.until("document.querySelector('#count').textContent.includes('SMARTS')")
    page.failures.clear()  # the browser reports the refusal
    page.get_by_role("button", name="Clear all filters").click()
    page.until("document.querySelector('#count').textContent.startsWith('140 of')")
    page.get_by_label("Filter by a property").select_option("mw")
    page.get_by_label("Molecular weight: at most").fill("130")
    page.until("!document.querySelector('#count').textContent.startsWith('140')")
    light = int(count(page).split()[0])
    page.reload()  # the address keeps what is asked
    page.wait_for_selector("#list [data-row]")
    assert int(count(page).split()[0]) == light < 140


def test_a_refusal_marks_its_own_field_and_leaves_no_old_rows(page, made):
    opened(page, made)
    wrong = (
        "JSON.stringify(['smarts', 'similar'].map((id) => document.getElementById(id).getAttribute('aria-invalid')))"
    )
    page.get_by_label("Substructure").fill("c1cc")
    page.until("document.querySelector('#count').textContent.includes('SMARTS')")
    assert page.evaluate(wrong) == '["true","false"]' and page.locator("#list [data-row]").count() == 0
    page.get_by_label("Substructure").fill("")
    page.get_by_label("Similar to").fill("nonsense")
    page.until("document.querySelector('#count').textContent.includes('compare with')")
    assert page.evaluate(wrong) == '["false","true"]'
    expect(page.locator("#list").get_by_text("compare with")).to_be_visible()
    page.failures.clear()  # the browser reports the refusals
    page.get_by_label("Similar to").fill("")
    page.get_by_label("Text").fill("in no row at all")
    page.locator("#list").get_by_text("No molecule meets the filter.").wait_for()
    assert count(page) == "0 of 140 molecules" and page.evaluate(wrong) == '["false","false"]'


def test_what_is_copied_is_what_is_filtered_and_sorted(page, made):
    opened(page, made)
    page.get_by_label("Text").fill("M13")
    page.until("document.querySelector('#count').textContent.startsWith('11 of')")
    page.get_by_text("Copy as").click()
    page.locator(".copies code").filter(has_text="workbench.export(").wait_for()
    assert "'text': 'M13'" in page.locator(".copies code").last.inner_text()


def test_another_tab_s_selection_is_seen_when_this_one_is_looked_at(page, made):
    opened(page, made)
    page.request.put(
        f"/api/v1/libraries/{page.url.partition('?')[0].rpartition('/')[2]}/selections", data={"rows": [1, 2, 4]}
    )
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.until("document.querySelector('#selected').textContent === '3 selected'")
    page.get_by_role("button", name="Clear the selection").click()
    page.until("document.querySelector('#selected').textContent === 'Nothing is selected'")


def test_repeats_are_marked_in_table_and_grid_and_left_out_or_shown_alone(page, made):
    opened(page, made)
    mark = page.locator(".repeat").filter(has_text="repeat of M1 (row 1)")
    mark.first.wait_for()
    page.get_by_label("Grid").check()
    page.wait_for_selector(".vcard")
    mark.first.wait_for()
    page.get_by_label("Repeats of an earlier row").select_option("only")
    page.until("!document.querySelector('#count').textContent.startsWith('140')")
    alone = int(count(page).split()[0])
    expect(page.get_by_role("link", name="M5", exact=True)).to_be_visible()
    assert 0 < alone < 10
    page.get_by_label("Repeats of an earlier row").select_option("none")
    page.until(f"document.querySelector('#count').textContent.startsWith('{140 - alone} of')")
    page.reload()  # the address keeps what is asked
    page.wait_for_selector("#list [data-row]")
    assert page.get_by_label("Repeats of an earlier row").input_value() == "none" and mark.count() == 0
    page.get_by_role("button", name="Clear all filters").click()
    page.until("document.querySelector('#count').textContent.startsWith('140 of')")


def test_a_tick_that_the_server_refuses_is_taken_back(page, made):
    opened(page, made)
    refused = {"status": 403, "json": {"detail": "selection.write is not allowed"}}
    page.route("**/selections", lambda one: one.fulfill(**refused) if one.request.method == "PUT" else one.continue_())
    page.get_by_label("Select M1", exact=True).click()
    page.until("document.querySelector('#selected').textContent.includes('not allowed')")
    assert not page.get_by_label("Select M1", exact=True).is_checked()
    page.failures.clear()  # the browser reports the refusal


def test_selection_is_kept_on_the_server_and_exported(page, made, tmp_path):
    opened(page, made)
    page.get_by_label("Select M1", exact=True).check()
    page.get_by_label("Select M2", exact=True).check()
    page.until("document.querySelector('#selected').textContent === '2 selected'")
    page.wait_for_load_state("networkidle")
    page.reload()
    page.until("document.querySelector('#selected').textContent === '2 selected'")
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.locator("#export p").nth(1).get_by_role("link", name="CSV").click()
    with open(download.value.path(), encoding="utf-8", newline="") as stream:  # noqa: PTH123
        rows = list(csv.DictReader(stream))
    assert [row["id"] for row in rows] == ["M1", "M2"]
    assert rows[0]["remark"] == "'=1+1" and float(rows[0]["mw"]) > 0
    page.keyboard.press("Escape")  # the open menu lies over the button
    page.get_by_role("button", name="Clear the selection").click()
    page.until("document.querySelector('#selected').textContent === 'Nothing is selected'")
    page.wait_for_load_state("networkidle")


def test_a_box_in_the_plot_selects_what_is_in_it(page, made):
    opened(page, made)
    page.until("document.querySelector('#canvas').getAttribute('aria-label').includes('Molecular weight')")
    canvas = page.locator("#canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 58, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 12, box["y"] + box["height"] - 44, steps=4)
    page.mouse.up()
    page.until("parseInt(document.querySelector('#selected').textContent) >= 130")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Clear the selection").click()
    page.wait_for_load_state("networkidle")


def test_by_keyboard_alone(page, made):
    opened(page, made)
    page.locator("#list").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.until("document.querySelector('#selected').textContent === '1 selected'")
    assert page.get_by_label("Select M1", exact=True).is_checked()
    page.keyboard.press("Space")
    page.keyboard.press("End")
    page.get_by_role("link", name="M139", exact=True).wait_for()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Enter")
    page.wait_for_url("**/molecule?smiles=*")


def test_sorting_by_a_click_on_the_heading(page, made):
    opened(page, made)
    page.get_by_role("button", name="Molecular weight").click()
    page.wait_for_selector("[aria-sort=descending]")
    page.wait_for_selector("#list [data-row]")
    rows = page.locator(".vline[data-at='0'] .num, .vline[data-at='1'] .num").all_inner_texts()
    assert len(rows) > 2


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (1400, True), (360, False)])
def test_accessible_at_each_width_and_in_the_dark(open_page, made, axe, shoot, width, dark):
    page = opened(open_page(width=width, height=900, dark=dark), made)
    page.wait_for_load_state("networkidle")
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    name = "workbench-library" + ("-dark" if dark else "") + ("-narrow" if width < 1000 else "")
    shoot(page, name)


def test_the_list_of_libraries_is_accessible(page, axe, made):
    page.goto("/library")
    expect(page.get_by_role("link", name="series.csv").first).to_be_visible()
    assert axe(page) == []
