"""Filters of a library: each condition means what it says, and what a request names is never run as SQL."""

from __future__ import annotations

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, UnknownName, UsageError
from pharmakon.workflows.library_filter import LibraryFilter, Order, condition, ordering, quoted

READABLE = [i for i in range(60) if i not in (7, 9)]


def test_a_row_is_let_through_that_meets_every_condition(library):
    mw = library.values("mw")
    heavy = library.find(LibraryFilter(ranges={"mw": (150, None)}, problems="none"))
    assert heavy.tolist() == [i for i in READABLE if mw[i] >= 150]
    between = library.find(LibraryFilter(ranges={"mw": (120, 150)}))
    assert between.tolist() == [i for i in READABLE if 120 <= mw[i] <= 150] and len(between)
    assert library.find(LibraryFilter(ranges={"mw": (None, None)})).tolist() == READABLE  # a number there must be
    assert library.find(LibraryFilter(problems="only")).tolist() == [7, 9]


def test_verdicts_and_domains_are_those_that_the_rows_show(library):
    shown = library.page(range(60), ["herg", "ames"])
    for name in ("herg", "ames"):
        told = [item["verdicts"].get(name, "") for item in shown]
        for verdict in ("good", "poor", "don't know"):
            found = library.find(LibraryFilter(verdicts={name: (verdict,)})).tolist()
            assert found == [row for row in range(60) if told[row] == verdict]
        known = library.find(LibraryFilter(in_domain=(name,))).tolist()
        assert known == [item["row"] for item in shown if name not in item["outside"] and not item["problem"]]
    assert 0 < library.find(LibraryFilter(in_domain=("herg",))).size < len(READABLE)
    assert library.find(LibraryFilter(verdicts={"ames": ()})).size == 0


def test_text_is_sought_as_it_stands_in_ids_structures_and_columns_of_text(library):
    assert library.find(LibraryFilter(text="m1")).tolist() == [1, *range(10, 20)]
    assert library.find(LibraryFilter(text="BROKEN")).tolist() == [7]
    assert len(library.find(LibraryFilter(text="=HYPERLINK(1)"))) == 58
    for text in ("%", "M_1", "' OR true --"):  # neither wildcards nor SQL
        assert library.find(LibraryFilter(text=text)).size == 0


def test_names_are_quoted_and_values_are_parameters():
    columns = {'a"b': {"kind": "number"}, "note": {"kind": "text"}}
    sql, values = condition(LibraryFilter(text="it's", ranges={'a"b': (1, 2)}), columns)
    assert quoted('a"b') == '"a""b"' and '"a""b" >= ?' in sql
    assert "it's" not in sql and values == ["it's"] * 4 + [1, 2]
    assert ordering(Order(), columns) == "row"
    assert ordering(Order(sort="note", down=True), columns) == "NULLIF(\"note\", '') DESC NULLS LAST, row"


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (LibraryFilter(ranges={"nothing": (0, 1)}), UnknownName),
        (LibraryFilter(ranges={'mw" OR true --': (0, 1)}), UnknownName),
        (LibraryFilter(ranges={"remark": (0, 1)}), UsageError),
        (LibraryFilter(verdicts={"mw": ("good",)}), UsageError),
        (LibraryFilter(in_domain=("mw",)), UsageError),
    ],
)
def test_a_column_that_cannot_decide_is_refused(library, asked, error):
    with pytest.raises(error):
        condition(asked, library.columns)


def test_an_unknown_column_to_sort_by_and_an_unknown_key_are_refused(library):
    with pytest.raises(UnknownName, match="nothing"):
        ordering(Order(sort="nothing"), library.columns)
    with pytest.raises(ConfigError, match="mass"):
        build(LibraryFilter, {"mass": 3})
