import pytest

from pharmakon.privacy.fhir_elements import (
    Kind,
    codes_kept,
    instant,
    is_code,
    kind_of,
    public,
    removed_path,
    removing_extension,
)


@pytest.mark.parametrize(
    ("node", "key", "kind"),
    [
        ({"family": "A"}, "name", Kind.NAME),
        ({"city": "A"}, "address", Kind.ADDRESS),
        ({"system": "fax", "value": "1"}, "telecom", Kind.CONTACT),
        ({"system": "urn:x", "value": "1"}, "identifier", Kind.IDENTIFIER),
        ({"value": "1"}, "masterIdentifier", Kind.IDENTIFIER),
        ({"reference": "Patient/1"}, "subject", Kind.REFERENCE),
        ({"display": "A"}, "payor", Kind.REFERENCE),
        ({"display": "A"}, "coding", Kind.CODING),
        ({"system": "x", "code": "y"}, "class", Kind.CODING),
        ({"contentType": "text/plain", "data": "x"}, "attachment", Kind.ATTACHMENT),
        ({"url": "x"}, "extension", Kind.EXTENSION),
        ({"value": 3.0, "unit": "kg", "system": "x", "code": "kg"}, "valueQuantity", Kind.OTHER),
        ({"start": "2019"}, "period", Kind.OTHER),
        ({"line": ["a"]}, "valueAddress", Kind.ADDRESS),
    ],
)
def test_a_datatype_is_told_by_name_and_shape(node, key, kind):
    assert kind_of(node, key) is kind


def test_public_addresses_and_codes():
    assert public("http://loinc.org")
    assert public("http://terminology.hl7.org/CodeSystem/v2-0203")
    assert not public("http://loinc.org.evil.example/x")
    assert not public("http://hospital.example/loinc.org")
    assert is_code("final", "status")
    assert is_code("10*3/uL", "code")
    assert not is_code("final", "comment")
    assert not is_code("555123", "code")


def test_what_goes_whole():
    assert removed_path("Patient.photo") == "photo"
    assert removed_path("Location.position") == "place"
    assert removed_path("Patient.gender") == ""
    assert removing_extension("http://own.example/x") == "other"
    assert removing_extension("http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName") == "name"
    assert removing_extension("http://hl7.org/fhir/us/core/StructureDefinition/us-core-race") == ""


def test_instants_and_words_of_codes():
    assert instant("issued", "Observation.issued")
    assert instant("date", "DocumentReference.date")
    assert not instant("date", "Immunization.date")
    assert codes_kept({"coding": [{"system": "http://loinc.org", "display": "Age"}, {"display": "Own"}]}) == {"age"}
