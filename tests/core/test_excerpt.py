"""A long text does not fill the screen."""

from pharmakon.core.excerpt import excerpt


def test_a_short_text_stays_and_a_long_one_says_that_it_goes_on():
    assert excerpt("C" * 60) == "C" * 60
    assert excerpt("C" * 61) == "C" * 59 + "…"
    assert excerpt("") == ""
