"""A Python function as a command (engine.command): `python -m pharmakon.engine.function MODULE:FUNCTION`.

The function gets a list of SMILES and returns as many numbers, or dicts with value, low and high.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

from pharmakon.core.errors import did_you_mean

__all__ = ["answers", "command", "missing", "source"]

Function = Callable[[list[str]], Iterable[Any]]
_UNSEEN = frozenset({"__getattr__", "exec", "globals", "locals", "modules", "setattr", "vars"})
"""What a module may give itself names with that its text does not show."""


def command(target: str) -> tuple[list[str], dict[str, str]]:
    """The words that serve a function, and the environment they need: modules are found where we find them."""
    path = os.pathsep.join(place for place in sys.path if place)
    return [sys.executable, "-m", "pharmakon.engine.function", target], {**os.environ, "PYTHONPATH": path}


def source(target: str) -> Path | None:
    """The file of a target's module, which is not run; None where it has none, or cannot be found."""
    path: Sequence[str] | None = [str(Path.cwd()), *sys.path]
    place = None
    for part in target.partition(":")[0].split("."):
        spec = PathFinder.find_spec(part, path) if path is not None else None
        if spec is None:
            return None
        place, path = spec.origin, spec.submodule_search_locations
    return Path(place) if place and Path(place).is_file() else None


def missing(target: str) -> str:
    """What of a target is not there, so far as its text shows, which is not run; "" where nothing is known to be."""
    module, _, name = target.partition(":")
    first, top = name.partition(".")[0], module.partition(".")[0]
    here = PathFinder.find_spec(top, [str(Path.cwd()), *sys.path])
    if here is None and top not in sys.modules and importlib.util.find_spec(top) is None:
        return f"there is no module {top!r} in the working directory, and none is installed"
    place = source(target)
    if place is None or place.suffix != ".py" or place.name == "__init__.py":
        return ""
    try:
        names = _bound(ast.parse(place.read_bytes()))
    except SyntaxError as error:
        return f"{place.name} is not Python: {error.msg} (line {error.lineno})"
    if first in names or "*" in names or not _UNSEEN.isdisjoint(names):
        return ""
    return "; ".join(filter(None, [f"{place.name} has no {first!r}", did_you_mean(first, names)]))


def _bound(tree: ast.Module) -> set[str]:
    """Every name that a module's text binds, wherever, and those of _UNSEEN that it speaks of."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.alias(name=name, asname=other):
                found.add(other or name.partition(".")[0])
            case ast.Name(id=name) if isinstance(node.ctx, ast.Store) or name in _UNSEEN:
                found.add(name)
            case ast.Attribute(attr=name) if name in _UNSEEN:
                found.add(name)
    return found


def answers(function: Function, smiles: Sequence[str]) -> list[dict[str, Any]]:
    """For each SMILES a dict with `value`, or with `error`; one that makes the function fail is found by itself."""
    try:
        found = list(function(list(smiles)))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a user's code may raise anything, and it is told
        if len(smiles) > 1:
            return [answers(function, [one])[0] for one in smiles]
        traceback.print_exc()
        return [{"error": _told(error)}]
    if len(found) != len(smiles):
        return [{"error": f"the function gave {len(found)} values for {len(smiles)} molecules"}] * len(smiles)
    return [dict(one) if isinstance(one, Mapping) else {"value": one} for one in found]


def _told(error: Exception | SystemExit) -> str:
    """What a user's code raised, and the last of its own lines on the way there."""
    said = f"{type(error).__name__}: {error}"
    if isinstance(error, SystemExit):
        said = f"it called sys.exit({error.code!r})"
    _, *frames = traceback.extract_tb(error.__traceback__)  # the first is ours
    own = [frame for frame in frames if frame.filename == frames[0].filename]
    return f"{said} ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else said


def serve(target: str) -> None:
    """Answer lines of JSON until the input ends."""
    # What the function, or what it starts, reads and prints has nothing to do with ours.
    lines, out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    asked: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_read, args=(lines, asked), daemon=True).start()
    try:
        function = _function(target)
    except BaseException as error:  # noqa: BLE001 - a module may raise anything
        if isinstance(error, SystemExit):
            sys.stderr.write(f"{error if isinstance(error.code, str) else _told(error)}\n")
        else:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)  # at once: an ending interpreter could be overtaken by the other thread, whose status is 0
    while True:
        together = [asked.get()]
        while together[-1]["left"]:
            together.append(asked.get())
        found = answers(function, [one["smiles"] for one in together])
        for one, answer in zip(together, found, strict=True):
            out.write(json.dumps({"id": one["id"], **answer}, default=_number).encode() + b"\n")


def _read(lines: BinaryIO, asked: SimpleQueue[dict[str, Any]]) -> None:
    for line in lines:
        asked.put(json.loads(line))
    os._exit(0)  # nobody waits for an answer any more, whatever the function is doing


def _function(target: str) -> Function:
    module, _, name = target.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            raise SystemExit(str(error)) from None  # a sentence on standard error, where a traceback would not help
    if not callable(found):
        raise SystemExit(f"{target} is not a function")
    return found  # type: ignore[no-any-return]


def _number(value: Any) -> Any:
    """A NumPy number as a plain one; what else is not JSON is quoted, and refused where numbers are checked."""
    return value.item() if hasattr(value, "item") and getattr(value, "size", 0) == 1 else repr(value)


if __name__ == "__main__":
    serve(sys.argv[1])
