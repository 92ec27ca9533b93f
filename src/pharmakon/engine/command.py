"""A program that is kept running and asked in lines of JSON: one object a line in, one a line out.

In goes {"id": 1, "smiles": "CCO", "left": 0}, where `left` says how many more lines come before answers are awaited.
Out comes {"id": 1, ...} for each, in any order, or {"id": 1, "error": "why not"}. Nothing else may be printed on
standard output; the last lines of standard error are told when something goes wrong.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import count
from queue import SimpleQueue
from typing import IO, Any

from pharmakon.core.excerpt import excerpt

from .callers import Failed

LONGEST = 1 << 20
"""Bytes of a line at most."""
TOLD = 5
"""Last lines of standard error that are told."""
GRACE = 2.0
"""Seconds that a program has to end by itself when its input is closed."""
MOST = 300
"""Characters of something unexpected that are quoted."""


class Command:
    """One running program; started when first asked, and anew after it was stopped or ended by itself.

    `timeout` is the seconds it has for each item; `startup` is added while it has not answered yet. It runs without a
    shell, in a process group of its own, so that what it starts ends with it.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        timeout: float,
        startup: float = 0.0,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._words, self._timeout, self._startup = list(words), timeout, startup
        self._environment = {**(os.environ if environment is None else environment), "PYTHONUNBUFFERED": "1"}
        self._running: _Running | None = None
        self._lock = threading.Lock()
        self._closed = self._busy = False
        self._numbers = count(1)

    def call(self, items: Sequence[str]) -> dict[int, Any]:
        """See callers.Caller: the object printed for each item, or a Failed."""
        places = range(len(items))
        try:
            running = self._started()
        except OSError as error:
            reason = f"{self._words[0]} cannot be started: {error.strerror or error}"
            return dict.fromkeys(places, Failed(reason, "none"))
        if running is None:
            return dict.fromkeys(places, Failed("it was closed", "none"))
        limit = running.limit = self._timeout * len(items) + (0.0 if running.proven else self._startup)
        # A program that does not read blocks the writing as well, so a clock of its own ends it.
        clock = threading.Timer(limit, running.expire)
        clock.daemon = True
        clock.start()
        try:
            return self._talk(running, items)
        finally:
            clock.cancel()
            clock.join()
            if running.expired:  # perhaps a moment after the last answer
                self._drop(running)
            self._busy = False

    def close(self) -> None:
        """End the program: by closing its input where it waits for work, by force where it works or stays."""
        with self._lock:
            self._closed = True
            running, self._running = self._running, None
        if running is not None:
            running.end(grace=0.0 if self._busy else GRACE)

    def _started(self) -> _Running | None:
        with self._lock:
            if self._closed:
                return None
            if self._running is None:
                self._running = _Running(self._words, self._environment)
            self._busy = True
            return self._running

    def _drop(self, running: _Running, *, grace: float = 0.0) -> None:
        running.end(grace=grace)
        with self._lock:
            if self._running is running:
                self._running = None

    def _talk(self, running: _Running, items: Sequence[str]) -> dict[int, Any]:
        waiting = {next(self._numbers): place for place in range(len(items))}
        found: dict[int, Any] = {}
        running.write(
            [
                {"id": number, "smiles": items[place], "left": len(items) - 1 - place}
                for number, place in waiting.items()
            ]
        )
        while waiting:
            line = running.lines.get()
            if line is None:
                self._drop(running, grace=GRACE)  # it closed its output, so it is about to end: with which status?
                return found | dict.fromkeys(waiting.values(), Failed(self._ending(running), "any"))
            if not line.strip():
                continue
            message, wrong = _understood(line, waiting)
            if wrong:
                self._drop(running)
                return found | dict.fromkeys(waiting.values(), Failed(wrong + running.told(), "none"))
            running.proven = True
            place = waiting.pop(message["id"])
            found[place] = Failed(excerpt(str(message["error"]), MOST)) if message.get("error") else message
        return found

    def _ending(self, running: _Running) -> str:
        """Why there is no more to read."""
        if running.expired:
            advice = "" if running.proven else "; an answer that is not flushed does not arrive"
            return f"no answer within {running.limit:g} s, so it was stopped{advice}{running.told()}"
        status = running.process.returncode
        if status is not None and status < 0:
            with contextlib.suppress(ValueError):
                return f"it was ended by {signal.Signals(-status).name}{running.told()}"
        advice = " (it has to go on reading until its input ends)" if status == 0 else ""
        return f"it ended with exit status {status}{advice}{running.told()}"


def _understood(line: bytes, waiting: Mapping[int, int]) -> tuple[dict[str, Any], str]:
    """A line as an answer to what is waited for, or what is wrong with it."""
    text = excerpt(line.decode(errors="replace").strip(), MOST)
    try:
        message = json.loads(line)
    except ValueError:
        return {}, f"it printed {text!r}, which is not JSON (what is no answer belongs on standard error)"
    if not isinstance(message, dict):
        return {}, f"it printed {text!r}, which is not a JSON object"
    number = message.get("id")
    if type(number) is not int or number not in waiting:
        return {}, f"it printed {text!r}, whose id was not asked for or was answered already"
    return message, ""


class _Running:
    """A process, with threads that read what it prints."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - the user's own program, by words and without a shell
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches us, and we decide
        )
        self.lines: SimpleQueue[bytes | None] = SimpleQueue()
        self.proven = False
        """Whether it has answered anything yet."""
        self.expired = False
        self.limit = 0.0
        """Seconds for what it was asked last."""
        self._said: deque[str] = deque(maxlen=TOLD)
        self._readers = [
            threading.Thread(target=work, args=(stream,), daemon=True)
            for work, stream in ((self._read, self.process.stdout), (self._listen, self.process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    def write(self, messages: Sequence[Mapping[str, Any]]) -> None:
        """Ask; where nobody reads, the answers' end will tell."""
        text = "".join(json.dumps(message) + "\n" for message in messages)
        with contextlib.suppress(OSError, ValueError):
            self._input.write(text.encode())
            self._input.flush()

    def expire(self) -> None:
        """End it because its time is over."""
        self.expired = True
        self._kill()
        self.lines.put(None)  # also where something that it started keeps its output open

    def end(self, *, grace: float = 0.0) -> None:
        """End it and all that it started; with grace, its input is closed and it may leave by itself first."""
        if grace and not self.expired:
            self._close_input()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        self._kill()
        self.lines.put(None)
        self.process.wait()
        self._close_input()
        for reader in self._readers:
            reader.join(GRACE)

    def told(self) -> str:
        """The end of what it said on standard error, to be added to a sentence."""
        return f"; it said: {excerpt(' / '.join(self._said), 2 * MOST)}" if self._said else ""

    @property
    def _input(self) -> IO[bytes]:
        assert self.process.stdin is not None  # noqa: S101 - it was asked for
        return self.process.stdin

    def _close_input(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._input.close()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self.process.kill()
            else:
                os.killpg(self.process.pid, signal.SIGKILL)

    def _read(self, stream: IO[bytes]) -> None:
        with stream, contextlib.suppress(OSError, ValueError):
            while line := stream.readline(LONGEST):
                self.lines.put(line)
        self.lines.put(None)

    def _listen(self, stream: IO[bytes]) -> None:
        with stream, contextlib.suppress(OSError, ValueError):
            while line := stream.readline(LONGEST):
                if text := line.decode(errors="replace").strip():
                    self._said.append(text)
