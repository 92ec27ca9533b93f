"""The journal of a design run: every finished batch, and the ledger's entry of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pharmakon.core.errors import RecordError
from pharmakon.record.entry import canonical, parse
from pharmakon.record.ledger import Ledger
from pharmakon.store.runs import Journal

from .design_scorers import OwnScorers

CALLS = "calls.jsonl"


class RecordedJournal:
    """The journal of evaluated batches; each batch is also an entry of the ledger, with the hash of what it says.

    A run killed between the two writes its missing entries, marked late, when it is resumed.
    """

    def __init__(
        self, journal: Journal, ledger: Ledger, *, own: OwnScorers | None = None, resumed: bool = False
    ) -> None:
        self._journal = journal
        self._own = own
        self._ledger = ledger
        self._kept = journal.read()
        self._calls = sum(len(entry["molecules"]) for entry in self._kept)
        if resumed:
            known = _recorded_batches(ledger.path)
            for entry, recorded in zip(self._kept, known, strict=False):
                if _digest(entry) != recorded:
                    raise RecordError(f"batch {entry['batch']} of {CALLS} was changed after it was recorded")
            if len(self._kept) < len(known):
                raise RecordError(
                    f"{journal.path} holds {len(self._kept)} batches and the ledger recorded {len(known)}: some were "
                    f"cut off, so this run cannot go on; put back the whole {CALLS} from a copy and --resume, or start "
                    "again in another folder (-o)"
                )
            ledger.append("resumed", batches=len(self._kept), **(own.definitions() if own else {}))
            for entry in self._kept[len(known) :]:
                self._record(entry, late=True)

    def append(self, entry: Mapping[str, Any], /) -> None:
        """Keep a batch for good."""
        self._journal.append(entry)
        self._calls += len(entry["molecules"])
        self._record(entry, **(self._own.counts() if self._own else {}))

    def read(self) -> list[dict[str, Any]]:
        """The batches that were kept when the run began."""
        return self._kept

    @property
    def calls(self) -> int:
        """How many molecules are kept."""
        return self._calls

    def close(self) -> None:
        """No more batches."""
        self._journal.close()

    def _record(self, entry: Mapping[str, Any], **more: Any) -> None:
        molecules = entry["molecules"]
        self._ledger.append(
            "batch",
            number=entry["batch"],
            calls=len(molecules),
            best=max(m["score"] for m in molecules),
            sha256=_digest(entry),
            **{key: entry[key] for key in ("stage", "withheld") if key in entry},
            **more,
        )


def started_with(path: Path) -> dict[str, str]:
    """The hash of each model's card when the run began, as the ledger has it."""
    for line in path.read_bytes().splitlines():
        entry = parse(line)
        if entry is not None and entry.event == "started":
            return {str(name): str(digest) for name, digest in entry.data.get("models", {}).items()}
    return {}


def _digest(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(entry)).hexdigest()


def _recorded_batches(path: Path) -> list[str]:
    """The hash of each batch, as the ledger has it."""
    entries = (parse(line) for line in path.read_bytes().splitlines())
    return [str(entry.data.get("sha256")) for entry in entries if entry is not None and entry.event == "batch"]
