"""What every verb about molecules asks of a request."""

from pathlib import Path

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.workflows.molecules import MoleculesConfig, check_made_of, check_output


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "either"),
        ({"data": "x.csv", "smiles": ("C",)}, "either"),
        ({"smiles": ("C",), "output": "x.csv"}, "-o is for"),
    ],
)
def test_one_source_and_an_output_only_for_a_file(given, said):
    with pytest.raises(ConfigError, match=said):
        build(MoleculesConfig, given)


def test_a_file_or_structures():
    assert build(MoleculesConfig, {"data": "x.csv", "output": "y.csv"}).smiles == ()
    assert build(MoleculesConfig, {"smiles": ("C", "CC")}).data is None


def test_where_nothing_may_be_written(tmp_path):
    table = tmp_path / "in.csv"
    table.touch()
    (tmp_path / "link.csv").symlink_to(table)
    (tmp_path / "folder").mkdir()
    for place, said in (
        (table, "is the input"),
        (tmp_path / "link.csv", "is the input"),
        (tmp_path / "folder", "is a folder"),
        (tmp_path / "none" / "out.csv", "there is no folder"),
    ):
        with pytest.raises(UsageError, match=said):
            check_output(table, place)
    check_output(table, tmp_path / "out.csv")


def test_what_was_made_of_another_file_is_not_replaced(tmp_path):
    for held in (None, ("old.csv", "1")):  # nothing is there, or what was made of the same
        check_made_of(tmp_path, "an index", held=held, data=Path("new.csv"), digest="1")
    with pytest.raises(UsageError, match=r"already holds an index of old\.csv, whose content is not that of new\.csv"):
        check_made_of(tmp_path, "an index", held=("old.csv", "2"), data=Path("new.csv"), digest="1")
