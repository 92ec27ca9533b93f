"""From the secret that a new server prints to a team: the first account, a colleague, a token, and an account shut."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

ADA, BOB = "correct horse battery", "staple of another horse"


@pytest.fixture(scope="module")
def team(tmp_path_factory):
    """A server with accounts, and none yet."""
    from .conftest import Running

    running = Running(tmp_path_factory.mktemp("team"), accounts=True)
    yield running
    running.stop()


def refused(page, status: int) -> None:
    """What the browser says of an answer that was expected."""
    assert any(f" {status} " in said for said in page.failures)
    page.failures.clear()


def menu(page, name: str):
    page.locator("header details summary").last.click()
    page.locator("header details[open]").get_by_text(name, exact=True).click()


def test_a_team_is_made_and_somebody_is_shut_out(open_page, team, axe):
    ada = open_page(address=team.address)
    ada.goto("/record")
    assert ada.url.startswith(f"{team.address}/login") and not axe(ada)
    ada.get_by_role("link", name="make the first").click()
    for secret in ("not the secret", team.secret):
        ada.get_by_label("Secret").fill(secret)
        ada.get_by_label("Your name").fill("Ada Lovelace")
        ada.get_by_label("E-mail").fill("ada@example.org")
        ada.get_by_label("Password").fill(ADA)
        assert not axe(ada)
        ada.get_by_role("button", name="Make the account").click()
        if secret == "not the secret":
            assert "not the secret" in ada.get_by_role("alert").inner_text()
            refused(ada, 403)
    menu(ada, "Accounts and projects")
    assert not axe(ada)
    ada.get_by_label("Name, as it is printed").fill("Bob Byron")
    ada.locator("form[action='/accounts'] #email").fill("bob@example.org")
    ada.get_by_label("First password").fill(BOB)
    ada.get_by_role("button", name="Make the account").click()
    expect(ada.get_by_role("rowheader", name="Bob Byron")).to_be_visible()
    menu(ada, "People")
    assert not axe(ada)
    ada.get_by_label("E-mail address of the account").fill("bob@example.org")
    ada.locator("section[aria-labelledby=more] input[value=analyst]").check()
    ada.get_by_role("button", name="Add").click()
    expect(ada.get_by_role("rowheader", name=re.compile("Bob Byron"))).to_be_visible()

    bob = open_page(address=team.address, width=360)
    bob.goto("/people")
    for password in ("a wrong one, surely", BOB):
        bob.get_by_label("E-mail").fill("bob@example.org")
        bob.get_by_label("Password").fill(password)
        bob.get_by_role("button", name="Log in").click()
        if password != BOB:
            assert "did not open an account" in bob.get_by_role("alert").inner_text()
            refused(bob, 401)
    bob.wait_for_url("**/people")
    expect(bob.get_by_text("Bob Byron").first).to_be_visible()
    expect(bob.get_by_role("button", name="Save")).to_have_count(0)
    bob.goto("/accounts")
    refused(bob, 403)
    bob.goto("/account")
    assert bob.evaluate("document.documentElement.scrollWidth") <= 360 and not axe(bob)
    bob.get_by_label("What it is for").fill("nightly")
    bob.locator("section[aria-labelledby=tokens] input[value=analyst]").check()
    bob.get_by_role("button", name="Make the token").click()
    secret = bob.locator(".secret code").inner_text()
    asked = {"Authorization": f"Bearer {secret}"}
    assert bob.request.get("/api/v1/jobs", headers=asked).status == 200
    bob.goto("/account")
    assert not bob.locator(".secret").count()  # it was shown once
    bob.get_by_role("button", name="Take back nightly").click()
    assert bob.request.get("/api/v1/jobs", headers=asked).status == 401

    menu(ada, "Accounts and projects")
    ada.get_by_role("button", name="Shut the account of Bob Byron").click()
    expect(ada.get_by_role("button", name="Open the account of Bob Byron")).to_be_visible()
    bob.goto("/")
    assert bob.url.startswith(f"{team.address}/login")  # at once, in the middle of a session
    menu(ada, "Log out")
    assert ada.url.startswith(f"{team.address}/login")
