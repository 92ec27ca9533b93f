from datetime import date

import pytest

from pharmakon.core.errors import UnknownName
from pharmakon.privacy.pseudonym import Pseudonyms
from pharmakon.privacy.removals import Removals
from pharmakon.privacy.tables import check_declared, clean_table
from pharmakon.privacy.treatment import Treatment

CELLS = {
    "mrn": ["11", "12", "11"],
    "name": ["Ana", "Eva", "Ana"],
    "age": ["94", "50", ""],
    "zip": ["02138", "03601", "2138"],
    "visit_date": ["2020-01-05", "2020-01-06", "2020-02-05"],
    "glucose": ["5.1", "6.2", "5.9"],
}


def cleaned(cells=CELLS, **options):
    declared = options.pop("declared", None)
    removals = Removals("t")
    treatment = Treatment(Pseudonyms(b"k" * 32), date(2026, 7, 1), **options)
    made = clean_table(cells, treatment, removals, declared=declared)
    return {one.name: made.changed.get(one.name, cells[one.name]) for one in made.kept}, removals


def test_what_identifies_goes_and_what_does_not_stays():
    made, removals = cleaned()
    assert "name" not in made
    assert made["glucose"] == CELLS["glucose"]
    assert made["mrn"][0] == made["mrn"][2] != made["mrn"][1]
    assert made["age"] == ["90+", "50", ""]
    assert made["zip"] == ["021", "000", "021"]
    assert made["visit_date"] == ["2020", "2020", "2020"]
    assert removals.of("name") == 3
    assert removals.values["Ana"] == {"t:0", "t:2"}


def test_shifted_dates_keep_what_lies_between_them():
    made, _ = cleaned(shift_dates=True)
    first, _, last = (date.fromisoformat(text) for text in made["visit_date"])
    assert (last - first).days == 31
    assert first != date(2020, 1, 5)


def test_without_a_person_dates_are_not_shifted_and_it_is_said():
    made, removals = cleaned({"visit_date": ["2020-01-05"]}, shift_dates=True)
    assert made["visit_date"] == ["2020"]
    assert any("whose a row is" in look.why for look in removals.looks)


def test_a_declaration_decides():
    made, _ = cleaned(declared={"name": "keep", "glucose": "drop"})
    assert made["name"] == CELLS["name"]
    assert "glucose" not in made


def test_a_declared_column_that_is_not_there_is_an_error():
    with pytest.raises(UnknownName, match="did you mean 'name'"):
        check_declared({"nam": "drop"}, ["name"])


def test_a_row_in_place_of_the_header_is_seen():
    from pharmakon.privacy.tables import has_no_header

    assert has_no_header(["Zacarias", "Quintanilla", "64", "E11"])
    assert not has_no_header(["name", "2019", "2020"])  # one is known
    assert not has_no_header(["0", "1", "2"])  # a program's own names
    assert not has_no_header(["gene_a", "gene_b"])
