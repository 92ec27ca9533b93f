"""HDF5 and JSON, which hold things within things: read after a look at how many, how large and how deep."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.core.errors import DataError
from pharmakon.core.limits import beyond, limit, within

from .bytestream import open_bytes, open_stored, reading
from .vault import is_vault

if TYPE_CHECKING:
    from h5py import File, Group

MEMBERS = 100_000
"""Groups and data sets that an HDF5 file may hold."""
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")


def read_h5ad(path: Path) -> Any:
    """An h5ad file as AnnData, in memory; of a vault too.

    An HDF5 file of a few bytes can declare a data set of any size, and point into other files: both are refused.
    Raises DataError where it is damaged or beyond the limits CELLS and DEPTH.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import h5py
        from anndata.io import read_elem

        with open_stored(path) as stream:
            try:
                with h5py.File(stream if is_vault(path) else path, "r") as file:
                    _look(file, path)
                    found = read_elem(file)
            except DataError:
                raise
            # What a damaged file makes of h5py, anndata, pandas and scipy has no common base.
            except Exception as error:  # noqa: BLE001
                raise DataError(f"{path} is not an h5ad file that can be read: {_first(error)}") from None
    if type(found).__name__ != "AnnData":
        raise DataError(f"{path} is not an h5ad file: it holds {type(found).__name__}")
    return found


def read_json(path: str | Path) -> Any:
    """What a JSON file holds; of a compressed file or a vault too.

    Raises DataError where it is not JSON in UTF-8, or beyond the limits JSON and DEPTH.
    """
    path = Path(path)
    most = limit("JSON")
    with open_bytes(path) as stream, reading(path):
        content = stream.read(most + 1)
    if len(content) > most:
        raise beyond("JSON", path)
    return parse_json(content, path)


def parse_json(content: bytes | str, where: object) -> Any:
    """What a JSON text holds. Raises as `read_json` does."""
    content = content.encode(errors="surrogatepass") if isinstance(content, str) else content
    within("JSON", len(content), where)
    within("DEPTH", depth(content), where)
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:  # the former also of bytes that are no UTF-8
        raise DataError(f"{where} is not JSON that can be read: {_first(error)}") from None


def depth(content: bytes) -> int:
    """How deep the brackets of a JSON text go, at most; strings are passed over. In time that goes with its length."""
    level = deepest = 0
    for found in _BRACKETS.finditer(_TEXT.sub(b"", content)):
        level += 1 if found[0] in b"[{" else -1
        deepest = max(deepest, level)
    return deepest


def _look(file: File, path: Path) -> None:
    """Count what a file declares before anything of it is read."""
    most, deepest = limit("CELLS"), limit("DEPTH")
    cells = members = 0
    waiting: list[tuple[Group, int]] = [(file["/"], 1)]
    seen = set()
    while waiting:
        group, level = waiting.pop()
        if level > deepest:
            raise beyond("DEPTH", path)
        for name in group:
            members += 1
            if members > MEMBERS:
                raise DataError(f"{path} holds more than {MEMBERS:,} groups and data sets")
            member = _inside(group, name, path)
            if hasattr(member, "keys"):
                if member.id in seen:  # a link back: without an end
                    raise DataError(f"{path}: {member.name} is linked twice; a tree has no such thing")
                seen.add(member.id)
                waiting.append((member, level + 1))
                continue
            cells += member.size or 0
            if cells > most:
                raise beyond("CELLS", path)


def _inside(group: Group, name: str, path: Path) -> Any:
    """A member that lies in this file itself."""
    import h5py

    link = group.get(name, getlink=True)
    if not isinstance(link, h5py.HardLink):
        raise DataError(f"{path}: {name!r} points elsewhere; only what lies in the file itself is read")
    member = group[name]
    if isinstance(member, h5py.Dataset) and (member.external or member.is_virtual):
        raise DataError(f"{path}: {name!r} keeps its values in another file; only what lies in the file is read")
    return member


def _first(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
