"""Numbers as a person reads them."""

from __future__ import annotations

import math

NO_UNIT = {"", "1", "score", "count"}


def show(value: float, unit: str = "", *, digits: int = 3) -> str:
    """A value with its unit, to `digits` significant figures; "-" for a missing one.

    >>> show(0.000123, "mol/L"), show(8.2345), show(float("nan"), "h")
    ('0.000123 mol/L', '8.23', '-')
    """
    if value is None or not math.isfinite(value):
        return "-"
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        places = max(0, digits - 1 - (math.floor(math.log10(abs(value))) if value else 0))
        text = f"{value:.{places}f}"
    else:
        text = f"{value:.{digits - 1}e}"
    return text if unit in NO_UNIT else f"{text} {unit}"


def show_number(value: float) -> str:
    """A whole number in full, as counts are; any other to three significant figures; "-" for a missing one.

    >>> show_number(92), show_number(-1092), show_number(58.42), show_number(92.0)
    ('92', '-1,092', '58.4', '92.0')
    """
    return f"{value:,}" if isinstance(value, int) else show(value)


def tiny(error: float) -> str:
    """An error's size, such as 1e-16; "0" for none."""
    return f"{error:.0e}" if error else "0"


def rounded(value: float, *, digits: int = 4) -> float:
    """A number to so many significant figures: what a card needs of a score."""
    return float(f"{value:.{digits}g}")


def show_interval(low: float, high: float, *, digits: int = 3) -> str:
    """Such as 7.1 to 8.4, or "-"."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "-"
    return f"{show(low, digits=digits)} to {show(high, digits=digits)}"


def clip(value: float, low: float | None, high: float | None) -> float:
    """Keep a value inside its physical range; an open end is None."""
    if low is not None and value < low:
        return low
    if high is not None and value > high:
        return high
    return value
