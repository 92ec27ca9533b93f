"""The forms as data."""

import pytest

from pharmakon.core.errors import UnknownName
from pharmakon.record.form import FORMS, form

FIELDS = {"qmrf": 57, "qprf": 57}


@pytest.mark.parametrize("name", FORMS)
def test_every_field_has_its_own_number_and_names_who_is_asked(name):
    read = form(name)
    numbers = [field.number for field in read.fields]
    assert len(numbers) == len(set(numbers)) == FIELDS.get(name, len(numbers))
    assert read.title and read.version and read.source and read.numbering
    for field in read.fields:
        assert field.title and field.who and field.fill in ("machine", "part", "person"), field.number
        assert field.fill == "machine" or field.adds, f"{field.number} does not say what a person has to add"


def test_the_sections_of_the_qmrf_have_as_many_fields_as_the_form():
    assert [len(section.fields) for section in form("qmrf").sections] == [3, 9, 7, 7, 4, 12, 9, 3, 3]


def test_a_checklist_is_a_form_too():
    remark = form("remark")
    assert [field.number for field in remark.fields] == [str(n) for n in range(1, 21)]
    assert remark.sections[0].title == "Introduction" and "Altman" in remark.source


def test_a_form_or_field_that_there_is_not():
    with pytest.raises(UnknownName, match="qmrf"):
        form("qmfr")
    with pytest.raises(UnknownName, match=r"9\.9"):
        form("qmrf").require("9.9")
