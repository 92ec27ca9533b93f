"""A running server and a real browser: every request is recorded, and one that leaves the machine fails the test.

Chromium is Debian's; axe-core, which judges accessibility, is taken from npm once and kept in a cache folder.
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import tarfile
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from pharmakon.web.app import create_app
from pharmakon.web.settings import ServeConfig
from pharmakon.web.work import worker_of

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
AXE = "4.14.1"
IMAGES = Path(__file__).parents[2] / "docs" / "images"
"""Where screenshots go while PHARMAKON_SCREENSHOTS is set."""


class Running:
    """A server, without accounts unless they are asked for, and its worker, in threads of this process."""

    def __init__(self, folder: Path, *, accounts: bool = False) -> None:
        import uvicorn

        self.config = ServeConfig(data=folder, accounts=accounts)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._server = uvicorn.Server(
            uvicorn.Config(create_app(self.config), host="127.0.0.1", port=port, log_level="warning", lifespan="on")
        )
        self._threads = [threading.Thread(target=self._server.run, daemon=True)]
        self._threads[0].start()
        until = time.monotonic() + 120
        while not self._server.started:
            assert time.monotonic() < until and self._threads[0].is_alive(), "the server did not start"
            time.sleep(0.05)
        self._worker = worker_of(self.config)
        self._threads.append(threading.Thread(target=self._worker.run, daemon=True))
        self._threads[1].start()

    @property
    def state(self):
        """What the server holds."""
        return self._server.config.app.state.held

    @property
    def secret(self) -> str:
        """What makes the first account."""
        return self._server.config.app.state.setup

    def stop(self) -> None:
        """End both."""
        self._worker.stopping.set()
        self._server.should_exit = True
        for thread in self._threads:
            thread.join(timeout=30)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server that all journeys share."""
    running = Running(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def chromium():
    """A browser; the test is skipped where there is none.

    One a module: while it is there, playwright runs an event loop in this thread, and no other test could run its own.
    """
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, server):
    """Makes pages of any size and colour scheme. At the end nothing may have left the machine or failed in a script.

    What a test expects to fail, such as a refused form, it takes out of `page.failures` itself.
    """
    contexts, pages = [], []

    def make(*, width: int = 1400, height: int = 900, dark: bool = False, address: str = server.address, **more):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            base_url=address,
            **more,
        )
        page = context.new_page()
        page.requests, page.failures = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("pageerror", lambda error: page.failures.append(str(error)))
        page.on("console", lambda said: page.failures.append(said.text) if said.type == "error" else None)
        page.set_default_timeout(20_000)
        page.until = partial(_until, page)
        contexts.append(context)
        pages.append(page)
        return page

    yield make
    for page in pages:
        left = [url for url in page.requests if not _stays(url)]
        assert not left, f"requests left the machine: {left}"
        assert not page.failures, f"the page's scripts or its policy failed: {page.failures}"
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page):
    """A page of 1400 by 900."""
    return open_page()


@pytest.fixture(scope="session")
def axe():
    """A function that says which of axe's rules (WCAG 2 A and AA, best practice) a page breaks."""
    source = _axe()

    def broken(page) -> list[str]:
        page.evaluate(source)
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{rule['id']}: {rule['help']} ({node['html'][:160]})"
            for rule in found["violations"]
            for node in rule["nodes"][:3]
        ]

    return broken


@pytest.fixture
def shoot():
    """Takes a picture for the documentation, while PHARMAKON_SCREENSHOTS is set."""

    def take(page, name: str, **options) -> None:
        if os.environ.get("PHARMAKON_SCREENSHOTS"):
            from PIL import Image

            taken = Image.open(io.BytesIO(page.screenshot(**options)))
            taken.convert("RGB").quantize(256).save(IMAGES / f"{name}.png", optimize=True)

    return take


def _until(page, script: str, *, seconds: float = 20.0) -> None:
    """Wait for an expression to be true, from outside: the pages' policy lets nothing in them evaluate a text."""
    limit = time.monotonic() + seconds
    while not page.evaluate(script):
        assert time.monotonic() < limit, f"this did not become true: {script}"
        page.wait_for_timeout(50)


def _stays(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("data", "blob", "about") or parts.hostname in ("127.0.0.1", "localhost")


def _axe() -> str:
    """The script of axe-core, from a cache folder or, the first time, from npm."""
    kept = Path(tempfile.gettempdir()) / f"pharmakon-tests-{os.getuid()}" / f"axe-{AXE}.js"
    if not kept.exists():
        if shutil.which("npm") is None:
            pytest.skip("node is not here: axe-core cannot be taken from npm")
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                ["npm", "pack", "--silent", f"axe-core@{AXE}"],
                cwd=folder,
                capture_output=True,
                check=False,
                timeout=120,
            )
            packed = Path(folder) / f"axe-core-{AXE}.tgz"
            if done.returncode or not packed.exists():
                pytest.skip("npm does not answer: axe-core cannot be taken from it")
            with tarfile.open(fileobj=io.BytesIO(packed.read_bytes())) as archive:
                script = archive.extractfile("package/axe.min.js")
                kept.parent.mkdir(exist_ok=True, mode=0o700)
                kept.write_bytes(script.read())
    return kept.read_text(encoding="utf-8")
