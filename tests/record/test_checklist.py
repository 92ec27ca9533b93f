import pytest

from pharmakon.core.errors import UnknownName
from pharmakon.record.checklist import CHECKLISTS, PERSON, checklist, filled


@pytest.mark.parametrize("name", CHECKLISTS)
def test_every_item_is_there_once_and_says_something(name):
    found = checklist(name)
    numbers = [item.number for item in found.items]
    assert len(set(numbers)) == len(numbers)
    assert all(item.section and len(item.asks) > 10 for item in found.items)
    assert {int(number.rstrip("abcdefg")) for number in numbers} == set(range(1, int(numbers[-1].rstrip("abc")) + 1))


def test_as_many_items_as_published():
    assert len(checklist("remark").items) == 20
    assert int(checklist("tripod_ai").items[-1].number[:2]) == 27


def test_what_is_not_known_is_left_to_a_person():
    found = {answer.item.number: answer for answer in filled("remark", {"12": "133 patients."})}
    assert found["12"].said == "133 patients."
    assert found["12"].known
    assert found["1"].said == PERSON
    assert not found["1"].known


def test_an_item_that_is_not_there_is_told_off():
    with pytest.raises(UnknownName, match="99"):
        filled("remark", {"99": "?"})
    with pytest.raises(UnknownName, match="checklist"):
        checklist("nothing")
