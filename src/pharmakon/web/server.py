"""Starting and stopping: the web server in this process, the workers in others that are started again when they die."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

from pharmakon.core.errors import UsageError
from pharmakon.core.log import logger
from pharmakon.team.logs import set_up

from .app import create_app
from .settings import ServeConfig, WorkerConfig
from .state import State

AGAIN = 1.0
"""Seconds before a worker that died is started again."""


def run(config: ServeConfig, *, say: Callable[[str], object]) -> None:
    """Serve until a signal comes.

    Raises UsageError where the port is taken, or folder or database are not to be used; Unavailable.
    """
    import uvicorn

    if not config.accounts and not config.is_local:
        raise UsageError(f"a server on {config.host} is seen by others: start it with --accounts")
    set_up(config.log)
    app = create_app(config, say=say)
    with _bound(config) as listening:
        # Before anything starts: what is wrong here is said in a sentence, and the workers find their tables.
        State.open(config).database.close()
        port = listening.getsockname()[1]
        server = uvicorn.Server(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=bool(config.public),
                timeout_graceful_shutdown=5,
            )
        )
        with workers(config):
            say(f"pharmakon is at http://{config.host}:{port}/  (data in {config.data}; Ctrl-C stops it)")
            server.run(sockets=[listening])


@contextlib.contextmanager
def _bound(config: ServeConfig) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((config.host, config.port))
        except OSError as error:
            raise UsageError(f"{config.host}:{config.port} cannot be listened on: {error.strerror}") from None
        yield listening


@contextlib.contextmanager
def workers(config: ServeConfig) -> Iterator[None]:
    """So many worker processes while the block runs; one that dies is started again."""
    stopping = threading.Event()
    keepers = [threading.Thread(target=_keep, args=(config, stopping), daemon=True) for _ in range(config.workers)]
    for keeper in keepers:
        keeper.start()
    try:
        yield
    finally:
        stopping.set()
        for keeper in keepers:
            keeper.join(timeout=40.0)


def _keep(config: ServeConfig, stopping: threading.Event) -> None:
    asked = config.model_dump(mode="json", include=set(WorkerConfig.model_fields))
    while not stopping.is_set():
        with subprocess.Popen(
            [sys.executable, "-m", "pharmakon.web.work"], stdin=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            with contextlib.suppress(OSError):
                if process.stdin is not None:
                    process.stdin.write(json.dumps(asked) + "\n")
                    process.stdin.flush()  # it stays open: when it closes, the server is gone, and the worker goes too
            while process.poll() is None and not stopping.is_set():
                time.sleep(0.2)
            if stopping.is_set():
                _end(process)
                return
        logger.warning("a worker ended with %s; another is started", process.returncode)
        stopping.wait(AGAIN)


def _end(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=35.0)
    process.kill()
