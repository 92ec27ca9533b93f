"""What a signature is bound to: the hash of a run's ledger and of every file in its folder, or those of a model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pharmakon.core.errors import ModelError, RecordError
from pharmakon.core.files import sha256

from .audit import verify
from .entry import CRATE, LEDGER, SIGNATURES, canonical, parse

Kind = Literal["run", "model"]
CARD, SUMS, SET_ASIDE = "card.json", "SHA256SUMS", "set_aside.csv"
_DESKTOP = {"Thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True)
class Content:
    """`head` is the hash of a ledger's last entry, or of a model's SHA256SUMS; `files` are digests by name."""

    kind: Kind
    head: str
    entries: int
    """Lines of the ledger; 0 of a model."""
    files: Mapping[str, str]

    def plain(self) -> dict[str, Any]:
        return {"kind": self.kind, "head": self.head, "entries": self.entries, "files": dict(self.files)}

    @property
    def sha256(self) -> str:
        """The one hash that stands for the record: of its canonical JSON."""
        return hashlib.sha256(canonical(self.plain())).hexdigest()

    def difference(self, now: Content) -> str:
        """What became of this content, in words; "" where it is the same."""
        if self.plain() == now.plain():
            return ""
        if self.kind == now.kind and self.entries != now.entries:
            when = f"for this one when its ledger held {self.entries} entries"
            return f"was given for another record, or {when}; it holds {now.entries}"
        if self.kind != now.kind or self.head != now.head:
            return "was given for another record"
        for names, what in (
            (sorted(self.files.keys() - now.files.keys()), "missing since then"),
            (sorted(now.files.keys() - self.files.keys()), "new since then"),
            (
                sorted(n for n in self.files.keys() & now.files.keys() if self.files[n] != now.files[n]),
                "changed since then",
            ),
        ):
            if names:
                more = f" and {len(names) - 3} more" if len(names) > 3 else ""
                return f"no longer fits: {', '.join(names[:3])}{more} {'is' if len(names) == 1 else 'are'} {what}"
        return "no longer fits"


def kind_of(folder: Path) -> Kind:
    """Whether a folder is a run's or a model's. RecordError where it is neither."""
    if (folder / LEDGER).is_file():
        return "run"
    if (folder / CARD).is_file() and (folder / SUMS).is_file():
        return "model"
    raise RecordError(f"{folder} is neither a run folder (no {LEDGER}) nor a model folder (no {CARD} with {SUMS})")


def content_of(folder: Path) -> Content:
    """What the folder holds now; hidden files, the signatures and what describes the folder are no part of it."""
    kind = kind_of(folder)
    left_out = {*SIGNATURES, *CRATE, *_DESKTOP, *({SET_ASIDE} if kind == "model" else ())}
    relative = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    named = [p for p in relative if p.name not in left_out and not any(part.startswith(".") for part in p.parts)]
    files = {path.as_posix(): sha256(folder / path) for path in named}
    head, entries = _end(folder / LEDGER) if kind == "run" else (files[SUMS], 0)
    return Content(kind, head, entries, files)


def flaws(folder: Path) -> list[str]:
    """Why a record cannot be signed as it is: it is not finished, or not as it was written."""
    if kind_of(folder) == "model":
        from pharmakon.store.models import load_folder

        try:
            load_folder(folder)
        except ModelError as error:
            return [str(error)]
        return []
    found = verify(folder)
    if found.problems:
        return list(found.problems)
    return [] if found.closed else [f"the run in {folder} has not finished: its ledger is not closed"]


def _end(ledger: Path) -> tuple[str, int]:
    """The last entry's hash, "" where it is not sound, and how many lines there are."""
    lines = ledger.read_bytes().split(b"\n")[:-1]
    last = parse(lines[-1]) if lines else None
    return (last.hash if last else ""), len(lines)
