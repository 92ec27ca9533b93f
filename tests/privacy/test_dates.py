from datetime import date

import pytest

from pharmakon.privacy.dates import days_come_first, generalised, holds_date, is_date, shifted, year_of

TODAY = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2019-03-14", "2019"),
        ("14/03/2019", "2019"),
        ("3/14/19", "2019"),
        ("14.03.1999", "1999"),
        ("20190314", "2019"),
        ("2019-03-14T10:20:30.123-07:00", "2019"),
        ("2019-03-14 10:20:30+00", "2019"),
        ("March 14, 2019", "2019"),
        ("14 de marzo de 2019", "2019"),
        ("14-Mar-2019", "2019"),
        ("2019-03", "2019"),
        ("2019", "2019"),
        ("120/80", ""),
        ("3.14", ""),
        ("10.1.2.3", ""),
        ("E11.9", ""),
    ],
)
def test_the_year_of_what_people_write(text, year):
    assert year_of(text) == year


def test_a_number_of_eight_digits_is_a_date_only_where_that_is_asked():
    assert not is_date("20190314")
    assert is_date("20190314", compact=True)
    assert not is_date("2019")
    assert holds_date("seen on 14/03/2019 at home")
    assert not holds_date("blood pressure 120/80, dose 2019 mg")


def test_a_year_that_tells_an_age_over_89_is_not_told():
    assert generalised("1937-01-01", TODAY) == "1937"
    assert generalised("1936-12-31", TODAY) == ""


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("2019-12-30", "2020-01-04"),
        ("2019-12-30T10:20:30Z", "2020-01-04T10:20:30Z"),
        ("12/30/2019", "01/04/2020"),
        ("30/12/2019", "04/01/2020"),
        ("20191230", "20200104"),
        ("30 December 2019", "2020-01-04"),
        ("2019-12", ""),
        ("1930-01-01", ""),
        ("2019-02-30", ""),
    ],
)
def test_a_shifted_date_keeps_its_form(text, moved):
    assert shifted(text, 5, TODAY) == moved


def test_a_column_says_which_comes_first():
    assert days_come_first(["03/04/2020", "25/03/2020"])
    assert not days_come_first(["03/04/2020", "03/25/2020"])
    assert days_come_first(["03.04.2020"])
    assert shifted("03/04/2020", 1, TODAY, day_first=True) == "04/04/2020"
    assert shifted("03/04/2020", 1, TODAY) == "03/05/2020"
