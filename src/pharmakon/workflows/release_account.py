"""The budget of a data set: an append-only chain of hashes beside the data, which every release pays into first.

It is the people's budget: a file has the one that was begun under its name, whatever the file holds by now, and a copy
of a file, byte for byte, has that of the file.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pharmakon.core.errors import BudgetSpent, ConfigError, RecordError

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
    """A release that was paid: when (UTC), of which file, whether of these very bytes, for how much, of what."""

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

    It is the one in the file's folder that was paid from for a file of this name, or for these very bytes under
    another name. Raises ConfigError where these are two, RecordError where a chain is not whole.
    """
    chains = {path: _paid(path) for path in sorted(data.parent.glob(f"*{SUFFIX}"))}
    mark = _mark(data) if any(chains.values()) else ""
    found = [path for path, paid in chains.items() if any(_file(path, e) == data.name or _of(mark, e) for e in paid)]
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
    mark = _mark(data) if paid else ""
    return [
        Paid(
            entry.time,
            _file(path, entry),
            _of(mark, entry),
            Price(float(entry.data["epsilon"]), float(entry.data["delta"])),
            tuple(entry.data["statistics"]),
        )
        for entry in paid
    ]


def _mark(data: Path) -> str:
    """The fingerprint of what a file holds; none of a file that is not there."""
    from pharmakon.store.vault import fingerprint

    return fingerprint(data) if data.is_file() else ""


def _of(mark: str, entry: Entry) -> bool:
    return bool(mark) and entry.data.get("data") == mark


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
    from pharmakon.store.vault import fingerprint

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
        data=fingerprint(data),
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
