"""A reviewer's way through the record: two runs side by side, one checked, signed, handed on and checked again."""

from __future__ import annotations

from statistics import NormalDist

import pytest
from playwright.sync_api import expect

WORDS = "five little ducks went out"
SCRIPT = """async ([first, second, seed]) => {
  const token = document.querySelector("meta[name=csrf]").content, ids = [];
  for (const [name, text] of [["members.csv", first], ["others.csv", second]]) {
    const form = new FormData();
    form.append("file", new Blob([text]), name);
    const answer = await fetch("/api/v1/files", {method: "POST", body: form, headers: {"X-CSRF-Token": token}});
    ids.push((await answer.json()).id);
  }
  const body = JSON.stringify({verb: "attack", title: `Attack with seed ${seed}`, files: ids,
    config: {members: "members.csv", others: "others.csv", seed}});
  const headers = {"X-CSRF-Token": token, "Content-Type": "application/json"};
  const answer = await fetch("/api/v1/jobs", {method: "POST", body, headers});
  return (await answer.json()).id;
}"""


def scores(seed: int, shift: float) -> str:
    drawn = NormalDist(shift, 1.0).samples(200, seed=seed)
    return "score\n" + "\n".join(f"{value:.4f}" for value in drawn) + "\n"


@pytest.fixture(scope="module")
def made(server, chromium):
    """Two runs, made by the jobs of the page."""
    context = chromium.new_context(base_url=server.address)
    page = context.new_page()
    page.goto("/record")
    ids = [page.evaluate(SCRIPT, [scores(1, 1.0), scores(2 + n, 0.0), n]) for n in (0, 1)]
    for id in ids:
        page.goto(f"/jobs/{id}")
        page.wait_for_selector(".state.done", timeout=90_000)
    yield ids
    context.close()


def test_compared_signed_handed_on_and_checked(page, made, shoot, tmp_path):
    page.goto("/record")
    for n in (0, 1):
        page.get_by_label(f"Choose Attack with seed {n}").check()
    assert page.locator("#chosen").inner_text() == "2 are chosen."
    page.set_viewport_size({"width": 1100, "height": 620})
    page.get_by_role("button", name="Compare side by side").click()
    page.wait_for_url("**/record/compare?*")
    differing = page.locator("tr.differs th").all_inner_texts()
    assert "seed" in differing and "others.csv" in differing and "members.csv" not in differing
    assert "/inputs/" not in page.locator("main").inner_text()
    shoot(page, "workbench-record-compare")
    page.goto(f"/record/{made[0]}")
    expect(page.get_by_text("form an unbroken chain")).to_be_visible()
    page.get_by_label("New passphrase").fill(WORDS)
    page.get_by_label("The same again").fill(WORDS)
    page.get_by_role("button", name="Make my identity").click()
    page.get_by_label("Why").fill("It answers the question of 3 May.")
    page.get_by_label("Passphrase of your identity").fill(WORDS)
    page.get_by_role("button", name="Sign", exact=True).click()
    page.get_by_text("You signed this record.").wait_for()
    expect(page.get_by_text("It holds.")).to_be_visible()
    page.set_viewport_size({"width": 1100, "height": 900})
    page.locator("h1").scroll_into_view_if_needed()
    shoot(page, "workbench-record")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the crate").click()
    path = tmp_path / "crate.zip"
    download.value.save_as(path)
    page.goto("/crate")
    page.get_by_label("Crate").set_input_files(str(path))
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_text("As written")).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), [(1400, False), (1400, True), (360, False)])
def test_accessible_at_each_width_and_in_the_dark(open_page, made, axe, width, dark):
    page = open_page(width=width, height=900, dark=dark)
    compare = f"/record/compare?run={made[0]}&run={made[1]}"
    for path in ("/record", f"/record/{made[1]}", compare, "/crate", "/journal"):
        page.goto(path)
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_by_keyboard_alone(page, made):
    page.goto("/record")
    page.get_by_label("Choose Attack with seed 0").focus()
    page.keyboard.press("Space")
    page.get_by_label("Choose Attack with seed 1").focus()
    page.keyboard.press("Space")
    page.locator("#compare").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/record/compare?*")
