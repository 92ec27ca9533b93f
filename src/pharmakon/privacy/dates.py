"""Dates as people write them: found, cut to the year, or moved by a person's own number of days."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from .safe_harbor import OLDEST

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("jan january ene enero", "feb february febrero", "mar march marzo", "apr april abr abril"),
            *("may mayo", "jun june junio", "jul july julio", "aug august ago agosto"),
            *("sep sept september septiembre setiembre", "oct october octubre", "nov november noviembre"),
            "dec december dic diciembre",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?P<y>1[89]\d\d|20\d\d|21\d\d)"
_TIME = (
    r"(?P<time>[T ]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s*[ap]\.?m\.?)?"
    r"(?:\s*(?:Z|[+-]\d{2}(?::?\d{2})?))?|T\d{2,6})?"
)
_FORMS = tuple(
    re.compile(rf"(?<![\w/.-]){form}{_TIME}(?![\w/-]|\.\d)", re.IGNORECASE)
    for form in (
        rf"{_YEAR}(?P<s>[-/.])(?P<m>0?[1-9]|1[0-2])(?P=s)(?P<d>0?[1-9]|[12]\d|3[01])",
        r"(?P<a>0?[1-9]|[12]\d|3[01])(?P<s>[-/.])(?P<b>0?[1-9]|[12]\d|3[01])(?P=s)(?P<y>(?:1[89]|20|21)?\d\d)",
        rf"{_YEAR}(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])",
        rf"(?P<d>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|º)?[-\s.,]+(?:de\s+)?(?P<n>{_MONTH})\.?(?:[-\s.,]+|\s+del?\s+){_YEAR}",
        rf"(?P<n>{_MONTH})\.?\s+(?P<d>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,?\s+{_YEAR}",
    )
)
_COMPACT = 2
_LAST = _YEAR.replace("<y>", "<z>")
_MONTHLY = re.compile(
    rf"{_YEAR}[-/.](?:0[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[-/.]{_LAST}|{_YEAR.replace('<y>', '<v>')}[- ]?[QTW]\d{{1,2}}"
    rf"|(?:[QT][1-4]|(?:{_MONTH})\.?)[- /.,]*(?:de\s+)?{_YEAR.replace('<y>', '<w>')}",
    re.IGNORECASE,
)
"""A month, a quarter or a week of a year."""
_ONLY_YEAR = re.compile(r"(?:18|19|20)\d\d")
_OUT = {0: "%Y{s}%m{s}%d", 2: "%Y%m%d", 3: "%Y-%m-%d", 4: "%Y-%m-%d"}


def year_of(text: str) -> str:
    """The year of a date, a month or a year alone; "" for what is none."""
    plain = text.strip()
    if _ONLY_YEAR.fullmatch(plain):
        return plain
    if monthly := _MONTHLY.fullmatch(plain):
        return str(next(filter(None, monthly.groups())))
    for form in _FORMS:
        if found := form.fullmatch(plain):
            return _full(found["y"])
    return ""


def is_date(text: str, *, compact: bool = False) -> bool:
    """Whether a text is a date with its day; `compact` also takes eight digits for one."""
    plain = text.strip()
    return any(form.fullmatch(plain) for i, form in enumerate(_FORMS) if compact or i != _COMPACT)


def is_month(text: str) -> bool:
    """Whether a text is a month, a quarter or a week of a year: smaller than a year, so no less of a date."""
    return bool(_MONTHLY.fullmatch(text.strip()))


def holds_date(text: str) -> bool:
    """Whether a date with its day, written with separators or a month's name, stands anywhere in a text."""
    return any(form.search(text) for i, form in enumerate(_FORMS) if i != _COMPACT)


def tells_age(year: int, today: date) -> bool:
    """Whether somebody born then is, or would be, over 89: such a year may not be told."""
    return today.year - year > OLDEST


def generalised(text: str, today: date) -> str:
    """The year of a date; "" where there is none, or where it tells an age over 89."""
    year = year_of(text)
    return "" if not year or tells_age(int(year), today) else year


def shifted(text: str, days: int, today: date, *, day_first: bool = False) -> str:
    """A date moved by days, in its own form and with its time; "" where it tells an age over 89 or is no whole date.

    Of 03/04/2020 the day comes first where `day_first`, or where it must.
    """
    plain = text.strip()
    for i, form in enumerate(_FORMS):
        found = form.fullmatch(plain)
        if found is None:
            continue
        parsed, write = _parsed(found, i, day_first=day_first)
        if parsed is None or tells_age(parsed.year, today):
            return ""
        moved = parsed + timedelta(days=days)
        return "" if tells_age(moved.year, today) else write(moved) + (found["time"] or "")
    return ""


def days_come_first(texts: Sequence[str]) -> bool:
    """Whether a column of dates like 25/03/2020 writes the day first; dots say so where numbers do not."""
    first = second = points = 0
    for text in texts:
        if found := _FORMS[1].fullmatch(text.strip()):
            first += int(found["a"]) > 12
            second += int(found["b"]) > 12
            points += found["s"] == "."
    return first > second or (first == second and points > 0)


def _parsed(found: re.Match[str], form: int, *, day_first: bool) -> tuple[date | None, Callable[[date], str]]:
    groups = found.groupdict()
    if form == 1:
        a, b, s = int(groups["a"]), int(groups["b"]), groups["s"]
        first = a > 12 or (day_first and b <= 12)
        day, month = (a, b) if first else (b, a)
        pattern = f"%d{s}%m{s}%Y" if first else f"%m{s}%d{s}%Y"
    else:
        day = int(groups["d"])
        month = MONTHS[groups["n"].casefold()] if groups.get("n") else int(groups["m"])
        pattern = _OUT[form].format(s=groups.get("s", ""))
    try:
        return date(int(_full(groups["y"])), month, day), lambda moved: moved.strftime(pattern)
    except ValueError:
        return None, str


def _full(year: str) -> str:
    """Two digits are of this century up to 30."""
    return year if len(year) == 4 else f"{20 if int(year) <= 30 else 19}{year}"
