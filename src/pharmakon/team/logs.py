"""What the server writes down of itself: lines of text or of JSON, each with its request, and no secret in any.

Tokens, cookies, passwords and structures are taken out of every line, whoever wrote it: a log is read by people, and
kept in places, that no project's members were asked about.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Literal

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request that is being answered."""
Kind = Literal["text", "json"]

_SECRETS = (
    (re.compile(r"phk_[\w-]+"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+"), r"\1 [secret]"),
    (re.compile(r"(?i)\b((?:set-)?cookie)(['\"]?\s*[:=]\s*).+?(?=['\"]?(?:[,}\n]|$))"), r"\1\2[secret]"),
    (re.compile(r"(?i)((?:__Host-|__Secure-)?pharmakon[\w-]*=)[\w-]{16,}"), r"\1[secret]"),
    (
        re.compile(
            r"(?i)\b(\w*(?:password|passphrase|secret|csrf|api_?key)\w*['\"]?\s*[:=]\s*)"
            r"(\"[^\"\n]*\"|'[^'\n]*'|[^\s'\",;&}]+)"
        ),
        r"\1[secret]",
    ),
    (re.compile(r"(\w+://[^\s/:@]+):[^\s@]+@"), r"\1:[secret]@"),
    (
        re.compile(
            r"(?i)\b(smiles|smarts|structure)(['\"]?\s*[:=]\s*)"
            r"(\[[^\n]*?\](?=[,}\s]|$)|['\"][^'\"\n]*['\"]|[^\s,;&}]+)"
        ),
        r"\1\2[structure]",
    ),
)
_ATOM = r"(?:\[[^\]\s]{1,20}\]|Br|Cl|[BCNOPSFI]|[bcnops])"
_STRUCTURE = re.compile(rf"(?<![\w./@-])(?:{_ATOM}(?:%\d\d|\d)*|[()=#$:/\\.~-])+(?![\w/@-])")
_ATOMS = re.compile(_ATOM)
_WORDS = frozenset({"INFO", "NO", "ON", "IO", "CSS", "POP", "OSS", "ICON"})
_KEPT = ("job", "verb", "method", "path", "status", "seconds", "worker", "user")
"""Facts that a line of JSON may have beside its message, from `extra`."""


def redacted(text: str) -> str:
    """A text without tokens, passwords, cookies and structures."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return _STRUCTURE.sub(_without_structure, text)


def _without_structure(match: re.Match[str]) -> str:
    word = match[0].strip(".:-/")
    atoms = len(_ATOMS.findall(word))
    plain = word.isalpha() and (word.islower() or word in _WORDS or word[1:].islower())
    return match[0] if atoms < 3 or plain else "[structure]"


class Lines(logging.Formatter):
    """One line a record: of text for a terminal, of JSON for a machine."""

    def __init__(self, kind: Kind) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._kind = kind

    def format(self, record: logging.LogRecord) -> str:
        request = request_id.get()
        if self._kind == "text":
            return redacted(super().format(record) + (f" [{request}]" if request else ""))
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if request:
            line["request"] = request
        line |= {name: getattr(record, name) for name in _KEPT if hasattr(record, name)}
        if record.exc_info:
            line["exception"] = redacted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def set_up(kind: Kind) -> None:
    """Write everything from here on to standard error in this form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(kind))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for chatty in ("alembic", "httpx", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for own in ("uvicorn", "uvicorn.error"):  # through ours, so that their traces are redacted too
        logging.getLogger(own).handlers.clear()
        logging.getLogger(own).propagate = True
