"""Requests that make no sense are refused."""

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError
from pharmakon.workflows.release_request import Request


def request(**statistic):
    return {"people": 100, "budget": {"epsilon": 1}, "statistics": [{"name": "x", "epsilon": 0.1, **statistic}]}


@pytest.mark.parametrize(
    "good",
    [
        {"kind": "count"},
        {"kind": "mean", "column": "age", "low": 0, "high": 9},
        {"kind": "histogram", "column": "a", "categories": ["x"]},
        {"kind": "histogram", "column": "a", "edges": [0, 1, 2]},
        {"kind": "survival", "times": [1, 2]},
    ],
)
def test_whole_requests(good):
    assert build(Request, request(**good)).statistics[0].kind == good["kind"]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"kind": "count", "column": "a"}, "no column"),
        ({"kind": "mean", "column": "a"}, "low and high"),
        ({"kind": "mean", "column": "a", "low": 3, "high": 3}, "low below high"),
        ({"kind": "histogram", "column": "a"}, "categories or edges"),
        ({"kind": "histogram", "column": "a", "categories": ["x"], "edges": [0, 1]}, "either"),
        ({"kind": "histogram", "column": "a", "categories": ["x", "x"]}, "twice"),
        ({"kind": "histogram", "column": "a", "edges": [2, 1]}, "rise"),
        ({"kind": "survival", "times": [0, 1]}, "above 0"),
        ({"kind": "survival", "times": [1], "by": "arm"}, "groups"),
        ({"kind": "count", "epsilon": 0}, "epsilon"),
    ],
)
def test_mistakes_are_told(bad, said):
    with pytest.raises(ConfigError, match=said):
        build(Request, request(**bad))


def test_two_statistics_need_two_names():
    asked = request(kind="count")
    asked["statistics"] *= 2
    with pytest.raises(ConfigError, match="one name"):
        build(Request, asked)


def test_cells_of_a_histogram():
    assert build(Request, request(kind="histogram", column="a", edges=[0, 1, 2])).statistics[0].cells == 2
