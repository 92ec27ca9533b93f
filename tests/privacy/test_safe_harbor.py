import pytest

from pharmakon.privacy.safe_harbor import capped_age, identifiers, restricted, table, zip3


def test_there_are_18_in_the_order_of_the_regulation():
    assert [one.number for one in identifiers().values()] == list(range(1, 19))
    assert all(one.title and one.done for one in identifiers().values())


def test_small_zip_areas_of_every_census_are_restricted():
    lists = {one["census"]: one["prefixes"] for one in table("zip3")["lists"]}
    assert len(lists[2000]) == 17
    assert len(lists[2010]) == 14
    assert restricted() == {*lists[2000], *lists[2010]}
    assert all(one["source"] for one in table("zip3")["lists"])


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("02138", "021"),
        ("02138-1234", "021"),
        ("03601", "000"),
        ("205", "000"),
        ("369", "000"),
        ("SW1A 1AA", ""),
        ("1", ""),
    ],
)
def test_a_zip_code_keeps_three_digits_where_enough_people_live(code, prefix):
    assert zip3(code) == prefix


@pytest.mark.parametrize(
    ("band", "told"),
    [
        *(("80-89", "80-89"), ("90-94", "90+"), ("85-94", "85+"), ("[80,90)", "[80,90)"), ("(80,90]", "80+")),
        *((">=85", ">=85"), (">95", "90+"), ("85+", "85+"), ("<18", "<18"), ("<95", ""), ("95 to 99 years", "90+")),
        *(("elderly", "elderly"), ("Adult", "Adult"), ("Maria", ""), ("64 years", "64 years"), ("64,5", "64,5")),
    ],
)
def test_bands_of_ages_begin_at_90_at_most(band, told):
    assert capped_age(band) == told


@pytest.mark.parametrize(("age", "told"), [("89", "89"), ("90", "90+"), ("104", "90+"), ("89.9", "89.9"), ("old", "")])
def test_ages_over_89_are_one(age, told):
    assert capped_age(age) == told
