"""What all pages share: the menu, the caller's projects, numbers, sizes and times as people read them."""

from __future__ import annotations

import html

import jinja2
import pytest
from fastapi import Request

from pharmakon.web.copying import LISTS
from pharmakon.web.guard import action_of, api_routes
from pharmakon.web.pages import NEEDS, PARTS, copies, render, templates


def test_a_page_shows_the_menu_and_where_one_is(server):
    page = server.browser("curator").ask("GET", "/jobs", headers={"accept": "text/html"}).text
    assert all(f'href="{path}"' in page for path, _ in PARTS) and page.count('aria-current="page"') == 1


def test_the_menu_leads_nobody_to_what_their_role_does_not_open(server):
    page = server.browser("reader").ask("GET", "/jobs", headers={"accept": "text/html"}).text
    assert 'href="/library"' in page and 'href="/cohort"' not in page
    routes = {route.path: action_of(route) for route in api_routes(server.app.routes) if "GET" in route.methods}
    assert {path: routes[path] for path, _ in PARTS} == NEEDS


def test_a_refused_form_is_answered_with_a_page(server):
    sent = server.browser("reader").ask("POST", "/design/new", data={"do": "start"})
    assert sent.status_code == 403 and "<h1>Not allowed</h1>" in sent.text and "analyst, curator" in sent.text
    asked = {"Accept": "application/json"}
    assert server.browser("reader").ask("POST", "/design/new", data={"do": "start"}, headers=asked).json()["status"]


def test_a_browser_gets_a_page_and_a_program_json_of_the_same_mistake(server):
    reader = server.browser("reader")
    assert "<h1>" in reader.ask("GET", "/jobs/0000", headers={"accept": "text/html"}).text
    assert reader.ask("GET", "/api/v1/jobs/0000", headers={"accept": "text/html"}).json()["status"] == 404


def test_numbers_sizes_and_times():
    page = templates().from_string("{{ x | number }} {{ b | size }} {{ t | time }}|{{ none | time }}")
    assert page.render(x=1.23456, b=1_234_567, t=0.0, none=None) == "1.23 1.2 MB 1970-01-01 00:00|"


def test_text_is_escaped_and_a_misspelt_name_is_an_error():
    assert templates().from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    with pytest.raises(jinja2.UndefinedError):
        templates().from_string("{{ misspelt }}").render()


def test_copies_leave_out_what_there_is_not():
    assert copies(cli="a", python="b") == {"CLI": "a", "Python": "b"}


@pytest.mark.parametrize("page", LISTS)
def test_a_page_that_lists_says_how_a_program_asks(fresh, page):
    root = fresh.browser("curator", "analyst", "admin", admin=True)
    text = root.ask("GET", page, headers={"accept": "text/html"}).text
    assert text.count("Copy as") == 1 and LISTS[page][0] in html.unescape(text) and "Bearer" in text


def test_without_accounts_a_program_brings_no_token(workbench):
    text = html.unescape(workbench.get("/models", headers={"accept": "text/html"}).text)
    assert "curl http://localhost/api/v1/models" in text and "PHARMAKON_TOKEN" not in text


def test_a_page_cannot_take_the_name_of_what_all_pages_have(workbench):
    request = Request({"type": "http", "app": workbench.app, "path": "/", "headers": [], "method": "GET"})
    with pytest.raises(TypeError, match="pages"):
        render(request, "problem.html", pages=())
