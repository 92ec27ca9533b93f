"""What a SMILES owes while it is written: branches and rings to be closed, and the bonds that its last atom still has.

All of it follows from the text alone, but a small transformer that has to count it for itself miscounts: it is told
instead. Texts are Kekulé SMILES; of atoms in brackets, and of aromatic ones, nobody counts the bonds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.design.tokens import END, FIRST, Tokens

DEEPEST, FREEST = 7, 5
"""Open branches, and free bonds of an atom, that are told apart from fewer but not from more."""
DIGITS = "123456789"
"""Rings that are told apart; one that is written as `%10` is only counted."""
SIZE = DEEPEST + 1 + FREEST + 1 + 2 * len(DIGITS)
"""Numbers that describe a draft."""
VALENCE = {"B": 3, "C": 4, "N": 3, "O": 2, "F": 1, "P": 5, "S": 6, "I": 5}
"""The most bonds RDKit lets an atom have. Cl and Br are read as C and B until their second letter."""
SECOND = {"l": VALENCE["C"] - 1, "r": VALENCE["B"] - 1}
"""Bonds that a second letter takes away again."""
ORDER = {"=": 2, "#": 3, "$": 4}
ANY = 99
"""The free bonds of an atom that is not counted."""


class Draft:
    """A text that is being written: its atoms, and what is open."""

    __slots__ = ("beside", "branches", "free", "here", "order", "rings", "within")

    def __init__(self) -> None:
        self.free: list[int] = []
        """Of each atom the bonds it has left."""
        self.beside: list[set[int]] = []
        """Of each atom its neighbours."""
        self.here = -1
        """The atom that the next one is bound to; -1 for none."""
        self.order = 1
        """Of the bond that was written last and leads nowhere yet."""
        self.branches: list[int] = []
        self.rings: dict[str, tuple[int, int]] = {}
        """Open rings: the atom, and the bond's order."""
        self.within = ""
        """What is written of a bracket, or of a ring's number of two digits."""

    def add(self, text: str) -> None:
        """Write on. What makes no sense is read past."""
        for character in text:
            if self.within:
                self._go_on(character)
            elif character in "[%":
                self.within = character
            elif character == "(":
                self.branches.append(self.here)
            elif character in ").":
                self.here = self.branches.pop() if character == ")" and self.branches else -1
                self.order = 1
            elif character in ORDER:
                self.order = ORDER[character]
                self._take(self.order - 1)  # the first of a double bond's two is taken when it leads somewhere
            elif character in SECOND:
                self._take(SECOND[character])
            elif character.isdigit():
                self._ring(character)
            elif character.isalpha():
                self._atom(VALENCE.get(character, ANY))

    def _take(self, bonds: int) -> None:
        if self.here >= 0:
            self.free[self.here] -= bonds

    def _go_on(self, character: str) -> None:
        text = self.within + character
        self.within = "" if character == "]" or (text[0] == "%" and len(text) == 3) else text
        if not self.within:
            if text[0] == "[":
                self._atom(ANY)
            else:
                self._ring(text)

    def _atom(self, valence: int) -> None:
        new = len(self.free)
        self.free.append(valence)
        self.beside.append(set())
        if self.here >= 0:
            self.free[self.here] -= 1
            self.free[new] -= self.order
            self._join(self.here, new)
        self.here, self.order = new, 1

    def _ring(self, number: str) -> None:
        if self.here < 0:
            return
        self.free[self.here] -= 1
        if number in self.rings:
            other, order = self.rings.pop(number)
            self.free[self.here] -= max(order - self.order, 0)
            self.free[other] -= max(self.order - order, 0)
            self._join(self.here, other)
        else:
            self.rings[number] = self.here, self.order
        self.order = 1

    def _join(self, one: int, other: int) -> None:
        self.beside[one].add(other)
        self.beside[other].add(one)

    def closes(self, number: str) -> bool:
        """Whether an open ring can be closed here: not at the atom where it began, nor at a neighbour."""
        begun = self.rings[number][0]
        return self.here >= 0 and begun != self.here and begun not in self.beside[self.here]

    @property
    def left(self) -> int:
        """Bonds that the atom at hand has left; of one that has too many already, none."""
        return max(self.free[self.here], 0) if self.here >= 0 else ANY

    @property
    def owing(self) -> bool:
        """Whether something is open: the text may not end here."""
        return bool(self.within or self.branches or self.rings or self.order > 1)

    def marks(self) -> list[int]:
        """Which of SIZE numbers are 1: for the open branches, the bonds left, the open rings and those to be closed."""
        found = [min(len(self.branches), DEEPEST), DEEPEST + 1 + min(self.left, FREEST)]
        for number in self.rings:
            if number in DIGITS:
                at = DEEPEST + FREEST + 2 + 2 * DIGITS.index(number)
                found += [at, at + 1] if self.closes(number) else [at]
        return found


def features(drafts: Sequence[Draft]) -> NDArray[np.float32]:
    """What each text owes, shape (n, SIZE), of zeros and ones."""
    found = np.zeros((len(drafts), SIZE), np.float32)
    for row, draft in zip(found, drafts, strict=True):
        row[draft.marks()] = 1
    return found


def unpacked(states: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
    """States, one whole number each, as SIZE zeros and ones: another axis at the end."""
    return ((states[..., None].astype(np.int64) >> np.arange(SIZE)) & 1).astype(np.float32)


class Grammar:
    """What the tokens of a vocabulary ask for."""

    def __init__(self, tokens: Tokens) -> None:
        self.texts = tokens.texts
        self._closing = np.array([_closing(text) for text in tokens.texts])
        self._asking = np.array([_asking(text) for text in tokens.texts])
        self._first = np.array([text[:1] for text in tokens.texts])

    def states(self, ids: Iterable[int]) -> list[int]:
        """What is owed after each token of a text that begins with them: a whole number, whose bits are the marks."""
        draft, found = Draft(), []
        for one in ids:
            draft.add(self.texts[one])
            found.append(sum(1 << mark for mark in draft.marks()))
        return found

    def along(self, lines: NDArray[np.int64]) -> NDArray[np.float32]:
        """Of every place of some lines of ids what is owed after its token: shape (n, length, SIZE)."""
        return unpacked(np.array([self.states(line) for line in lines.tolist()], np.uint32))

    def impossible(self, drafts: Sequence[Draft]) -> NDArray[np.bool_]:
        """Tokens that may not come next, shape (n, tokens).

        They close a branch that is not open, bind an atom that has no bond left, close a ring of one or two atoms, or
        end a text that owes something; but where nothing else is possible, the text may end as it is.
        """
        found = np.zeros((len(drafts), len(self.texts)), bool)
        for row, draft in zip(found, drafts, strict=True):
            if not draft.within:
                row |= (self._closing > len(draft.branches)) | (self._asking > draft.left)
                for number in draft.rings:
                    if not draft.closes(number):
                        row |= self._first == number
            row[END] = draft.owing and not row[FIRST:].all()
        return found


def _closing(text: str) -> int:
    """Branches that must be open before a token."""
    depth = lowest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        lowest = min(lowest, depth)
    return -lowest


def _asking(text: str) -> int:
    """Bonds that a token asks of the atom before it."""
    if not text or text[0] in ").":
        return 0
    if text[0] == "]":
        return ANY + 1  # it ends brackets only, where nothing is asked
    return SECOND.get(text[0]) or ORDER.get(text.lstrip("(")[:1], 1)
