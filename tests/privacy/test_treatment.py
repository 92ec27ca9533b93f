from datetime import date

from pharmakon.privacy.pseudonym import Pseudonyms
from pharmakon.privacy.removals import Removals
from pharmakon.privacy.treatment import Treatment

TODAY = date(2026, 7, 1)


class Capitals:
    title = "in capitals"

    def clean(self, text, patient):
        return f"{patient}: {text.upper()}"


def test_dates_are_years_or_shifted_where_the_person_is_known():
    key = Pseudonyms(b"k" * 32)
    assert Treatment(key, TODAY).date("2019-03-14", "7") == ("2019", "year only")
    moved, done = Treatment(key, TODAY, shift_dates=True).date("2019-03-14", "7")
    assert done == "date shifted"
    assert (date.fromisoformat(moved) - date(2019, 3, 14)).days == key.shift("7")
    assert Treatment(key, TODAY, shift_dates=True).date("2019-03-14", "") == ("2019", "year only")
    assert Treatment(key, TODAY, shift_dates=True).date("1920-03-14", "7") == ("", "removed")


def test_a_text_goes_whole_unless_somebody_reads_it():
    removals = Removals("f")
    assert Treatment(Pseudonyms(b"k" * 32), TODAY).cleaned("seen", "7", removals, "note") == ""
    assert "seen" in removals.values
    read = Treatment(Pseudonyms(b"k" * 32), TODAY, text=Capitals())
    assert read.cleaned("seen", "7", removals, "note") == "7: SEEN"
