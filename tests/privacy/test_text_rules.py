import pytest

from pharmakon.privacy.text_rules import every_match, matches, rules


def found(text):
    return [(text[m.start : m.end], m.kind) for m in matches(text, sure=True)]


def test_what_nothing_else_looks_like_is_sure():
    text = "Mail ana.ruiz@hsp.example.es, see https://portal.example/x?a=1. From 10.0.0.7 or 2001:db8::8a2e:370:7334, "
    text += "DNI 12345678Z."
    assert found(text) == [
        ("ana.ruiz@hsp.example.es", "email"),
        ("https://portal.example/x?a=1", "url"),
        ("10.0.0.7", "ip"),
        ("2001:db8::8a2e:370:7334", "ip"),
        ("12345678Z", "id"),
    ]


def test_numbers_of_a_laboratory_are_not_sure():
    assert not found(
        "Platelets 210,000; creatinine 1.1; at 10:42:07; version 3.2.1; 300.1.2.3; 4111 1111 1111 1112; ratio 1:2:3"
    )


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("17/06/2016", "date_numbers"),
        ("2016-06-17", "date_numbers"),
        ("3 de mayo del 2016", "date_spanish"),
        ("septiembre de 2000", "date_spanish"),
        ("3rd of May 2016", "date_english"),
        ("Sept 3, 2016", "date_english"),
        ("53 años", "age"),
        ("63-year-old", "age"),
        ("+34 914 90 66 60", "phone"),
        ("(555) 010-9999", "phone"),
        ("SW1A 1AA", "zip_code"),
        ("28035", "zip_code"),
        ("example.co.uk", "domain"),
        ("AB-123456", "mixed_code"),
    ],
)
def test_hints(text, rule):
    assert rule in {m.rule for m in every_match(f"x {text} y") if (m.start, m.end) == (2, 2 + len(text))}


def test_of_two_that_overlap_the_earlier_rule_stands():
    text = "write to someone@www.example.com now"
    assert [m.rule for m in matches(text)] == ["email"]


def test_the_table_is_whole():
    assert len({rule.name for rule in rules()}) == len(rules()) > 10
    assert {rule.kind for rule in rules()} <= {
        "email",
        "url",
        "device",
        "ip",
        "account",
        "id",
        "date",
        "age",
        "phone",
        "zip",
    }
