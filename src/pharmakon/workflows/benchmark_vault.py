"""Vaults that were tampered with, which must all be refused; how fast a large file is locked, and in what memory."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from pharmakon.core.errors import PharmakonError
from pharmakon.core.files import replacing
from pharmakon.core.random import stream
from pharmakon.store.keys import KEY, Lock
from pharmakon.store.vault import CHUNK, HEAD, HEADER, TAG, seal, unsealed

from .benchmark import BenchmarkConfig, Learner, Say

TRIES, MEGABYTES, REPEATS = 10_000, 1000, 5
MB = 1_000_000
TARGET = 300
"""MB/s that a vault should reach."""
WHOLE_CHUNKS = 100
"""One try in so many is on chunks as long as those that are used in earnest."""


class Vaults:
    """Every way in which a file can be changed by somebody without its key, and the cost of keeping one."""

    what = "vaults: 10,000 that were tampered with, and the speed and memory of locking 1 GB"
    protocol = (
        "10,000 vaults, a fifth each with a bit flipped, a piece of another vault, chunks dropped, the end cut off, "
        "chunks reordered; the same vaults untouched as control. 1 GB encrypted from a file, and locked into another "
        "that is on the disk before the clock stops, five times, in a fresh process, beside AES-GCM alone on blocks of "
        "1 MiB in memory and a copy of the file with nothing encrypted; also in seconds of this process's own time"
    )
    published = f"none: all must be refused; at least {TARGET} MB/s"
    needs = ""
    repeats = REPEATS

    def tasks(self) -> Sequence[str]:
        return ["tampered", "1 GB"]

    def files(self, task: str, root: Path) -> list[Path]:
        return []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        config.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=config.folder) as place:
            if task == "tampered":
                return {"scores": _tampered(Path(place), config.limit or TRIES, config.seed, say), "anchors": {}}
            size = (config.limit or MEGABYTES) * MB
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                found = pool.submit(_measured, place, size, config.repeats or REPEATS).result()
            return {"scores": {name: _over(values) for name, values in found.items()}, "anchors": {}}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """What was refused of all, and what 1 GB costs."""
        said: dict[str, Any] = {}
        tampered = results.get("tampered", {}).get("scores", {})
        kinds = [score for name, score in tampered.items() if name != CONTROL]
        if kinds:
            refused = sum(round(score["value"] * score["n"]) for score in kinds)
            said["tampered, refused"] = f"{refused:,} of {sum(score['n'] for score in kinds):,}"
        speed = results.get("1 GB", {}).get("scores", {})
        for name in (ENCRYPTING, OF_ALONE, ADDED):
            if name in speed:
                said[name] = speed[name]["value"]
        return said


ENCRYPTING, OF_ALONE, ADDED = "encrypting, MB/s", "of AES-GCM alone", "memory that a longer file adds, MB"
CONTROL = "untouched: opened"


def _tampered(folder: Path, tries: int, seed: int, say: Say) -> dict[str, Any]:
    """Share refused by kind of tampering, and share of the untouched that opens."""
    refused: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    opened = []
    with _secret():
        for i in range(tries):
            if i % 500 == 0:
                say(f"{i:,} of {tries:,} vaults")
            kind = list(KINDS)[i % len(KINDS)]
            random = stream(seed, "vault", str(i))
            chunk = CHUNK if i // len(KINDS) % WHOLE_CHUNKS == WHOLE_CHUNKS - 1 else int(random.integers(6, 11))
            number = 3 if chunk == CHUNK else int(random.integers(2, 12))
            plain = random.bytes((number - 1) * (1 << chunk) + int(random.integers(1, 1 << chunk)))
            whole, other = _locked(plain, chunk), _locked(plain, chunk)
            path = folder / "x.vault"
            path.write_bytes(whole)
            opened.append(_opens(path, plain))
            path.write_bytes(KINDS[kind](whole, other, random))
            refused[kind].append(not _opens(path, None))
    scores = {f"{kind}: refused": _share(values) for kind, values in refused.items()}
    return {**scores, CONTROL: _share(opened)}


def _flipped(whole: bytes, other: bytes, random: np.random.Generator) -> bytes:
    changed = bytearray(whole)
    # Half of them in the head, which is a small part of the file and the one that says how to read the rest.
    place = int(random.integers(HEAD if random.random() < 0.5 else len(whole)))
    changed[place] ^= 1 << int(random.integers(8))
    return bytes(changed)


def _swapped(whole: bytes, other: bytes, random: np.random.Generator) -> bytes:
    """A chunk, the lock, or the whole head of another vault that holds the same."""
    (head, chunks), (strange, others) = _parts(whole), _parts(other)
    what = int(random.integers(4))
    if what == 0:
        return strange + b"".join(chunks)
    if what == 1:
        return head[:HEADER] + strange[HEADER:] + b"".join(chunks)
    place = int(random.integers(len(chunks)))
    chunks[place] = others[place]
    return head + b"".join(chunks)


def _dropped(whole: bytes, other: bytes, random: np.random.Generator) -> bytes:
    head, chunks = _parts(whole)
    gone = random.choice(len(chunks), size=int(random.integers(1, len(chunks) + 1)), replace=False)
    return head + b"".join(chunk for i, chunk in enumerate(chunks) if i not in gone)


def _truncated(whole: bytes, other: bytes, random: np.random.Generator) -> bytes:
    """Cut anywhere, or just behind a chunk, where only what the last chunk says can tell."""
    if random.random() < 0.5:
        return whole[: int(random.integers(len(whole)))]
    head, chunks = _parts(whole)
    return head + b"".join(chunks[: int(random.integers(len(chunks)))])


def _reordered(whole: bytes, other: bytes, random: np.random.Generator) -> bytes:
    head, chunks = _parts(whole)
    order = np.arange(len(chunks))
    while (order == np.arange(len(chunks))).all():
        order = random.permutation(len(chunks))
    return head + b"".join(chunks[i] for i in order)


KINDS: Mapping[str, Callable[[bytes, bytes, np.random.Generator], bytes]] = {
    "flipped": _flipped,
    "swapped": _swapped,
    "dropped": _dropped,
    "truncated": _truncated,
    "reordered": _reordered,
}


def _parts(whole: bytes) -> tuple[bytes, list[bytes]]:
    piece = (1 << whole[17]) + TAG
    return whole[:HEAD], [whole[i : i + piece] for i in range(HEAD, len(whole), piece)]


def _locked(plain: bytes, chunk: int) -> bytes:
    out = io.BytesIO()
    seal(io.BytesIO(plain), out, Lock("environment"), chunk=chunk)
    return out.getvalue()


def _opens(path: Path, plain: bytes | None) -> bool:
    """Whether a vault is read to its end, and gives what went in where that is told."""
    try:
        with unsealed(path) as opened:
            found = opened.read()
    except PharmakonError:
        return False
    return plain is None or found == plain


@contextmanager
def _secret() -> Iterator[None]:
    """A key in the environment for as long as the block runs."""
    before = os.environ.get(KEY)
    os.environ[KEY] = secrets.token_hex(32)
    try:
        yield
    finally:
        del os.environ[KEY]
        if before is not None:
            os.environ[KEY] = before


def _measured(folder: str, size: int, repeats: int) -> dict[str, list[float]]:
    """Speeds in MB/s and memory in MB, in a process that has done nothing else."""
    plain, locked = Path(folder) / "plain", Path(folder) / "plain.vault"
    found: dict[str, list[float]] = {}
    with _secret():
        _write(plain, 32 * MB)
        _lock(plain, locked)
        _open(locked)
        _write(plain, size)
        before = _peak()
        for _ in range(repeats):
            own = time.process_time()
            speeds = {ENCRYPTING: size / MB / _encrypt(plain)}
            speeds["encrypting, MB per second of its own time"] = size / MB / (time.process_time() - own)
            speeds["AES-GCM alone, MB/s"] = size / MB / _alone(size)
            speeds[OF_ALONE] = speeds[ENCRYPTING] / speeds["AES-GCM alone, MB/s"]
            speeds["locking to disk, MB/s"] = size / MB / _lock(plain, locked)
            speeds["plain copy to disk, MB/s"] = size / MB / _copy(plain, locked.with_suffix(".copy"))
            speeds["opening, MB/s"] = size / MB / _open(locked)
            for name, value in speeds.items():
                found.setdefault(name, []).append(value)
        found[ADDED] = [_peak() - before]
        found["memory at most, MB"] = [_peak()]
    return found


def _write(path: Path, size: int) -> None:
    with path.open("wb") as out:
        for start in range(0, size, MB):
            out.write(os.urandom(min(MB, size - start)))


def _lock(plain: Path, locked: Path) -> float:
    start = time.perf_counter()
    with plain.open("rb") as source, replacing(locked) as out:
        seal(source, out, Lock("environment"))
    return time.perf_counter() - start


def _encrypt(plain: Path) -> float:
    """Seconds of encrypting a file, without writing what comes out."""
    start = time.perf_counter()
    with plain.open("rb") as source:
        seal(source, cast(BinaryIO, _Nowhere()), Lock("environment"))
    return time.perf_counter() - start


class _Nowhere:
    """What is written here is gone."""

    def write(self, block: bytes) -> int:
        return len(block)


def _copy(plain: Path, copy: Path) -> float:
    start = time.perf_counter()
    with plain.open("rb") as source, replacing(copy) as out:
        shutil.copyfileobj(source, out, 1 << CHUNK)
    return time.perf_counter() - start


def _open(locked: Path) -> float:
    start = time.perf_counter()
    with unsealed(locked) as opened:
        while opened.read(1 << 20):
            pass
    return time.perf_counter() - start


def _alone(size: int) -> float:
    """Seconds of encrypting as many blocks with the library's cipher and nothing else."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, block = AESGCM(AESGCM.generate_key(256)), os.urandom(1 << CHUNK)
    start = time.perf_counter()
    for number in range(-(-size // len(block))):
        cipher.encrypt(number.to_bytes(12, "big"), block, b"associated")
    return time.perf_counter() - start


def _peak() -> float:
    """The most memory that this process has held, in MB."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / MB if sys.platform == "darwin" else most * 1024 / MB


def _share(values: Sequence[bool]) -> dict[str, Any]:
    """A share, with its exact one-sided 95 % bound where none failed (the rule of three)."""
    n = len(values)
    share = sum(values) / n
    return {"value": share, "low": round(0.05 ** (1 / n), 6) if all(values) else 0.0, "high": 1.0, "n": n}


def _over(values: Sequence[float]) -> dict[str, Any]:
    middle, low, high = statistics.median(values), min(values), max(values)
    return {"value": round(middle, 3), "low": round(low, 3), "high": round(high, 3), "n": len(values)}


VAULTS = Vaults()
