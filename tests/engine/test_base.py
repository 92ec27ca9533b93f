from pharmakon.core.errors import DataError, PharmakonError
from pharmakon.engine.base import located


def test_our_errors_stay_what_they_are_and_say_where_they_came_from():
    error = DataError("x is empty")
    assert located(error, index=3, label="reading") is error
    assert str(error) == "x is empty"
    assert error.__notes__ == ["while working on item 3 of reading"]


def test_other_errors_become_ours_and_keep_their_cause():
    cause = ValueError("math domain error")
    error = located(cause, index=3, label="")
    assert type(error) is PharmakonError
    assert str(error) == "item 3 failed: ValueError: math domain error"
    assert error.__cause__ is cause
