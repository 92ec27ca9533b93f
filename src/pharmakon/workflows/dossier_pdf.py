"""A page as PDF, printed by a browser that is already on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from pharmakon.core.errors import DataError, UsageError

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
SECONDS = 120


def find_browser() -> str:
    """The first browser of BROWSERS that is on the path. UsageError without one, saying what to do instead."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise UsageError("no Chromium, Chrome or Edge is here to make PDF; print the HTML pages from any browser")


def print_pdf(page: Path, *, browser: str) -> Path:
    """Print a page of ours to a PDF beside it. DataError when the browser fails.

    The page has no script and loads nothing, so a browser of root, which needs that, runs without its sandbox.
    """
    target = page.with_suffix(".pdf")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            f"--user-data-dir={profile}",
            "--no-pdf-header-footer",
            *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
            f"--print-to-pdf={target.resolve()}",
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DataError(f"{browser} did not print {page.name}: {error}") from None
    if done.returncode or not target.is_file() or not target.read_bytes().startswith(b"%PDF-"):
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise DataError(f"{browser} did not print {page.name}: {last[0]}")
    return target
