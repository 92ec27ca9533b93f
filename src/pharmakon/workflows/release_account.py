"""The budget of a data set: an append-only chain of hashes beside the data, which every release pays into first.

It is the people's budget: a file has the one that was begun under its name, whatever the file holds by now, and a copy
of a file has that of the file: byte for byte, or saved again with other line ends, delimiters or order, or compressed.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pharmakon.core.errors import BudgetSpent, ConfigError, DataError, RecordError

from .release_request import Request

if TYPE_CHECKING:
    from pharmakon.privacy.budget import Account, Price
    from pharmakon.record.entry import Entry

    from .release import ReleaseResult


SUFFIX = ".budget.jsonl"
"""What the budget's ledger is called, after the data's own name."""


def held(path: Path, request: Request) -> Account:
    """The account as it stands; the request's own budget where no release was paid yet. Nothing is written.

    Raises ConfigError where the request names another budget than the one that is kept, RecordError where the chain is
    not whole.
    """
    from pharmakon.privacy.budget import Account, Price

    asked = Price(request.budget.epsilon, request.budget.delta)
    found = _account(path)
    if found.total is None:
        return Account(asked, dict(found.releases))
    if found.total != asked:
        raise ConfigError(
            f"the budget of this data was set by its first release ({path.name}): epsilon {found.total.epsilon:g}, "
            f"delta {found.total.delta:g}; it cannot be changed to epsilon {asked.epsilon:g}, delta {asked.delta:g}"
        )
    return found


@dataclass(frozen=True, slots=True)
class Paid:
    """A release that was paid: when (UTC), of which file, whether of these very data, for how much, of what."""

    time: str
    file: str
    same: bool
    price: Price
    statistics: tuple[str, ...]

    def row(self) -> tuple[str, str, str, str]:
        """When, what was paid, of which data and for which statistics, as text."""
        from pharmakon.privacy.budget import said

        of = f"{self.file}, {'the same data' if self.same else 'which held other data then'}"
        return self.time[:16].replace("T", " "), said(self.price), of, ", ".join(self.statistics)


def budget_of(data: Path) -> Path:
    """The budget's chain of a data file; it need not be there yet.

    It is the one in the file's folder that was paid from for a file of this name, or for these very data under
    another name. Raises ConfigError where these are two, RecordError where a chain is not whole.
    """
    chains = {path: _paid(path) for path in sorted(data.parent.glob(f"*{SUFFIX}"))}
    marks = _marks(data) if any(chains.values()) else {}
    found = [path for path, paid in chains.items() if any(_file(path, e) == data.name or _of(marks, e) for e in paid)]
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise ConfigError(
            f"{data.name} has two budgets, {names}: one was paid from for a file of its name, and one for the very "
            "same data under another. Release from a file that only one of them knows: its people are the same"
        )
    return found[0] if found else data.with_name(data.name + SUFFIX)


def history(data: Path) -> list[Paid]:
    """What was paid from the budget of a data file, the first release first. Raises as `budget_of` does."""
    from pharmakon.privacy.budget import Price

    path = budget_of(data)
    paid = _paid(path)
    marks = _marks(data) if paid else {}
    return [
        Paid(
            entry.time,
            _file(path, entry),
            _of(marks, entry),
            Price(float(entry.data["epsilon"]), float(entry.data["delta"])),
            tuple(entry.data["statistics"]),
        )
        for entry in paid
    ]


def _marks(data: Path) -> dict[str, str]:
    """What tells a file from others in an entry: of its bytes, and of its rows where it can be read without a key.

    A table that another program opened and saved has other bytes, and the same people.
    """
    from pharmakon.store.matrix import read_frame
    from pharmakon.store.vault import fingerprint, is_vault

    if not data.is_file():
        return {}
    marks = {"data": fingerprint(data)}
    if not is_vault(data):  # of what is sealed a mark would let anybody confirm a guess
        with suppress(DataError):
            frame = read_frame(data)
            lines = sorted("\x1f".join(row) for row in frame[sorted(frame.columns)].itertuples(index=False, name=None))
            head = "\x1f".join(sorted(map(str, frame.columns)))
            marks["rows"] = hashlib.sha256("\x1e".join([head, *lines]).encode()).hexdigest()
    return marks


def _of(marks: Mapping[str, str], entry: Entry) -> bool:
    return any(entry.data.get(name) == mark for name, mark in marks.items())


def _file(path: Path, entry: Entry) -> str:
    """The file that was released from: chains that were begun before it was written down are named after it."""
    return str(entry.data.get("file") or path.name.removesuffix(SUFFIX))


def _paid(path: Path) -> list[Entry]:
    """The entries that paid for a release and were not given back."""
    from pharmakon.privacy.budget import RESERVED, RETURNED

    paid: dict[str, Entry] = {}
    for entry in _entries(path):
        if entry.event == RESERVED:
            paid[str(entry.data.get("release"))] = entry
        elif entry.event == RETURNED:
            paid.pop(str(entry.data.get("release")), None)
    return list(paid.values())


def afford(path: Path, request: Request, price: Price) -> None:
    """Raises BudgetSpent where a release of this price could not be paid now. Nothing is written."""
    from pharmakon.privacy.budget import Account

    found = held(path, request)
    Account(found.total, {**found.releases, "this": price}).check("this")


def pay(data: Path, request: Request, result: Callable[[Account], ReleaseResult]) -> tuple[Account, str]:
    """Take a release's price out of the budget; the account, and the hash of the entry that paid.

    Raises BudgetSpent, with the price given back, where it is not enough, and ConfigError where a copy of the data has
    begun a budget of its own at the same moment.
    """
    from pharmakon.privacy.budget import BUDGET, RESERVED, RETURNED
    from pharmakon.record.ledger import Ledger

    plan = result(_nothing())
    path = plan.budget
    held(path, request)
    ledger = Ledger(path)
    if _account(path).total is None:
        # Two first releases at once write two; the first one counts.
        ledger.append(BUDGET, epsilon=request.budget.epsilon, delta=request.budget.delta)
        held(path, request)
    release = secrets.token_hex(8)
    entry = ledger.append(
        RESERVED,
        release=release,
        epsilon=plan.total.epsilon,
        delta=plan.total.delta,
        file=data.name,
        **_marks(data),
        statistics=[s.name for s in request.statistics],
    )
    try:
        found = _account(path)
        found.check(release)
        budget_of(data)
    except (BudgetSpent, ConfigError, RecordError):
        ledger.append(RETURNED, release=release)
        raise
    return found, entry.hash


def _nothing() -> Account:
    from pharmakon.privacy.budget import Account

    return Account(None, {})


def _account(path: Path) -> Account:
    from pharmakon.privacy.budget import account

    return account((entry.event, entry.data) for entry in _entries(path))


def _entries(path: Path) -> list[Entry]:
    """The chain's entries, in their order. RecordError where one was altered, dropped or moved, or the end cut off."""
    from pharmakon.record.entry import FIRST, parse, read_head

    found, before, head = [], FIRST, read_head(path)  # the head first: a writer may add to both meanwhile
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    for number, line in enumerate(lines, start=1):
        entry = parse(line)
        if entry is None or entry.seq != number or entry.previous != before:
            raise RecordError(
                f"{path}, line {number}: the budget's ledger was altered, so what is left is not known; "
                "`pharmakon ledger verify` says how. Nothing was released"
            )
        before = entry.hash
        found.append(entry)
    if head and head.count > len(found):
        raise RecordError(
            f"{path}: the budget's ledger was cut, of {head.count} entries {len(found)} are left, so what is left of "
            "the budget is not known. Nothing was released"
        )
    return found
