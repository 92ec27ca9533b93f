"""Rules that make no sense are refused before anything is read."""

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError
from pharmakon.workflows.anonymise_request import Request

SMALL = {"quasi": [{"column": "age"}]}


def test_defaults_are_those_of_a_public_release():
    found = build(Request, SMALL)
    assert (found.k, found.suppression, found.loss) == (11, 0.05, "ncp")
    assert found.written == found.read == ("age",)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"quasi": []}, "quasi"),
        ({"quasi": [{"column": "a", "intervals": [5], "prefixes": [1]}]}, "one of"),
        (SMALL | {"sensitive": [{"column": "age"}]}, "one role"),
        (SMALL | {"sensitive": [{"column": "s", "distance": "hierarchical"}]}, "needs a hierarchy"),
        (SMALL | {"kk": 3}, "did you mean 'k'"),
        (SMALL | {"suppression": 2}, "suppression"),
    ],
)
def test_mistakes_are_told(bad, said):
    with pytest.raises(ConfigError, match=said):
        build(Request, bad)


def test_columns_that_are_read():
    more = {"cells": [{"columns": ["sex", "age"]}], "predict": "smoker", "keep": ["note"]}
    assert build(Request, SMALL | more).read == ("age", "note", "sex", "smoker")


@pytest.mark.parametrize(("one", "other", "fits"), [
    (["sex", "age"], ["sex", "town"], False),
    (["sex", "age"], ["age"], True),
    (["sex", "age"], ["age", "sex"], True),
    (["sex"], ["town"], True),
])  # fmt: skip
def test_tables_of_counts_that_share_a_column_are_one_or_a_part_of_one(one, other, fits):
    asked = {"quasi": [{"column": "age"}], "cells": [{"columns": one}, {"columns": other}]}
    if fits:
        assert len(build(Request, asked).cells) == 2
    else:
        with pytest.raises(ConfigError, match="ask for one of age, sex, town"):
            build(Request, asked)
