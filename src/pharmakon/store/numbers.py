"""Numbers as people write them in tables."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Literal

Decimal = Literal["", ".", ","]

MISSING = frozenset(
    {
        *("na", "n/a", "n.a.", "#n/a", "#na", "nan", "null", "none", "nil", "missing", "unknown", "-", "--", ".", "?"),
        *("nd", "n.d.", "nt", "n.t.", "#value!", "#div/0!", "#num!"),
    }
)
_MARKS = str.maketrans({"≥": ">", "≤": "<", "≫": ">", "≪": "<", "≈": "~", "\u223c": "~", "−": "-", "\u2011": "-"})
_QUALIFIER = re.compile(r"(?:>>|>=|=>|>|<<|<=|=<|<|~|=|ca\.?|approx\.?|about)\s*", re.IGNORECASE)
_ROUGHLY = frozenset({"~", "ca", "ca.", "approx", "approx.", "about"})
_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([,.' ])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)[.,][0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")


def read_number(text: str, *, decimal: Decimal = "") -> tuple[float | None, str, str]:
    """(value, qualifier, problem): the qualifier is ">" or "<" for a censored value, else "".

    "1,5" is 1.5 and "1,000" is 1000; "5,123" could be either and is read as thousands unless `decimal` says "," (see
    `decimal_of`). "~3" and "=3" are 3. Without a number the value is None and the problem says why.

    >>> read_number("≥ 10,5"), read_number("active")
    ((10.5, '>', ''), (None, '', "not a number: 'active'"))
    """
    cleaned = text.strip()
    if _PLAIN.fullmatch(cleaned) and decimal != ",":  # the common case, first
        return _finite(float(cleaned), "", text)
    cleaned = cleaned.translate(_MARKS).removeprefix("'").strip()  # ' is a spreadsheet's mark for "this is text"
    if not cleaned or cleaned.casefold() in MISSING:
        return None, "", "missing"
    start = found.end() if (found := _QUALIFIER.match(cleaned)) else 0
    mark, body = cleaned[:start], re.sub(r"\s", " ", cleaned[start:])
    digits = _digits(body, decimal)
    if digits is None:
        if re.fullmatch(r"[+-]?inf(inity)?", body, re.IGNORECASE):
            return None, "", f"not a finite number: {text.strip()!r}"
        return None, "", f"not a number: {_short(text)}"
    qualifier = ">" if ">" in mark else "<" if "<" in mark else ""
    return _finite(float(digits), qualifier, text)


def is_approximate(text: str) -> bool:
    """Whether a number is written as a rough one: "~6", "ca. 6", "about 6"."""
    found = _QUALIFIER.match(text.strip().translate(_MARKS))
    return found is not None and found[0].strip().casefold() in _ROUGHLY


def decimal_of(texts: Iterable[str]) -> Decimal:
    """The decimal mark of a column, from the cells that leave no doubt; "" when none does, or when they disagree."""
    commas = points = False
    for text in texts:
        body = text.strip().lstrip("<>=~≥≤ ")
        if "," in body and _COMMA.fullmatch(body) and not _THOUSANDS.fullmatch(body):
            commas = True
        elif "." in body and _PLAIN.fullmatch(body) and not _THOUSANDS.fullmatch(body):
            points = True
    if commas == points:
        return ""
    return "," if commas else "."


def _digits(body: str, decimal: Decimal) -> str | None:
    """What float() reads, or None."""
    if decimal == ",":
        if _COMMA.fullmatch(body):
            return body.replace(",", ".")
        if (match := _THOUSANDS.fullmatch(body)) and match[1] == ".":
            return body.replace(".", "").replace(",", ".")
    if _PLAIN.fullmatch(body):
        return body
    if match := _THOUSANDS.fullmatch(body):
        whole = body.replace(match[1], "")
        return whole.replace(",", ".")
    if _COMMA.fullmatch(body):
        return body.replace(",", ".")
    return None


def _finite(value: float, qualifier: str, text: str) -> tuple[float | None, str, str]:
    if math.isfinite(value):
        return value, qualifier, ""
    return None, "", f"not a finite number: {_short(text)}"


def _short(text: str) -> str:
    text = text.strip()
    return repr(text if len(text) <= 40 else text[:37] + "...")
