"""PDF by a browser; the browser is a script here."""

import stat
import sys

import pytest

from pharmakon.core.errors import DataError, UsageError
from pharmakon.workflows.dossier_pdf import find_browser, print_pdf

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for a browser is a shell script")


def browser(folder, body):
    file = folder / "chromium"
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IEXEC)
    return str(file)


def test_a_browser_is_found_on_the_path(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="print the HTML pages"):
        find_browser()
    made = browser(tmp_path, "exit 0")
    assert find_browser() == made


def test_a_page_is_printed_beside_itself(tmp_path):
    page = tmp_path / "a page.html"
    page.write_text("<p>x</p>", encoding="utf-8")
    printing = 'case "$word" in --print-to-pdf=*) echo "%PDF-1.7" > "${word#--print-to-pdf=}";; esac'
    body = f'for word in "$@"; do {printing}; done'
    assert print_pdf(page, browser=browser(tmp_path, body)).read_bytes() == b"%PDF-1.7\n"


@pytest.mark.parametrize("body", ["echo no display >&2; exit 1", "echo no display >&2; exit 0"])
def test_a_browser_that_fails_is_told_of(tmp_path, body):
    page = tmp_path / "page.html"
    page.write_text("<p>x</p>", encoding="utf-8")
    with pytest.raises(DataError, match="no display"):
        print_pdf(page, browser=browser(tmp_path, body))
