"""A configuration model is the one list of options."""

from pathlib import Path
from typing import Annotated

import pytest
from cyclopts import App, CycloptsError, Parameter
from pydantic import Field

from pharmakon.cli.flags import from_config, over_file
from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError


class Order(Config):
    data: Path = Field(description="what to read")
    smiles: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    max_points: int = Field(10, ge=5, description="at most")
    name: str | None = None
    log: bool = False


SEEN = []


@from_config(positional=("data",), short={"smiles": "-s"}, commas=("models",))
def order(config: Order, *, as_json: Annotated[bool, Parameter("--json", negative=(), help="as data")] = False) -> None:
    """Read an order."""
    SEEN.append((config, as_json))


def parse(*words):
    SEEN.clear()
    app = App(result_action="return_value")
    app.command(order)
    app(["order", *words], exit_on_error=False, print_error=False)
    return SEEN[0]


def test_defaults_are_the_models():
    assert parse("a.csv") == (Order(data=Path("a.csv")), False)


def test_every_kind_of_flag():
    config, as_json = parse(
        "a.csv", "-s", "CCO", "--smiles", "C", "--max-points", "7", "--log", "--name", "x", "--json"
    )
    assert config == Order(data=Path("a.csv"), smiles=("CCO", "C"), max_points=7, log=True, name="x")
    assert as_json is True


def test_positional_fields_may_be_named_and_others_may_not_stand_alone():
    assert parse("--data", "a.csv")[0].data == Path("a.csv")
    with pytest.raises(CycloptsError):
        parse("a.csv", "b.csv")


def test_commas_join_only_the_fields_that_say_so():
    config, _ = parse("a.csv", "--models", "herg,ames", "--models", "dili", "-s", "C,C")
    assert config.models == ("herg", "ames", "dili")
    assert config.smiles == ("C,C",)


def test_a_value_the_model_refuses_is_one_sentence():
    with pytest.raises(ConfigError, match="max_points: input should be greater than or equal to 5, got 3"):
        parse("a.csv", "--max-points", "3")


def test_a_missing_field_is_a_usage_error():
    with pytest.raises(CycloptsError, match=r"(?i)data"):
        parse()


def test_help_is_the_fields_description(capsys):
    app = App(result_action="return_value")
    app.command(order)
    app(["order", "--help"])
    shown = capsys.readouterr().out
    assert "what to read" in shown
    assert "at most [default: 10]" in shown
    assert "as data" in shown
    assert "--no-log" not in shown
    assert "default: None" not in shown


class Side(Config):
    kind: str = "none"
    sauce: str = ""


class Dish(Config):
    name: str = ""
    spices: tuple[str, ...] = ()
    hot: bool = False
    sides: tuple[Side, ...] = ()
    side: Side = Side()


@over_file("recipe", tables={"side": "kind"})
def dish(config: Dish, *, portions: Annotated[int, Parameter(help="how many")] = 1) -> None:
    """Cook a dish."""
    SEEN.append((config, portions))


def cook(*words):
    SEEN.clear()
    app = App(result_action="return_value")
    app.command(dish)
    app(["dish", *words], exit_on_error=False, print_error=False)
    return SEEN[0]


def test_flags_win_over_the_file_key_by_key(tmp_path):
    path = tmp_path / "dish.toml"
    path.write_text('name = "soup"\nspices = ["salt"]\n[side]\nkind = "rice"\nsauce = "soy"\n')
    assert cook(str(path)) == (Dish(name="soup", spices=("salt",), side=Side(kind="rice", sauce="soy")), 1)
    config, portions = cook(str(path), "--side", "bread", "--spices", "thyme", "--hot", "--portions", "3")
    assert config == Dish(name="soup", spices=("thyme",), hot=True, side=Side(kind="bread", sauce="soy"))
    assert portions == 3


def test_a_list_of_tables_stays_in_the_file(tmp_path, capsys):
    app = App(result_action="return_value")
    app.command(dish)
    app(["dish", "--help"])
    shown = capsys.readouterr().out
    assert "--sauce" in shown
    assert "--sides" not in shown
    assert "RECIPE" in shown
