import json

import pytest

from pharmakon.privacy.patterns import find_patterns
from pharmakon.privacy.safe_harbor import identifiers
from pharmakon.workflows.planted_identifiers import (
    COLUMNS,
    HARMLESS,
    STYLES,
    bundle,
    headers,
    person,
    rows,
    write_dicom,
)


def test_every_class_is_planted_and_the_same_number_is_the_same_person():
    one = person(3, 0)
    assert {name for name, _ in one.told.values()} == set(identifiers())
    assert one == person(3, 0) != person(4, 0)
    assert int(person(8, 0).planted["age"]) > 89


def test_numbers_have_sound_check_digits():
    kinds = {hit.identifier for hit in find_patterns(person(3, 0).planted["vehicle"])}
    assert kinds == {"vehicle"}
    assert {hit.identifier for hit in find_patterns(person(3, 0).planted["account"])} == {"account"}
    assert {hit.identifier for hit in find_patterns(person(3, 0).planted["ssn"])} == {"ssn"}


@pytest.mark.parametrize("style", STYLES)
def test_a_table_has_every_column_under_a_name_of_its_own(style):
    names = headers(style)
    assert len(set(names.values())) == len(COLUMNS) + len(HARMLESS)
    assert list(rows([person(1, 0)], style)[0]) == list(names.values())


def test_a_bundle_and_an_image_hold_what_was_planted(tmp_path):
    one = person(2, 0)
    text = json.dumps(bundle(one), ensure_ascii=False)
    assert all(value in text for _, value in one.told.values())
    write_dicom(one, tmp_path / "a.dcm")
    content = (tmp_path / "a.dcm").read_bytes()
    assert one.planted["mrn"].encode() in content
    assert one.planted["biometric"].encode() in content
