import pytest

from pharmakon.privacy.patterns import find_patterns, patterns
from pharmakon.privacy.safe_harbor import identifiers


def test_every_pattern_is_of_one_of_the_18():
    assert {one.identifier for one in patterns()} <= set(identifiers())


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        ("write to ana.garcia@hospital.example.org", "email"),
        ("https://portal.example.com/u/1", "url"),
        ("192.168.10.254", "ip"),
        ("2001:db8::8a2e:370:7334", "ip"),
        ("00:1B:44:11:3A:B7", "device"),
        ("(01)00844588003288(17)141120", "device"),
        ("IMG_2031.jpg", "photo"),
        ("ES91 2100 0418 4502 0005 1332", "account"),
        ("4111 1111 1111 1111", "account"),
        ("1HGCM82633A004352", "vehicle"),
        ("123-45-6789", "ssn"),
        ("12345678Z", "ssn"),
        ("X1234567L", "ssn"),
        ("(617) 555-0192", "phone"),
        ("+34 612 345 678", "phone"),
        ("612 34 56 78", "phone"),
        ("02138-1234", "place"),
        ("42.36140, -71.11021", "place"),
        ("12 Old Mill Road", "place"),
        ("Calle Mayor 12, 3º B", "place"),
        ("d88f994a-5efa-421d-9c40-5f116d2114a6", "other"),
    ],
)
def test_what_identifies_by_its_form(text, identifier):
    assert [hit.identifier for hit in find_patterns(text)] == [identifier]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "E11.9",
            "120/80 mmHg",
            "245000",
            "Body mass index 30+ - obesity (finding)",
            "12345678A",
            "T2N0M0",
            "c.35G>A",
        ),
        *("1HGCM82643A004352", "1.2.840.10008.1.2", "http://loinc.org", "http://hl7.org/fhir/sid/us-ssn", "3.5e-07"),
        *("Naproxen sodium 220 MG Oral Tablet", "ENSG00000141510", "pT1c pN0", "2019-03-14"),
    ],
)
def test_what_does_not(text):
    assert find_patterns(text) == []
