"""Numbers that check themselves."""

import pytest

from pharmakon.privacy.check_digits import CHECKS


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("luhn", "4111 1111 1111 1111", "4111 1111 1111 1112"),
        ("luhn", "4111111111111111", "0000000000000000"),
        ("iban", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
        ("iban", "gb82west12345698765432", "GB82WEST12345698765433"),
        ("ssn", "078-05-1120", "666-05-1120"),
        ("dni", "12345678Z", "12345678A"),
        ("dni", "12.345.678-z", "12.345.678-a"),
        ("dni", "X1234567L", "X1234567A"),
        ("nuss", "28/12345678/40", "28/12345678/41"),
        ("nhs", "943 476 5919", "943 476 5918"),
        ("vin", "1M8GDM9AXKP042788", "1M8GDM9A1KP042788"),
    ],
)
def test_the_right_number_passes_and_a_slip_does_not(name, right, wrong):
    assert CHECKS[name](right)
    assert not CHECKS[name](wrong)
