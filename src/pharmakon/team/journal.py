"""The server's own ledger: who logged in, who was turned away, who read patients' data, what was run and signed."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from pharmakon.record.actor import Actor
from pharmakon.record.ledger import Ledger

from .roles import Caller


class Journal:
    """A hash-chained ledger that the server writes for its users."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    def note(self, event: str, caller: Caller | None = None, /, **data: Any) -> None:
        """Add an entry, durable when this returns."""
        if caller is not None:
            data |= {"email": caller.email, "project": caller.project}
            if caller.token:
                data["token"] = caller.token
        who = Actor(caller.name, caller.user) if caller else None
        with self._lock:
            Ledger(self.path, by=who).append(event, **data)
