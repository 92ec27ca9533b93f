"""Model folders: card.json, compressed arrays, texts, and a SHA-256 for each. Nothing in them can run code."""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import math
import re
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import ModelError, UsageError
from pharmakon.core.files import sha256, sync_folder, write_atomic

from .plain import document

CARD = "card.json"
SUMS = "SHA256SUMS"
_FILTER = {"id": lzma.FILTER_LZMA1}
SET_ASIDE = "set_aside.csv"
"""The rows of the table that were not used. It may lie beside the model and is no part of it: its sum is listed, yet a
model without it, or with one that was opened and saved in a spreadsheet, is still the model."""
Arrays = Mapping[str, NDArray[Any]]

_ONE_AT_A_TIME = Lock()
_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00.."
    rb"\{'descr': '(?P<type>[<>|][biuf]\d+)', 'fortran_order': (?P<fortran>True|False), "
    rb"'shape': \((?P<shape>[\d, ]*)\), \}",
    re.DOTALL,
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
_DESKTOP = {"Thumbs.db", "desktop.ini"}  # left by a file browser; nothing reads them
_SIGNATURES = {"signatures.jsonl", "signatures.head.json"}  # given to the finished model, and checked by the record


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder whose every file was found to be as it was saved."""

    path: Path
    card: dict[str, Any]
    files: tuple[str, ...]

    def arrays(self, stem: str) -> dict[str, NDArray[Any]]:
        """The arrays of `stem`.npz, read now."""
        try:
            with zipfile.ZipFile(self.path / self._known(f"{stem}.npz")) as archive:
                return {name.removesuffix(".npy"): _array(archive.read(name)) for name in archive.namelist()}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise ModelError(f"{self.path / stem}.npz cannot be read: {error}") from None

    def text(self, name: str) -> str:
        """The text saved under `name`."""
        return (self.path / self._known(name)).read_bytes().decode()

    def contents(self, *, without: str = "") -> dict[str, bytes]:
        """Every file but the card and `without`, by name: what another folder may hold unchanged."""
        return {name: (self.path / name).read_bytes() for name in self.files if name not in (CARD, without)}

    def _known(self, name: str) -> str:
        if name not in self.files:
            raise ModelError(f"the model in {self.path} has no {name}; it holds {', '.join(self.files)}")
        return name


def _array(content: bytes) -> NDArray[Any]:
    """One array of an npz file.

    A plain header is read here: NumPy has it read by Python's compiler, which takes most of the time of a small array,
    and fails now and then with "AST constructor recursion depth mismatch" where two threads are in it.
    """
    plain = _HEADER.match(content)
    if plain is None:
        with _ONE_AT_A_TIME:
            array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
            return array
    shape = tuple(int(size) for size in plain["shape"].split(b",") if size.strip())
    first = 10 + int.from_bytes(content[8:10], "little")
    values = np.frombuffer(content, np.dtype(plain["type"].decode()), math.prod(shape), first)
    return values.reshape(shape, order="F" if plain["fortran"] == b"True" else "C").copy("K")


def save_folder(
    path: str | Path,
    *,
    card: Mapping[str, Any],
    arrays: Mapping[str, Arrays],
    texts: Mapping[str, str],
    copied: Mapping[str, bytes] | None = None,
    set_aside: str = "",
) -> ModelFolder:
    """Write a model folder, whole or not at all; the same content gives the same bytes.

    `arrays` maps a file stem to its named arrays, `texts` a file name to its text, `copied` one to its bytes;
    `set_aside` is the text of SET_ASIDE. An older model folder at `path` is replaced; anything else there is refused
    (UsageError).
    """
    path = Path(path)
    if path.exists() and not (path / CARD).is_file() and not (path.is_dir() and not any(path.iterdir())):
        raise UsageError(f"{path} exists and is not a model folder; choose another place")
    contents = {f"{_checked(stem)}.npz": _npz(arrays[stem], where=stem) for stem in sorted(arrays)}
    contents |= {_checked(name): text.encode() for name, text in texts.items()}
    contents |= {_checked(name): content for name, content in (copied or {}).items()}
    if reserved := {CARD, SUMS, SET_ASIDE} & contents.keys():
        raise ModelError(f"{min(reserved)} is written by the store itself")
    files = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(contents.items())}
    contents[CARD] = document({**card, "files": files}).encode()
    files[CARD] = hashlib.sha256(contents[CARD]).hexdigest()
    listed = dict(files)
    if set_aside:
        contents[SET_ASIDE] = set_aside.encode()
        listed[SET_ASIDE] = hashlib.sha256(contents[SET_ASIDE]).hexdigest()
    contents[SUMS] = "".join(f"{listed[name]}  {name}\n" for name in sorted(listed)).encode()

    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        for name, content in contents.items():
            write_atomic(fresh / name, content)
        _swap(fresh, path)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return ModelFolder(path, json.loads(contents[CARD]), tuple(sorted(files)))


def load_folder(path: str | Path) -> ModelFolder:
    """Open a model folder after checking every file.

    Raises ModelError naming the file that is missing, altered or not listed. The sums show damage and careless
    edits; they are not a signature.
    """
    path = Path(path)
    if not (path / CARD).is_file():
        raise ModelError(
            f"{path} is not a model folder: {f'it has no {CARD}' if path.exists() else 'nothing is there'}"
        )
    listed = _read_sums(path)
    beside = listed.pop(SET_ASIDE, None) is not None
    present = {p.name for p in path.iterdir() if not p.name.startswith(".") and p.name not in _DESKTOP | _SIGNATURES}
    present -= {SET_ASIDE} if beside else set()
    for name, digest in sorted(listed.items()):
        if name not in present:
            raise ModelError(f"{path}: {name} is missing")
        if not (path / name).is_file() or sha256(path / name) != digest:
            raise ModelError(f"{path}: {name} is not the file that was saved; its SHA-256 differs")
    if extra := present - listed.keys() - {SUMS}:
        raise ModelError(f"{path}: {min(extra)} does not belong to the model; move it elsewhere")
    try:
        card = json.loads((path / CARD).read_bytes())
    except ValueError as error:
        raise ModelError(f"{path / CARD} is not JSON: {error}") from None
    if not isinstance(card, dict) or {**card.get("files", {}), CARD: listed.get(CARD)} != listed:
        raise ModelError(f"{path}: {CARD} and {SUMS} disagree about the files")
    return ModelFolder(path, card, tuple(sorted(listed)))


def paths_of(path: str | Path) -> list[Path]:
    """Every file that `load_folder` reads: what another place needs to hold the same model."""
    return [Path(path) / name for name in sorted({*_read_sums(Path(path)), SUMS} - {SET_ASIDE})]


def _read_sums(path: Path) -> dict[str, str]:
    """Digests by name. A name that could point outside the folder is refused."""
    try:
        lines = (path / SUMS).read_bytes().decode().splitlines()
    except FileNotFoundError:
        raise ModelError(f"{path}: {SUMS} is missing") from None
    except UnicodeDecodeError:
        raise ModelError(f"{path}: {SUMS} is not text") from None
    listed = {}
    for text in lines:
        digest, _, name = text.partition("  ")
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise ModelError(f"{path}: {SUMS} has a line that is not a sum: {text[:80]!r}")
        listed[_checked(name, where=f"{path / SUMS}: ")] = digest
    return listed


def _checked(name: str, where: str = "") -> str:
    if not _NAME.fullmatch(name):
        raise ModelError(f"{where}{name!r} cannot name a file of a model")
    return name


def _npz(arrays: Arrays, *, where: str) -> bytes:
    """What np.savez_compressed writes, but without the clock, smaller, and never pickled."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(arrays):
            array = np.asarray(arrays[name])
            if array.dtype.hasobject:
                raise ModelError(f"array {name!r} of {where} holds Python objects; only numbers and text are stored")
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same bytes on every system
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            archive.writestr(entry, content.getvalue(), _method(content.getvalue()), 9)
    return buffer.getvalue()


def _method(content: bytes) -> int:
    """LZMA takes five times as long to read as deflate, and is used where it saves a fifth."""
    quick, small = zlib.compress(content, 9), lzma.compress(content, lzma.FORMAT_RAW, filters=[_FILTER])
    return zipfile.ZIP_LZMA if len(small) < 0.8 * len(quick) else zipfile.ZIP_DEFLATED


def _swap(fresh: Path, path: Path) -> None:
    """Put a finished folder in its place; between the two renames `path` is absent, never half."""
    old = fresh.with_suffix(".old")
    if path.exists():
        path.rename(old)
    fresh.rename(path)
    sync_folder(path.parent)
    shutil.rmtree(old, ignore_errors=True)
