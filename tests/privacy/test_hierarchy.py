"""Hierarchies: levels nest, penalties are the share of what a value may also mean, and mistakes are told."""

import numpy as np
import pytest

from pharmakon.core.errors import ConfigError, DataError, UnknownName
from pharmakon.privacy.hierarchy import flat, from_groups, from_intervals, from_prefixes, from_rows


def test_rows_give_levels_and_a_last_one_is_added():
    found = from_rows("city", [["Jaén", "south"], ["Cádiz", "south"], ["Bilbao", "north"]])
    assert found.labels == (("Jaén", "Cádiz", "Bilbao"), ("south", "north"), ("*",))
    assert found.height == 2
    assert found.encode(["Bilbao", "Jaén"]).tolist() == [2, 0]
    assert found.penalty(0).tolist() == [0, 0, 0]
    assert found.penalty(1).tolist() == [0.5, 0.5, 0]
    assert found.penalty(2).tolist() == [1, 1, 1]


def test_a_level_that_parts_what_is_joined_is_refused():
    with pytest.raises(DataError, match="parts what level 1 joins"):
        from_rows("x", [["a", "g", "p"], ["b", "g", "q"], ["c", "h", "q"]])


@pytest.mark.parametrize(
    ("rows", "said"), [([], "empty"), ([["a", "*"], ["b"]], "1 levels"), ([["a", "*"], ["a", "*"]], "twice")]
)
def test_a_broken_table_is_told(rows, said):
    with pytest.raises(DataError, match=said):
        from_rows("x", rows)


def test_a_value_that_is_not_there_is_named():
    with pytest.raises(DataError, match="'Lugo'"):
        flat("city", ["Jaén"]).encode(["Jaén", "Lugo"])


def test_intervals_count_from_the_origin_and_keep_the_empty_apart():
    found = from_intervals("age", ["7", "12", "19", "20", ""], [5, 10])
    assert found.labels[1] == ("[5, 10)", "[10, 15)", "[15, 20)", "[20, 25)", "")
    assert found.labels[2] == ("[0, 10)", "[10, 20)", "[20, 30)", "")
    assert found.labels[3] == ("*",)


def test_intervals_must_fit_into_one_another_and_be_of_numbers():
    with pytest.raises(ConfigError, match="no multiple"):
        from_intervals("age", ["7"], [5, 12])
    with pytest.raises(DataError, match="'old' is no number"):
        from_intervals("age", ["7", "old"], [5])


def test_prefixes_join_codes():
    found = from_prefixes("code", ["E11.9", "E11.2", "E78.0", "I10"], [3, 1])
    assert found.labels[1] == ("E11*", "E78*", "I10")
    assert found.labels[2] == ("E*", "I*")
    with pytest.raises(ConfigError, match="fall"):
        from_prefixes("code", ["E11"], [1, 3])


def test_groups_name_their_members():
    found = from_groups("ward", ["a", "b", "c"], {"surgery": ["a", "b"]})
    assert found.labels[1] == ("surgery", "c")
    with pytest.raises(UnknownName):
        from_groups("ward", ["a"], {"surgery": ["z"]})
    with pytest.raises(ConfigError, match="two groups"):
        from_groups("ward", ["a"], {"x": ["a"], "y": ["a"]})


def test_a_column_of_one_value_loses_nothing_until_it_is_gone():
    assert np.array_equal(flat("x", ["a"]).penalty(0), [0.0])
