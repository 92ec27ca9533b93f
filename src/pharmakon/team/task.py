"""One job in a process of its own: what to do comes on standard input, how it goes leaves on standard output.

Its worker can end it at any moment, a job that fills the memory takes no other with it, and when the worker dies the
open pipe closes and the process with it, so that no job goes on that nobody will believe.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, TextIO

from pharmakon.core.errors import Cancelled, PharmakonError
from pharmakon.core.files import sha256, sync_folder
from pharmakon.record.actor import USER

from .kept import kept

EVERY = 0.2
"""Seconds between two messages of progress."""


def main() -> int:
    """Run the job that stands in the first line of standard input."""
    asked = json.loads(sys.stdin.readline())
    said = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no message
    threading.Thread(target=_listen, daemon=True).start()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        result = perform(asked, said)
    except (Cancelled, KeyboardInterrupt):
        _say(said, stopped=True)
        return 130
    except PharmakonError as error:
        _say(said, error=worded(str(error), asked))
        return 1
    except MemoryError:
        _say(said, error="the job ran out of memory")
        return 1
    except Exception as error:  # noqa: BLE001 - the user is told, and the log has the trace
        import traceback

        traceback.print_exc()
        _say(said, error=worded(f"{type(error).__name__}: {error}", asked))
        return 1
    _say(said, result=result)
    return 0


def perform(asked: dict[str, Any], said: TextIO) -> dict[str, Any]:
    """Run a verb; its notes, and what it wrote with sizes and hashes."""
    from .verbs import prepared, verb

    what = verb(asked["verb"])
    if asked.get("user"):
        os.environ[USER] = asked["user"]  # what it writes down was done for them, whoever runs the server
    inputs, output = Path(asked["inputs"]), Path(asked["output"])
    output.mkdir(parents=True, exist_ok=True)
    made = {id: Path(folder) for id, folder in asked["made"].items()}
    config, more = prepared(
        what, asked["config"], inputs=inputs, output=output, made=made.__getitem__, resume=asked["resume"]
    )
    last = 0.0

    def progress(done: int, total: int, note: str) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY or (total and done >= total):
            last = time.monotonic()
            _say(said, progress=[done, total, note])

    os.chdir(inputs)
    with kept(Path(asked["kept"]), inputs, what.kept) if what.kept else contextlib.nullcontext():
        result = what.run(config, progress=progress, **more)
    notes = [worded(str(note), asked) for note in getattr(result, "notes", ())]
    return {"notes": notes, "files": written(output, durable=True)}


def worded(text: str, asked: dict[str, Any]) -> str:
    """A sentence of a verb in the words of who asked for the job: without the server's folders and flags."""
    from .verbs import verb

    for id, folder in asked["made"].items():
        text = text.replace(folder, f"job:{id}")
    for folder in (asked["inputs"], asked["output"], asked["kept"]):
        text = text.replace(f"{folder}/", "").replace(folder, "the job's folder")
    fields = verb(asked["verb"]).model.model_fields

    def option(flag: re.Match[str]) -> str:
        name = flag[1].replace("-", "_")
        return name if name in fields else flag[0]

    return re.sub(r"(?<![\w-])--([a-z][a-z0-9-]*)", option, text)


def written(folder: Path, *, durable: bool = False) -> list[dict[str, Any]]:
    """What lies in a folder: name, bytes and SHA-256 of each file, by name; `durable` once it is on the disk."""
    found = sorted(
        path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
    )
    if durable:  # whoever reads that the job is done finds its files, also after a power cut
        for path in found:
            with path.open("rb") as held:
                os.fsync(held.fileno())
        for place in {folder, *(path.parent for path in found)}:
            sync_folder(place)
    return [
        {"name": path.relative_to(folder).as_posix(), "size": path.stat().st_size, "sha256": sha256(path)}
        for path in found
    ]


def _say(said: TextIO, **message: Any) -> None:
    said.write(json.dumps(message) + "\n")
    said.flush()


def _listen() -> None:
    """Wait for the word to stop; when the worker is gone, so is the job."""
    for line in sys.stdin:
        if line.strip() == "stop":
            os.kill(os.getpid(), signal.SIGINT)
    if os.getpgrp() == os.getpid():  # the processes that the job started go too
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
