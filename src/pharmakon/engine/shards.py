"""Long work in shards: each finished one is a file and a line in a manifest, and a rerun skips it."""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pharmakon.core.errors import UsageError
from pharmakon.core.files import alone, append, replacing, sha256, sweep, write_atomic
from pharmakon.core.types import Progress, silent

from .base import Engine
from .local import SerialEngine

A = TypeVar("A")
Content = str | bytes
MANIFEST = "manifest.jsonl"


@dataclass(frozen=True, slots=True)
class Shard:
    """A finished part of the output. `stamp` tells what it was made from, `marked` how many rows its maker marked."""

    index: int
    rows: int
    sha256: str
    seconds: float
    stamp: str = ""
    marked: int = 0


def run_shards(
    batches: Iterable[tuple[int, A]],
    function: Callable[[A], Content | tuple[Content, int]],
    folder: str | Path,
    *,
    engine: Engine | None = None,
    stamp: str = "",
    suffix: str = ".csv",
    total: int = 0,
    label: str = "",
    claims: bool = False,
    progress: Progress = silent,
) -> list[Path]:
    """Write `function(payload)` for each (index, payload) as folder/part-000017.csv; the parts, in the given order.

    The function may give a number beside the content, of rows worth counting: `marked` adds them up.
    A part whose manifest line bears the same `stamp` (a hash of the input, the models, the configuration) and whose
    bytes still have the hash written there is not computed again. Kill it at any moment and call it again: the parts
    are those of an undisturbed run. Only one process may work in a folder: UsageError for a second one. With `claims`
    the manifest also says which parts were begun: after a kill, those that were being worked on.
    """
    folder = Path(folder)
    order: list[int] = []
    started: deque[tuple[int, int]] = deque()
    work = engine or SerialEngine()
    with ExitStack() as held:
        held.enter_context(alone(folder))
        if engine is None:
            held.callback(work.close)
        sweep(folder)
        finished = _finished(folder, stamp, suffix)
        write_atomic(folder / MANIFEST, "".join(map(_line, finished.values())))  # without torn and stale lines
        manifest = held.enter_context((folder / MANIFEST).open("ab", buffering=0))

        def missing() -> Iterator[A]:
            for index, payload in batches:
                if order and index <= order[-1]:
                    raise UsageError(f"shard {index} comes after shard {order[-1]}: their numbers must rise")
                order.append(index)
                if index in finished:
                    continue
                started.append((index, len(payload) if hasattr(payload, "__len__") else 0))
                if claims:
                    append(manifest, f'{{"claimed":{index}}}\n'.encode(), durable=False)
                yield payload

        done = len(finished)
        if done:
            progress(done, total, label)
        for seconds, content, marks in work.map(_Timed(function), missing(), label=label):
            index, rows = started.popleft()
            write_atomic(_part(folder, index, suffix), content)
            shard = Shard(index, rows, hashlib.sha256(content).hexdigest(), round(seconds, 3), stamp, marks)
            append(manifest, _line(shard).encode())
            done += 1
            progress(done, total, label)
    return [_part(folder, index, suffix) for index in order]


def marked(folder: str | Path) -> int:
    """How many rows the makers of the finished parts marked."""
    return sum(shard.marked for shard in _listed(Path(folder)))


def merge(parts: Sequence[Path], path: str | Path, *, header: str | bytes = b"") -> Path:
    """Write `header` and the parts, in order, as one file: whole or not at all."""
    with replacing(path) as out:
        out.write(header.encode() if isinstance(header, str) else header)
        for part in parts:
            with part.open("rb") as stream:
                while block := stream.read(1 << 20):
                    out.write(block)
    return Path(path)


@dataclass(frozen=True, slots=True)
class _Timed(Generic[A]):
    """The function, with its result as bytes, the rows it marked, and the seconds it took where it ran."""

    function: Callable[[A], Content | tuple[Content, int]]

    def __call__(self, payload: A) -> tuple[float, bytes, int]:
        start = time.perf_counter()
        found = self.function(payload)
        content, marks = found if isinstance(found, tuple) else (found, 0)
        return time.perf_counter() - start, content.encode() if isinstance(content, str) else content, marks


def _finished(folder: Path, stamp: str, suffix: str) -> dict[int, Shard]:
    """Shards whose manifest line and file can both be trusted."""
    return {
        shard.index: shard
        for shard in _listed(folder)
        if shard.stamp == stamp
        and (part := _part(folder, shard.index, suffix)).is_file()
        and sha256(part) == shard.sha256
    }


def _listed(folder: Path) -> list[Shard]:
    """What the manifest lists, by number; of two lines for one shard the later."""
    manifest = folder / MANIFEST
    shards = {}
    for text in manifest.read_bytes().split(b"\n") if manifest.exists() else []:
        try:
            values: dict[str, Any] = json.loads(text)
            shard = Shard(**values)
            sound = isinstance(shard.index, int) and shard.index >= 0
        except (ValueError, TypeError):
            continue  # torn by a kill; the part is computed again
        if not sound:
            continue
        shards[shard.index] = shard
    return [shard for _, shard in sorted(shards.items())]


def _part(folder: Path, index: int, suffix: str) -> Path:
    return folder / f"part-{index:06d}{suffix}"


def _line(shard: Shard) -> str:
    return json.dumps(asdict(shard), separators=(",", ":")) + "\n"
