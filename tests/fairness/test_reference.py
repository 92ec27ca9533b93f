import pytest

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.fairness.reference import populations, read_population, role_of


@pytest.mark.parametrize("name", populations())
def test_a_shipped_population_has_a_source_and_a_year_and_is_whole(name):
    population = read_population(name)
    assert len(population.source) > 20 and int(population.year) > 2000
    for shares in population.shares.values():
        assert sum(shares.values()) == pytest.approx(1)


def test_the_census_adds_up_to_everybody():
    import tomllib
    from importlib.resources import files

    table = tomllib.loads(files("pharmakon.fairness").joinpath("tables/populations.toml").read_text("utf-8"))
    census = table["populations"]["us-2020"]
    for column in ("sex", "age", "race", "ethnicity"):
        assert sum(census[column].values()) == 331_449_281


def test_words_of_a_cohort_are_understood():
    population = read_population("us-2020")
    assert population.level("sex", "F") == "female"
    assert population.level("race", "BLACK OR AFRICAN AMERICAN") == "Black"
    assert population.level("race", "Martian") == "Martian"
    assert role_of("Patient_Sex") == "sex" and role_of("Gender") == "sex" and role_of("stage") == ""


def test_an_own_population(tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("column,level,share,source,year\nage,18,30,registry,2019\nage,50,70,,\nsex,female,1,,\n")
    population = read_population("own.csv", folder=tmp_path)
    assert population.shares["age"] == {"18": 0.3, "50": 0.7}
    assert population.starts == (18, 50)
    assert (population.source, population.year) == ("registry", "2019")


@pytest.mark.parametrize(
    "text", ["level,share\nx,1\n", "column,level,share\nsex,female,many\n", "", "column,level,share\nage,old,1\n"]
)
def test_a_table_that_does_not_say_enough(tmp_path, text):
    path = tmp_path / "own.csv"
    path.write_text(text)
    with pytest.raises(DataError):
        read_population(str(path))


def test_an_unknown_population():
    with pytest.raises(UnknownName, match="us-2020"):
        read_population("us2020")
