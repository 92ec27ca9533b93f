"""Numbers that check themselves: payment cards, accounts, national numbers, vehicles."""

from __future__ import annotations

import re
from collections.abc import Callable

DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_VIN = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def luhn(text: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1)."""
    digits = _digits(text)[::-1]
    return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0 and any(digits)


def iban(text: str) -> bool:
    """Whether an international account number leaves 1 when divided by 97 (ISO 13616)."""
    plain = re.sub(r"[\s-]", "", text).upper()
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def dni(text: str) -> bool:
    """The letter of a Spanish identity number (DNI or NIE), with or without its leading zero."""
    plain = re.sub(r"[\s.-]", "", text).upper()
    number = plain[:-1].translate(str.maketrans("XYZ", "012"))
    return len(number) in {7, 8} and plain[-1] == DNI_LETTERS[int(number) % 23]


def nuss(text: str) -> bool:
    """The last two digits of a Spanish social security number."""
    province, number, control = re.split(r"[ /-]", text)
    whole = int(province) * 10_000_000 + int(number) if int(number) < 10_000_000 else int(province + number)
    return whole % 97 == int(control)


def ssn(text: str) -> bool:
    """Whether a US social security number could have been given out."""
    area, group, serial = text.split("-")
    return area not in {"000", "666"} and group != "00" and serial != "0000"


def nhs(text: str) -> bool:
    """The check digit of an NHS number (modulus 11)."""
    digits = _digits(text)
    return (11 - sum(d * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11) % 11 == digits[9]


def vin(text: str) -> bool:
    """The check digit of a North American vehicle identification number (49 CFR 565)."""
    plain = text.upper()
    total = sum(w * (int(c) if c.isdigit() else _VIN[c]) for c, w in zip(plain, _VIN_WEIGHTS, strict=True)) % 11
    return plain[8] == ("X" if total == 10 else str(total))


def _digits(text: str) -> list[int]:
    return [int(c) for c in text if c.isascii() and c.isdigit()]


CHECKS: dict[str, Callable[[str], bool]] = {
    "": bool,
    "luhn": luhn,
    "iban": iban,
    "dni": dni,
    "nuss": nuss,
    "ssn": ssn,
    "nhs": nhs,
    "vin": vin,
}
"""By the name that a table of patterns gives them; "" holds for every match."""
