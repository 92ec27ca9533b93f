"""Cookies: read by no script, of this host alone behind https, and taken back as they were given."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from starlette.responses import Response

from pharmakon.web.cookies import SESSION, cookie_name, set_cookie, take_cookie
from pharmakon.web.settings import ServeConfig

PLAIN = ServeConfig()
SECURE = ServeConfig(public="https://pharmakon.example.org")


def given(settings, act, *more, **options):
    """The one cookie that an answer carries, with its attributes."""
    answer = Response()
    act(answer, settings, SESSION, *more, **options)
    (text,) = answer.headers.getlist("set-cookie")
    (cookie,) = SimpleCookie(text).values()
    return cookie


@pytest.mark.parametrize("settings", [PLAIN, SECURE], ids=["http", "https"])
def test_no_script_and_no_other_site_s_form_has_it(settings):
    cookie = given(settings, set_cookie, "secret")
    assert cookie.value == "secret" and cookie["httponly"] and cookie["samesite"] == "lax"
    assert bool(cookie["secure"]) is settings.secure


def test_behind_https_a_browser_keeps_it_to_this_host():
    """What a browser wants of a name that begins with __Host-, or it drops the cookie."""
    for cookie in (given(SECURE, set_cookie, "secret"), given(SECURE, take_cookie)):
        assert cookie.key == cookie_name(SECURE, SESSION) == "__Host-pharmakon"
        assert cookie["secure"] and cookie["path"] == "/" and not cookie["domain"]
    assert cookie_name(PLAIN, SESSION) == "pharmakon"  # a browser takes no __Host- cookie over http


def test_a_session_s_goes_with_the_browser_and_a_form_s_after_a_while():
    assert given(PLAIN, set_cookie, "secret")["max-age"] == ""
    assert given(PLAIN, set_cookie, "secret", seconds=600.9)["max-age"] == "600"


@pytest.mark.parametrize("settings", [PLAIN, SECURE], ids=["http", "https"])
def test_what_is_taken_back_is_what_was_given(settings):
    gave, took = given(settings, set_cookie, "secret"), given(settings, take_cookie)
    assert took["max-age"] == "0" and took.value == ""
    assert [took.key, took["path"], took["domain"]] == [gave.key, gave["path"], gave["domain"]]


def test_behind_https_a_cookie_of_the_plain_name_is_no_session(other):
    team = other(public="https://pharmakon.example.org")
    page = team.nobody.ask("GET", "/login", headers={"Accept": "text/html"})
    (cookie,) = page.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-pharmakon-form=") and "Secure" in cookie and "Path=/" in cookie
    plain = team.browser("analyst").ask("GET", "/api/v1/me")
    assert plain.status_code == 401  # a cookie of the plain name, which any host nearby could set, is no session
