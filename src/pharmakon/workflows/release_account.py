"""The budget of a data set: an append-only chain of hashes beside the data, which every release pays into first."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pharmakon.core.errors import BudgetSpent, ConfigError, RecordError

from .release_request import Request

if TYPE_CHECKING:
    from pharmakon.privacy.budget import Account, Price

    from .release import ReleaseResult


SUFFIX = ".budget.jsonl"
"""What the budget's ledger is called, after the data's own name."""


def held(path: Path, request: Request) -> Account:
    """The account as it stands; the request's own budget where no release was paid yet. Nothing is written.

    Raises ConfigError where the request names another budget than the one that is kept, RecordError where the chain is
    not whole.
    """
    from pharmakon.privacy.budget import Account, Price, account

    asked = Price(request.budget.epsilon, request.budget.delta)
    if not path.exists():
        return Account(asked, {})
    found = account(_entries(path))
    if found.total is None:
        return Account(asked, dict(found.releases))
    if found.total != asked:
        raise ConfigError(
            f"the budget of this data was set by its first release ({path.name}): epsilon {found.total.epsilon:g}, "
            f"delta {found.total.delta:g}; it cannot be changed to epsilon {asked.epsilon:g}, delta {asked.delta:g}"
        )
    return found


def only_name(data: Path) -> None:
    """Raises ConfigError where the same file, under another name in its folder, has a budget of its own already."""
    from pharmakon.store.vault import fingerprint

    own, mark = data.name + SUFFIX, None
    for path in sorted(data.parent.glob(f"*{SUFFIX}")):
        if path.name == own:
            continue
        mark = mark or fingerprint(data)
        if any(entry.get("data") == mark for _, entry in _entries(path)):
            raise ConfigError(
                f"{data.name} is, byte for byte, what {path.name} keeps the budget of; release from that file: a copy "
                "is no second budget, since its people are the same"
            )


def afford(path: Path, request: Request, price: Price) -> None:
    """Raises BudgetSpent where a release of this price could not be paid now. Nothing is written."""
    from pharmakon.privacy.budget import Account

    found = held(path, request)
    Account(found.total, {**found.releases, "this": price}).check("this")


def pay(data: Path, request: Request, result: Callable[[Account], ReleaseResult]) -> tuple[Account, str]:
    """Take a release's price out of the budget; the account, and the hash of the entry that paid.

    The budget counts every release of this data file, whatever the file holds by now: its people are the same. Raises
    BudgetSpent, with the price given back, where it is not enough.
    """
    from pharmakon.privacy.budget import BUDGET, RESERVED, RETURNED, account
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.vault import fingerprint

    plan = result(_nothing())
    path = plan.budget
    held(path, request)
    ledger = Ledger(path)
    if account(_entries(path)).total is None:
        # Two first releases at once write two; the first one counts.
        ledger.append(BUDGET, epsilon=request.budget.epsilon, delta=request.budget.delta)
        held(path, request)
    release = secrets.token_hex(8)
    entry = ledger.append(
        RESERVED,
        release=release,
        epsilon=plan.total.epsilon,
        delta=plan.total.delta,
        data=fingerprint(data),
        statistics=[s.name for s in request.statistics],
    )
    try:
        found = account(_entries(path))
        found.check(release)
    except (BudgetSpent, RecordError):
        ledger.append(RETURNED, release=release)
        raise
    return found, entry.hash


def _nothing() -> Account:
    from pharmakon.privacy.budget import Account

    return Account(None, {})


def _entries(path: Path) -> list[tuple[str, dict[str, object]]]:
    """The chain's (event, data), in its order. RecordError where one was altered, dropped or moved."""
    from pharmakon.record.entry import FIRST, parse

    found, before = [], FIRST
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    for number, line in enumerate(lines, start=1):
        entry = parse(line)
        if entry is None or entry.seq != number or entry.previous != before:
            raise RecordError(
                f"{path}, line {number}: the budget's ledger was altered, so what is left is not known; "
                "`pharmakon ledger verify` says how. Nothing was released"
            )
        before = entry.hash
        found.append((entry.event, dict(entry.data)))
    return found
