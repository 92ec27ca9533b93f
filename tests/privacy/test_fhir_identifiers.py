import pytest

from pharmakon.privacy.fhir_identifiers import class_of, pointed, tokens
from pharmakon.privacy.pseudonym import Pseudonyms
from pharmakon.privacy.safe_harbor import identifiers, table

KEY = Pseudonyms(b"k" * 32)


def test_the_table_names_the_18():
    facts = table("fhir")
    names = {*facts["identifier_types"], *facts["identifier_systems"], *facts["remove"], *facts["extensions"].values()}
    assert names <= set(identifiers())


def test_what_an_identifier_is():
    typed = {"type": {"coding": [{"code": "SS"}]}, "value": "1"}
    assert class_of(typed) == "ssn"
    assert class_of({"system": "http://hl7.org/fhir/sid/us-npi", "value": "1"}) == "licence"
    assert class_of({"value": "1"}) == "other"


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("Patient/12", ("Patient", "12")),
        ("http://x.example/fhir/Patient/12/_history/3", ("Patient", "12")),
        ("urn:uuid:ab-1", ("", "ab-1")),
        ("#own", ("", "own")),
        ("Patient?name=Ana", ("", "")),
    ],
)
def test_where_a_reference_points(reference, target):
    assert pointed(reference) == target


def test_every_form_gets_the_same_token():
    token = KEY.token("12")
    assert tokens("Patient/12", KEY) == (f"Patient/{token}", "12")
    assert tokens("https://x.example/Patient/12", KEY)[0] == f"https://deidentified.invalid/Patient/{token}"
    assert tokens("#12", KEY)[0] == f"#{token}"
    assert tokens("Patient?name=Ana", KEY) == ("Patient", "Patient?name=Ana")
    assert tokens("Patient", KEY) == ("Patient", "")
    assert tokens("ask Ana", KEY) == ("", "ask Ana")
    assert tokens("urn:oid:1.2.3", KEY)[0] == f"urn:oid:{KEY.uid('1.2.3')}"
