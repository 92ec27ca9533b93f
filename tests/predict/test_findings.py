"""Findings come with the worst first."""

from pharmakon.predict.findings import Case, Finding, cases, passed, ranked


def finding(name, severity, *rows):
    return Finding(name, severity, name, name, cases=tuple(Case(r) for r in rows))


def test_the_worst_come_first_and_then_what_concerns_most_rows():
    found = [
        passed("d", "D", "nothing"),
        finding("c", "info", (1, 2, 3)),
        finding("b", "error", (1,)),
        finding("a", "error", (1, 2), (2, 3)),
    ]
    assert [f.name for f in ranked(found)] == ["a", "b", "c", "d"]


def test_a_row_in_two_cases_is_one_row():
    assert finding("x", "info", (1, 2), (2, 3)).rows == 3


def test_the_largest_case_comes_first_and_equals_keep_the_order_of_rows():
    found = cases([Case((5,), "", 1.0), Case((9,), "", 3.0), Case((2,), "", 1.0)])
    assert [case.rows for case in found] == [(9,), (2,), (5,)]
