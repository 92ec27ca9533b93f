"""One sentence for each mistake in a configuration."""

from typing import Literal

import pytest
from pydantic import Field, ValidationError, field_validator

from pharmakon.core.config import Config, build, parse_toml, read_toml
from pharmakon.core.errors import ConfigError


class Goal(Config):
    property: str
    weight: float = Field(1.0, gt=0)


class Order(Config):
    goals: tuple[Goal, ...] = ()
    best: Goal | None = None
    mode: Literal["fast", "slow"] = "fast"
    calls: int = 10
    names: tuple[str, ...] = ()
    title: str = ""


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "goal.toml"
    path.write_text(text, encoding=encoding)
    return path


def test_a_file_is_read_and_given_values_win(tmp_path):
    path = write(tmp_path, 'calls = 5\nmode = "slow"\n[[goals]]\nproperty = "herg"\n')
    order = Order.from_toml(path, calls=7, mode=None)
    assert order == Order(goals=(Goal(property="herg"),), mode="slow", calls=7)


def test_a_given_dict_wins_over_a_table_key_by_key(tmp_path):
    path = write(tmp_path, '[best]\nproperty = "herg"\nweight = 2\n')
    assert Order.from_toml(path, best={"property": "ames"}).best == Goal(property="ames", weight=2)


def test_a_configuration_does_not_change():
    with pytest.raises(ValidationError):
        Order().calls = 3


def test_a_byte_order_mark_is_no_mistake(tmp_path):
    assert read_toml(write(tmp_path, "calls = 5", encoding="utf-8-sig")) == {"calls": 5}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cals = 5", "unknown key 'cals'; did you mean 'calls'?"),
        ("zzz = 5", "unknown key 'zzz'; known: best, calls, goals, mode, names, title"),
        ('[[goals]]\nproperty = "herg"\nwieght = 2', "unknown key 'wieght' in goal 1; did you mean 'weight'?"),
        ('[best]\nproperty = "herg"\nwight = 2', "unknown key 'best.wight'; did you mean 'weight'?"),
        ('calls = "many"', "calls: input should be a valid integer"),
        ('mode = "fas"', "mode: input should be 'fast' or 'slow', got 'fas'"),
        ("[[goals]]\nweight = 1", "goal 1: property: field required"),
        ('[[goals]]\nproperty = "x"\nweight = 0', "goal 1: weight: input should be greater than 0, got 0"),
        ("names = 'a'", """names: is a list: write names = ["a"], got 'a'"""),
        ("names = [3]", "name 1: is a text: write it in quotes, got 3"),
        ("title = 0.5", """title: is a text: write title = "0.5", got 0.5"""),
        ("[goals]\nproperty = 'x'", "goals: is a list of tables: write each below a line [[goals]], with two brackets"),
        ("goals = ['x']", "goal 1: is a table: write it below a line [[goals]], got 'x'"),
        ("best = 'herg'", """best: is a table: write best = { property = "herg" }, got 'herg'"""),
        ("best = [1]", "best: is a table: write [best]"),
        ("calls = ", "is not valid TOML"),
        ("calls = 1\ncalls = 2", "is not valid TOML"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(tmp_path, text, said):
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        Order.from_toml(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mistake_that_begins_with_a_smiles_keeps_it():
    class Molecule(Config):
        smiles: str

        @field_validator("smiles")
        @classmethod
        def _has_a_ring(cls, text: str) -> str:
            raise ValueError(f"{text} has no ring")

    for text in ("CCCCCC", "Cc1ccccc1", "Brc1ccccc1"):
        with pytest.raises(ConfigError, match=f"^smiles: {text} has no ring"):
            build(Molecule, {"smiles": text})


def test_a_table_is_not_said_again_and_a_place_is_counted_from_one():
    class Whole(Config):
        order: Order = Order()
        points: tuple[tuple[float, float], ...] = ()

        @field_validator("order")
        @classmethod
        def _never(cls, order: Order) -> Order:
            raise ValueError("nothing goes")

    with pytest.raises(ConfigError, match=r"^order: nothing goes$"):
        build(Whole, {"order": {"calls": 3}})
    with pytest.raises(ConfigError, match=r"^point 1, number 2: input should be a valid number.*, got 'x'$"):
        build(Whole, {"points": [[0, "x"]]})


def test_a_missing_file(tmp_path):
    with pytest.raises(ConfigError, match="there is no file"):
        read_toml(tmp_path / "none.toml")


def test_a_file_that_is_not_text(tmp_path):
    path = tmp_path / "goal.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read as UTF-8"):
        read_toml(path)


def test_build_names_every_mistake_of_a_few():
    with pytest.raises(ConfigError, match=r"^mode: .*, got 'y'; also calls: .*, got 'x'$"):
        build(Order, {"calls": "x", "mode": "y"})
    with pytest.raises(ConfigError, match=r"did you mean 'mode'\? Also goal 1: weight: input should be greater than 0"):
        build(Order, {"mod": "fast", "goals": [{"property": "x", "weight": 0}]})


def test_what_only_follows_from_a_mistake_is_not_a_second_one():
    class Few(Config):
        goals: tuple[Goal, ...] = Field(min_length=1)

    with pytest.raises(ConfigError) as caught:
        build(Few, {"goals": [{"proprty": "x"}]})
    assert str(caught.value) == "unknown key 'proprty' in goal 1; did you mean 'property'?"
    with pytest.raises(ConfigError, match=r"\(and 2 more\)$"):
        build(Order, {f"zzz{i}": 1 for i in range(5)})


@pytest.mark.parametrize("text", ["a." * 20_000 + "a = 1", "a = " + "[" * 50_000, "a = " + "{a = " * 20_000])
def test_a_file_that_nests_without_end_is_refused_before_it_is_read(tmp_path, text):
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match="nests too deeply"):
        read_toml(path)
    path.write_text(
        'smiles = "' + "Cl." * 200 + 'C"\nversion = "1.2"\na.b = [[1.5], {c = 1.0}]\n'.replace(", {c = 1.0}", "")
    )
    assert read_toml(path)["a"] == {"b": [[1.5]]}


def test_a_text_is_read_as_a_file_is():
    assert parse_toml("a = [1, 2]", where="the goal") == {"a": [1, 2]}
    with pytest.raises(ConfigError, match=r"^the goal is not valid TOML"):
        parse_toml("a =", where="the goal")
