import tomllib
from pathlib import Path

from pharmakon.workflows.design_check import mistakes
from pharmakon.workflows.design_choices import meanings
from pharmakon.workflows.design_examples import examples

ROOT = Path(__file__).parents[2]


def test_every_example_can_be_started():
    for one in examples().values():
        assert mistakes(one.goal, meanings()) == [], one.name


def test_the_example_of_the_documentation_is_the_same():
    assert tomllib.loads((ROOT / "examples/egfr.toml").read_text()) == examples()["egfr"].goal
