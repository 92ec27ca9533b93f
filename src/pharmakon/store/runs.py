"""Run folders: what was asked, of which inputs, with which versions; and journals that survive a kill."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import platform
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Self

from pydantic import BaseModel

from pharmakon.core.closing import Closing
from pharmakon.core.errors import RecordError, UsageError
from pharmakon.core.files import append, locked, sha256, sweep, sync_folder, write_atomic
from pharmakon.core.log import logger

from .plain import document, line, plain
from .provenance import code
from .remote import place_of
from .vault import fingerprint

__all__ = ["Journal", "RunFolder", "sha256", "versions", "write_atomic"]

RUN = "run.json"
PACKAGES = (
    "pharmakon",
    "numpy",
    "scipy",
    "rdkit",
    "scikit-learn",
    "lightgbm",
    "onnxruntime",
    "chembl-structure-pipeline",
)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A folder that one run writes to. `run` is its run.json."""

    path: Path
    run: dict[str, Any]
    resumed: bool = False

    @classmethod
    def create(
        cls,
        path: str | Path,
        *,
        verb: str,
        config: BaseModel | Mapping[str, Any],
        inputs: Sequence[str | Path] = (),
        seed: int = 0,
        resume: bool = False,
        overwrite: bool = False,
        ignore: Collection[str] = (),
    ) -> Self:
        """Start a run in an empty or new folder, or go on with the same run when `resume`.

        The same run: equal verb, seed, input bytes and configuration, leaving out the configuration keys in `ignore`
        (those that cannot change a result, such as the number of workers). UsageError names what differs, or advises
        --resume when the folder is taken. `overwrite` empties a folder that holds an earlier run, and no other.
        """
        path = Path(path)
        asked: dict[str, Any] = {
            "verb": verb,
            "config": plain(config),
            "inputs": [_describe(place_of(p)) for p in inputs],
            "seed": seed,
        }
        if path.exists() and not path.is_dir():
            raise UsageError(f"{path} is a file, not a folder; choose another -o")
        taken = path.is_dir() and any(not p.name.startswith(".") for p in path.iterdir())
        if taken and resume:
            return cls._resume(path, asked, ignore)
        if taken and not (overwrite and (path / RUN).is_file()):
            held = (
                "already holds a run; add --resume to go on with it, or" if (path / RUN).is_file() else "is not empty;"
            )
            raise UsageError(f"{path} {held} choose another -o")
        if taken:
            shutil.rmtree(path)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        run = {**asked, "versions": versions(), "code": code(), "platform": _platform(), "started": now}
        write_atomic(path / RUN, document(run))
        return cls(path, json.loads(document(run)))

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """An existing run folder, for reading. RecordError when its run.json is missing or damaged."""
        path = Path(path)
        try:
            run = json.loads((path / RUN).read_bytes())
        except OSError:
            raise RecordError(f"{path} is not a run folder: it has no readable {RUN}") from None
        except (ValueError, RecursionError) as error:
            raise RecordError(f"{path / RUN} is damaged: {error}") from None
        kinds = {"verb": str, "config": dict, "inputs": list, "seed": int}
        if not isinstance(run, dict) or not all(isinstance(run.get(key), kind) for key, kind in kinds.items()):
            raise RecordError(f"{path / RUN} is damaged: it does not describe a run")
        return cls(path, run)

    @classmethod
    def _resume(cls, path: Path, asked: Mapping[str, Any], ignore: Collection[str]) -> Self:
        if not (path / RUN).is_file():
            raise UsageError(f"{path} holds other files and no run to resume; choose another -o")
        held = cls.open(path)
        if different := _differences(held.run, json.loads(document(asked)), ignore):
            raise UsageError(
                f"{path} holds a run with another {', '.join(different)}; "
                "resume it with what it was started with, or choose another -o"
            )
        for name, version in versions().items():
            before = held.run.get("versions", {}).get(name)
            if before != version:
                logger.warning("%s was started with %s %s and goes on with %s", path, name, before, version)
        sweep(path)
        return cls(path, held.run, resumed=True)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the run, whole or not at all. UsageError for a name that leads out of the folder."""
        target = self.path / name
        if not target.resolve().is_relative_to(self.path.resolve()):
            raise UsageError(f"{name!r} would lie outside the run folder {self.path}")
        return write_atomic(target, content)

    def journal(self, name: str) -> Journal:
        """The journal `name` of this run."""
        return Journal(self.path / name)


class Journal(Closing):
    """An append-only file of one JSON object a line, each on disk before `append` returns.

    One process may append at a time. `dropped` holds the torn last line that `read` left out, if there was one.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.dropped = ""
        self._stream: BinaryIO | None = None

    def append(self, entry: Mapping[str, Any]) -> None:
        """Add an entry durably. A torn last line of an earlier, killed process is cut off first."""
        stream = self._stream or self._open()
        append(stream, line(entry).encode() + b"\n")

    def read(self) -> list[dict[str, Any]]:
        """Every whole entry; [] when there is no file. RecordError names a line that is not an entry."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        *whole, torn = content.split(b"\n")
        self.dropped = torn.decode(errors="replace")
        if torn:
            logger.warning("%s: its last line was not finished and is left out: %.60r", self.path, self.dropped)
        entries = []
        for number, text in enumerate(whole, start=1):
            try:
                entry = json.loads(text)
            except ValueError:
                entry = None
            if not isinstance(entry, dict):
                raise RecordError(f"{self.path}, line {number}: not an entry of this journal: {text[:60]!r}")
            entries.append(entry)
        return entries

    def close(self) -> None:
        """Let another process append."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _open(self) -> BinaryIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        stream = self.path.open("a+b", buffering=0)
        try:
            _lock(stream, self.path)
            end = stream.seek(0, os.SEEK_END)
            stream.truncate(_last_line_end(stream, end))
        except BaseException:
            stream.close()
            raise
        sync_folder(self.path.parent)
        self._stream = stream
        return stream


def versions() -> dict[str, str]:
    """The installed versions of what results depend on; nothing is imported to find out."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def _platform() -> dict[str, str]:
    return {"system": platform.system(), "release": platform.release(), "machine": platform.machine()}


def _describe(path: Path) -> dict[str, Any]:
    try:
        return {"path": str(path), "sha256": fingerprint(path), "bytes": path.stat().st_size}
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def _differences(held: Mapping[str, Any], asked: Mapping[str, Any], ignore: Collection[str]) -> list[str]:
    """What sets two runs apart, as words: "seed", "config key 'calls' (it was 5)", "content of molecules.csv"."""
    different = [key for key in ("verb", "seed") if held[key] != asked[key]]
    before, after = (_by_content(run["config"], run["inputs"]) for run in (held, asked))
    keys = sorted((before.keys() | after.keys()) - set(ignore))
    # A key that is not there was unknown when the run began, which is how nothing given was and is.
    for key in keys:
        if before.get(key) != after.get(key):
            was = before.get(key)
            told = f" (it was {was})" if isinstance(was, (int, float)) else ""
            different.append(f"config key {key!r}{told}")
    if len(held["inputs"]) != len(asked["inputs"]):
        different.append("number of input files")
    for old, new in zip(held["inputs"], asked["inputs"], strict=False):
        if old["sha256"] != new["sha256"]:  # a file may move; its content may not change
            different.append(f"content of {new['path']}")
    return different


def _by_content(config: Mapping[str, Any], inputs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A configuration that names each input by what is in it, as the same file may lie elsewhere when a run goes on."""
    hashes = {item["path"]: item["sha256"] for item in inputs}

    def named(value: Any) -> Any:
        if isinstance(value, list):
            return [named(one) for one in value]
        return hashes.get(value, value) if isinstance(value, str) else value

    return {key: named(value) for key, value in config.items()}


def _last_line_end(stream: BinaryIO, end: int, block: int = 65_536) -> int:
    """The offset just after the last newline, looking backwards."""
    while end > 0:
        start = max(0, end - block)
        stream.seek(start)
        found = stream.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _lock(stream: BinaryIO, path: Path) -> None:
    """Refuse a second writer; the lock goes with the process, so a kill never leaves one behind."""
    if not locked(stream):
        raise RecordError(f"{path}: another process is writing this run; let it finish or stop it")
