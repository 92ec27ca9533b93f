"""Heavy and optional imports, made when needed and missed politely."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from .errors import MissingExtra


def require(module: str, *, extra: str, needed_for: str) -> ModuleType:
    """Import an optional dependency.

    Raises MissingExtra, whose message is the install line, when it is not there.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingExtra(module.split(".", maxsplit=1)[0], extra, needed_for=needed_for) from None


def lazy_exports(package: str, where: Mapping[str, str]) -> Callable[[str], Any]:
    """A module-level `__getattr__` that resolves `name` from `where[name]` on first use."""

    def getattr_(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(where[name]), name)

    return getattr_
