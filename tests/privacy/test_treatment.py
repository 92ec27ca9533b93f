from datetime import date

from pharmakon.privacy.pseudonym import Pseudonyms
from pharmakon.privacy.removals import Removals
from pharmakon.privacy.treatment import Treatment, taken_out

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


def test_of_a_text_that_stays_only_what_was_taken_out_is_searched_for():
    class Tags:
        title = "tagged"

        def clean(self, text, patient):
            return text.replace("Ana García", "[NAME]").replace("617-555-0192", "[PHONE]").replace("Hope", "[NAME]")

    removals = Removals("f")
    text = "Platelets 250000, creatinine 95. Ana García, 617-555-0192, and Hope came."
    Treatment(Pseudonyms(b"k" * 32), TODAY, text=Tags()).cleaned(text, "7", removals, "note")
    assert taken_out(text, Tags().clean(text, "7")) == ["Ana García, 617-555-0192", "Hope"]
    assert set(removals.values) == {"Ana García, 617-555-0192"}  # one short name may be a word


class Tagging:
    title = "tagged"

    def clean(self, text, patient):
        return text.replace("Ana", "[NAME]").replace("617-555-0192", "[PHONE]")


def test_what_tags_stand_for_is_counted_by_class():
    removals = Removals("a.csv")
    rules = Treatment(Pseudonyms(b"k" * 32), date(2026, 7, 1), text=Tagging())
    rules.cleaned("Ana and Ana of [NAME], 617-555-0192", "p", removals, "note")
    assert (removals.of("name"), removals.of("phone"), removals.of("email")) == (2, 1, 0)
