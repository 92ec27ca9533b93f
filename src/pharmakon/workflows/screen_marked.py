"""A list of molecules that tells who is being worked on, so that what hangs or crashes has a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import SupportsIndex, overload

from rdkit.Chem import Mol

from pharmakon.engine.forked import NOWHERE


class Marked(list[Mol]):
    """Molecules that tell their `mark` which of the `places` they are of, whenever somebody walks through them."""

    def __init__(self, mols: Iterable[Mol], places: Sequence[int], mark: Callable[[int], None]) -> None:
        super().__init__(mols)
        self._places, self._mark = places, mark

    def __iter__(self) -> Iterator[Mol]:
        for place, mol in zip(self._places, super().__iter__(), strict=True):
            self._mark(place)
            yield mol
        self._mark(NOWHERE)

    @overload
    def __getitem__(self, which: SupportsIndex) -> Mol: ...

    @overload
    def __getitem__(self, which: slice) -> Marked: ...

    def __getitem__(self, which: SupportsIndex | slice) -> Mol | Marked:
        if isinstance(which, slice):
            return Marked(super().__getitem__(which), self._places[which], self._mark)
        return super().__getitem__(which)
