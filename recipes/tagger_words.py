"""Invented people, places, institutions and numbers in the forms of many countries, for tagger_english.py.

Names are half from the gazetteer of the package and half invented from syllables: a tagger that has seen names only of
a list knows the list.
"""

from __future__ import annotations

import string
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.privacy.tagger_features import gazetteer

MONTHS = gazetteer()["place_en"]["month"][:12]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@cache
def tables() -> dict[str, Any]:
    """What tagger_english.toml holds."""
    return tomllib.loads((Path(__file__).parent / "tagger_english.toml").read_text(encoding="utf-8"))


class Words:
    """What fills the slots of a sentence, drawn from one random stream."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.forms = tables()["forms"]
        self.en, self.names = gazetteer()["place_en"], gazetteer()

    def chance(self, p: float) -> bool:
        return bool(self.random.random() < p)

    def pick(self, items: Any) -> Any:
        return items[int(self.random.integers(len(items)))]

    def number(self, low: int, high: int) -> int:
        return int(self.random.integers(low, high + 1))

    def digits(self, form: str) -> str:
        """# becomes a digit, @ a capital, ? either."""

        def one(c: str) -> str:
            if c == "#" or (c == "?" and self.chance(0.7)):
                return str(self.number(0, 9))
            return self.pick(string.ascii_uppercase) if c in "@?" else c

        return "".join(one(c) for c in form)

    def invented(self) -> str:
        begin, middle, end = (part.split() or [""] for part in self.pick(list(tables()["syllables"].values())))
        text = self.pick(begin) + (self.pick(middle) if self.chance(0.7) else "") + self.pick(end)
        return text[0].upper() + text[1:]

    def known(self) -> str:
        roll = self.random.random()
        if roll < 0.45:
            return self.pick(self.names["given_en"][self.pick(["female", "male"])])
        if roll < 0.55:
            return self.pick(self.names["given_es"][self.pick(["female", "male"])])
        name = self.invented()
        return f"{name}-{self.invented()}" if self.chance(0.04) else name

    def family(self) -> str:
        roll = self.random.random()
        name = self.pick(self.names["surname_en"]["common"]) if roll < 0.35 else self.invented()
        if 0.35 <= roll < 0.42:
            name = self.pick(self.names["surname_es"]["common"])
        roll = self.random.random()
        if roll < 0.05:
            return self.pick(["Mc", "Mac", "O'", "Fitz", "D'", "Al-", "El-", "St. "]) + name
        if roll < 0.10:
            return (
                self.pick(
                    ["van ", "van der ", "de ", "de la ", "von ", "di ", "bin ", "ibn ", "el ", "Van ", "Da ", "dos "]
                )
                + name
            )
        return f"{name}-{self.family()}" if roll < 0.13 else name

    def person(self) -> str:
        roll = self.random.random()
        if roll < 0.52:
            return f"{self.known()} {self.family()}"
        if roll < 0.64:
            return self.known()
        if roll < 0.70:
            return f"{self.known()} {self.pick(string.ascii_uppercase)}. {self.family()}"
        if roll < 0.75:
            return f"{self.pick(string.ascii_uppercase)}. {self.family()}"
        if roll < 0.79:
            return f"{self.known()} {self.known()} {self.family()}"
        if roll < 0.83:
            return f"{self.known()} {self.family()} {self.family()}"
        if roll < 0.88:
            return f"{self.family()}, {self.known()}"
        if roll < 0.91:
            return f"{self.known()} {self.family()}".upper()
        if roll < 0.93:
            return f"{self.known()} {self.family()}".lower()
        if roll < 0.95:
            return f"{self.pick(string.ascii_uppercase)}.{self.pick(string.ascii_uppercase)}. {self.family()}"
        return self.family()

    def city(self) -> str:
        roll = self.random.random()
        if roll < 0.4:
            return self.pick(self.en["cities"])
        if roll < 0.47:
            return self.pick(self.names["place_es"]["cities"])
        stem = self.invented() if self.chance(0.6) else self.pick(tables()["words"]["street"].split())
        name = stem + self.pick(tables()["words"]["town_end"].split()) if self.chance(0.7) else stem
        if self.chance(0.15):
            name = f"{self.pick(tables()['words']['town'].split())} {name}"
        return name.upper() if self.chance(0.06) else name

    def country(self) -> str:
        pick = self.pick(self.en["countries"])
        whole = {
            "Kingdom": "United Kingdom",
            "Zealand": "New Zealand",
            "Czech": "Czech Republic",
            "Ivory": "Ivory Coast",
            "Coast": "Ivory Coast",
            "Republic": "Dominican Republic",
            "Saudi": "Saudi Arabia",
            "Arabia": "Saudi Arabia",
            "Emirates": "United Arab Emirates",
        }
        return str(whole.get(pick, pick))

    def state(self) -> str:
        return str(self.pick(self.en["states"]))

    def zip(self) -> str:
        forms = ["#####"] * 5 + self.forms["zip"]
        return self.digits(self.pick(forms))

    def road(self) -> str:
        words = tables()["words"]
        stem = self.pick(words["street"].split()) if self.chance(0.35) else self.invented()
        if self.chance(0.12):
            stem = f"{self.known()} {self.family()}"
        roll = self.random.random()
        if roll < 0.42:
            end = self.pick(self.en["street"][:34])
            end = end.capitalize() + ("." if len(end) < 4 and self.chance(0.3) else "")
            return (
                f"{self.pick(['N', 'S', 'E', 'W', 'North', 'West', 'SE', 'NW.'])} {stem} {end}"
                if self.chance(0.12)
                else f"{stem} {end}"
            )
        if roll < 0.64:
            return stem + self.pick(words["road_end"].split())
        if roll < 0.82:
            return f"{self.pick(words['road_begin'].split(';'))} {stem}"
        if roll < 0.95:
            return f"{stem} {self.pick(words['road_after'].split(';'))}"
        return f"{stem}"

    def street(self) -> str:
        road, number = self.road(), str(self.number(1, 9999 if self.chance(0.5) else 199))
        if self.chance(0.12):
            number += self.pick(["A", "b", "/2", "-14", " bis", "C"])
        roll = self.random.random()
        if roll < 0.04:
            return self.digits(
                f"{self.pick(['P.O. Box', 'PO Box', 'P O Box', 'Postbus', 'Postfach', 'POB'])} {self.number(1, 99999)}"
            )
        text = f"{number} {road}" if roll < 0.55 else f"{road}{self.pick([' ', ' ', ', '])}{number}"
        if self.chance(0.3):
            unit = self.pick(
                ["Apt.", "Apt", "Suite", "Ste.", "Unit", "Flat", "#", "Floor", "Building", "Apartment", "No."]
            )
            text += f"{self.pick([' ', ', '])}{unit} {self.number(1, 999)}{self.pick(['', '', '', 'B'])}"
        return text.replace("# ", "#")

    def address(self) -> str:
        """One of many forms, on one line or several, sometimes with the odd blanks of a pasted form."""
        gap = self.pick([", ", ", ", "\n", "\n", " ", ",\n", "\n ", " \n", " , "])
        region = self.pick([self.state, self.country])() if self.chance(0.4) else self.digits("@@")
        city, code = self.city(), self.zip()
        roll = self.random.random()
        if roll < 0.22:
            parts = [self.street(), f"{city}, {region} {code}"]
        elif roll < 0.36:
            parts = [self.street(), f"{code} {city}"]
        elif roll < 0.50:
            parts = [self.street(), city, code]
        elif roll < 0.60:
            parts = [self.street(), city]
        elif roll < 0.70:
            parts = [self.street()]
        elif roll < 0.80:
            parts = [self.street(), city, f"{region} {code}"]
        elif roll < 0.88:
            parts = [self.street(), f"{city}{gap}{self.pick([', ', ',', ''])}{region}"]
        elif roll < 0.95:
            parts = [code, city, self.street()]
        else:
            parts = [self.street(), self.city(), f"{city} {code}"]
        if self.chance(0.4):
            parts.append(self.country())
            if self.chance(0.3):
                parts[-1] += f" {self.zip()}"
        return gap.join(parts)

    def org(self) -> str:
        words = tables()["words"]
        first = self.pick(words["company"].split())
        roll = self.random.random()
        if roll < 0.2:
            return f"{first} {self.pick(words['business'].split())}"
        if roll < 0.42:
            return self.invented() + self.pick(
                ["", "", "ix", "ia", "tech", "soft", "net", "corp", "med", "gen", "ware", "sys"]
            )
        if roll < 0.54:
            return f"{self.family()} {self.pick(self.forms['company'])}"
        if roll < 0.60:
            return f"{self.family()}, {self.family()} and {self.family()}"
        if roll < 0.66:
            return f"{self.family()} & {self.family()}"
        if roll < 0.78:
            place = self.pick([self.city(), self.state(), self.country(), self.pick(self.en["nationality"])])
            return f"{place} {self.pick(words['public'].split(';'))}"
        if roll < 0.83:
            return self.pick(words["public"].split(";"))
        if roll < 0.88:
            return self.pick(
                [
                    f"University of {self.city()}",
                    f"Bank of {self.city()}",
                    f"{self.city()} University",
                    f"Museum of {self.city()}",
                    f"{self.city()} United",
                    f"The {self.city()} Times",
                ]
            )
        if roll < 0.92:
            return self.digits("@@@") if self.chance(0.7) else self.digits("@@")
        if roll < 0.96:
            return f"{first}{self.pick(words['company'].split()).lower()}"
        middle, business = self.pick(words["company"].split()), self.pick(words["business"].split())
        return f"{self.pick(['The ', ''])}{first} {middle} {business}"

    def hospital(self) -> str:
        kind = self.pick(self.forms["hospital"])
        name = self.pick(
            [
                self.city,
                self.family,
                lambda: f"St. {self.known()}",
                lambda: str(self.pick(self.forms["saint"])),
            ]
        )()
        return f"{name} {kind}"

    def date(self) -> str:
        d, m, year = self.number(1, 28), self.number(1, 12), self.number(1925, 2029)
        name, sep = MONTHS[m - 1].capitalize(), self.pick("/-.")
        short = name[:3] if self.chance(0.4) else name
        suffix = "th" if 10 < d < 14 else {1: "st", 2: "nd", 3: "rd"}.get(d % 10, "th")
        forms: list[str] = [
            f"{m:02}/{d:02}/{year}",
            f"{d:02}/{m:02}/{year}",
            f"{m}/{d}/{year % 100:02}",
            f"{year}-{m:02}-{d:02}",
            f"{d:02}{sep}{m:02}{sep}{year}",
            f"{m}{sep}{d}{sep}{year}",
            f"{short} {d}, {year}",
            f"{d} {short} {year}",
            f"{d}{suffix} {name} {year}",
            f"{name} {d}{suffix}",
            f"{short} {d}",
            f"{d} {name}",
            f"the {d}{suffix} of {name}",
            f"{m}/{d}",
            f"{name} {year}",
            f"{self.pick(DAYS)}, {name} {d}, {year}",
            f"{d}-{name[:3]}-{year}",
            f"{d:02}{name[:3].upper()}{year}",
            f"{year}/{m:02}/{d:02}",
            f"{year}-{m:02}-{d:02} {self.number(0, 23):02}:{self.number(0, 59):02}",
            f"{self.pick(DAYS)}",
        ]
        return str(self.pick(forms))

    def phone(self) -> str:
        n = self.forms["phone"]
        return self.digits(self.pick(n))

    def id(self) -> str:
        forms = self.forms["id"]
        return self.digits(self.pick(forms))

    def ssn(self) -> str:
        return self.digits(self.pick(["###-##-####"] * 3 + ["### ## ####", "#########", "xxx-xx-####"]))

    def nhs(self) -> str:
        return self.digits(self.pick(["### ### ####", "##########", "###-###-####"]))

    def card(self) -> str:
        form = self.pick(
            [
                "################",
                "#### #### #### ####",
                "####-####-####-####",
                "3#############",
                "3### ###### #####",
                "5###############",
                "4############",
                "30############",
                "####" * 4 + "###",
                "############",
            ]
        )
        return self.digits(form)

    def iban(self) -> str:
        country = self.pick(
            ["DE", "GB", "FR", "ES", "IT", "NL", "CH", "AT", "BE", "PL", "SE", "NO", "IL", "PT", "TR", "CY", "GR", "HU"]
        )
        body = self.digits(
            self.pick(["##" + "#" * self.number(12, 24), "##@@@@" + "#" * 14, "##?" + "?" * self.number(12, 22)])
        )
        text = country + body
        return " ".join(text[i : i + 4] for i in range(0, len(text), 4)) if self.chance(0.4) else text

    def word(self) -> str:
        return (
            self.pick([self.invented, self.known, lambda: self.pick(tables()["words"]["company"].split())])()
            .lower()
            .replace(" ", "")
        )

    def domain(self) -> str:
        end = self.pick(["com"] * 6 + self.forms["domain"])
        name = self.word() if self.chance(0.5) else f"{self.word()}{self.pick(['', '-', ''])}{self.word()}"
        return f"{name}.{end}"

    def email(self) -> str:
        user = self.pick(
            [
                self.word,
                lambda: f"{self.word()}.{self.word()}",
                lambda: f"{self.word()}_{self.word()}",
                lambda: f"{self.word()}{self.number(1, 999)}",
                lambda: f"{self.word()[0]}{self.word()}",
                lambda: f"{self.known()}{self.family()}".replace(" ", ""),
            ]
        )()
        return f"{user}@{self.domain()}"

    def url(self) -> str:
        roll = self.random.random()
        if roll < 0.5:
            return f"{self.pick(['', '', 'www.'])}{self.domain()}"
        if roll < 0.6:
            return self.domain().capitalize()
        path = self.pick(["", "/", f"/{self.word()}", f"/{self.word()}/{self.number(1, 9999)}"])
        return f"{self.pick(['http://', 'https://', 'https://www.'])}{self.domain()}{path}"

    def ip(self) -> str:
        if self.chance(0.3):
            return ":".join(f"{self.number(0, 65535):x}" for _ in range(8))
        return ".".join(str(self.number(1, 254)) for _ in range(4))

    def years(self) -> str:
        return str(self.number(1, 104))

    def age(self) -> str:
        n = self.number(1, 99)
        return str(
            self.pick(
                [
                    f"{n}-year-old",
                    f"{n} year old",
                    f"{n} y/o",
                    f"{n}yo",
                    f"{n}-yr-old",
                    f"{n}",
                    f"{n} years old",
                    f"{self.number(2, 23)}-month-old",
                ]
            )
        )

    def job(self) -> str:
        return str(self.pick(self.en["job"]))
