import re
from datetime import date

import pytest

from pharmakon.core.errors import UsageError
from pharmakon.privacy.surrogates import Surrogates

KEY = bytes(range(32))


def test_same_patient_and_key_same_surrogate():
    one, again = Surrogates("p1", KEY, "es"), Surrogates("p1", KEY, "es")
    assert one.name("Ana García") == again.name("Ana García") != "Ana García"
    assert one.name("Ana García").split()[1] == one.name("García") == one.name("garcía").capitalize()


def test_other_patient_or_key_other_surrogates():
    names = [f"Person{chr(97 + i)}" for i in range(20)]
    base = Surrogates("p1", KEY)
    for other in (Surrogates("p2", KEY), Surrogates("p1", bytes(32))):
        assert sum(base.name(n) == other.name(n) for n in names) < 5
        assert base.shift != other.shift
        assert base.number("28 28 20943") != other.number("28 28 20943")


def test_form_is_kept():
    other = Surrogates("p1", KEY, "es")
    assert re.fullmatch(r"\d\d \d\d \d{5}", other.number("28 28 20943"))
    assert re.fullmatch(r"[A-Z]{2}-\d{4}[a-z]", other.number("AB-1234c"))
    assert re.fullmatch(r"Calle \w+ \w+, \d\d, \d[A-Z]", other.address("Calle Carmen Romero, 23, 1D"))
    assert re.fullmatch(r"Hospital Universitario de \w+", other.hospital("Hospital Universitario de Getafe"))
    assert re.fullmatch(r"\d{5}", other.place("28035"))
    assert other.name("JOHN SMITH").isupper()
    assert re.fullmatch(r"\w+\d*@example\.org", other.email("ana@hospital.es"))


def test_a_short_number_never_stays():
    for i in range(300):
        text = f"{i:03}"
        assert Surrogates("p", KEY).number(text) != text


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_date_of_a_patient_moves_alike(language):
    other = Surrogates("p1", KEY, language)
    before, after = date(2016, 5, 20), date(2016, 5, 20) + other.shift
    forms = {
        "2016-05-20": f"{after:%Y-%m-%d}",
        "20/05/2016": f"{after:%d/%m/%Y}",
        "20.5.2016": f"{after.day}.{after.month}.{after.year}",
    }
    for text, moved in forms.items():
        assert other.date(text) == moved
    assert (after - before).days != 0
    assert str(after.year) in other.date("20 de mayo de 2016")
    assert str(after.day) in other.date("20 de mayo de 2016")
    assert f" {after.day}, {after.year}" in other.date("May 20, 2016")


def test_form_of_months_is_kept():
    other = Surrogates("p1", KEY, "en")
    moved = date(2010, 2, 1) + other.shift
    assert other.date("01-FEB-2010") == f"{moved.day}-{moved:%b}-{moved.year}".upper()
    assert re.fullmatch(r"the \d+(st|nd|rd|th) of [A-Z][a-z]+", other.date("the 3rd of May"))


def test_the_weekday_moves_too():
    other = Surrogates("p1", KEY, "en")
    moved = date(2021, 3, 1) + other.shift
    assert other.date("Monday, March 1, 2021") == f"{moved:%A}, {moved:%B} {moved.day}, {moved.year}"
    assert other.date("01MAR2021") == f"{moved.day}{moved:%b}{moved.year}".upper()


def test_what_cannot_be_read_does_not_stay():
    other = Surrogates("p1", KEY, "en")
    assert other.date("Tuesday") == "[DATE]"
    assert other.date("99/99/2016") == "2016"


def test_years_only():
    other = Surrogates("p1", KEY, "es", "year")
    assert other.date("3 de mayo de 2016") == "2016"
    assert other.date("3 de mayo") == "[DATE]"


def test_ages_over_89_are_one_group():
    other = Surrogates("p1", KEY)
    assert other.age("89 años") == "89 años"
    assert other.age("93-year-old") == "90+-year-old"


def test_the_key_is_long_enough_and_never_shown():
    with pytest.raises(UsageError, match="16 or more"):
        Surrogates("p1", b"short")
    assert "p1" not in repr(Surrogates("p1", KEY)) and str(KEY) not in repr(Surrogates("p1", KEY))
