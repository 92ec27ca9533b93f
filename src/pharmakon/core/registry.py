"""Names that stand for objects, resolved on use."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar, cast

from .errors import UnknownName

T = TypeVar("T")


class Registry(Generic[T]):
    """name -> "package.module:object". Looking a name up imports it; a wrong name gets a suggestion."""

    def __init__(self, kind: str, entries: Mapping[str, str]) -> None:
        self.kind = kind
        self._entries = dict(entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __getitem__(self, name: str) -> T:
        try:
            module, _, attribute = self._entries[name].partition(":")
        except KeyError:
            raise UnknownName(self.kind, name, self._entries) from None
        return cast(T, getattr(importlib.import_module(module), attribute))
