import numpy as np
import pytest

from pharmakon.core.errors import DataError
from pharmakon.privacy import masking
from pharmakon.privacy.masking import BITS, mask, new_secret, public_key, unmask

NAMES = ("north", "south", "west")


@pytest.fixture
def secrets():
    return {name: new_secret() for name in NAMES}


def masked(values, secrets, context=b"round 1"):
    keys = {name: public_key(secret) for name, secret in secrets.items()}
    return {name: mask(values[name], name=name, secret=secrets[name], keys=keys, context=context) for name in secrets}


def test_masked_sums_are_the_plain_sums_to_the_fixed_point(secrets):
    draw = np.random.default_rng(0)
    values = {name: draw.normal(scale=1e5, size=2000) for name in NAMES}
    found = unmask(masked(values, secrets), NAMES)
    assert np.abs(found - sum(values.values())).max() <= len(NAMES) * 2.0 ** -(BITS + 1) * 1.001


def test_one_file_alone_is_uniform_whatever_is_in_it(secrets):
    from scipy.stats import chisquare, kstest

    sent = masked({name: np.zeros(100_000) for name in NAMES}, secrets)["north"]
    octets = sent.view(np.uint8)
    assert chisquare(np.bincount(octets, minlength=256)).pvalue > 1e-4
    assert kstest(sent.astype(np.float64) / 2.0**64, "uniform").pvalue > 1e-4


def test_two_files_without_the_third_are_uniform_too(secrets):
    from scipy.stats import kstest

    parts = masked({name: np.full(50_000, 3.0) for name in NAMES}, secrets)
    two = parts["north"] + parts["south"]
    assert kstest(two.astype(np.float64) / 2.0**64, "uniform").pvalue > 1e-4


def test_every_round_has_masks_of_its_own(secrets):
    values = {name: np.zeros(50) for name in NAMES}
    assert not np.any(masked(values, secrets)["west"] == masked(values, secrets, b"round 2")["west"])


def test_a_missing_or_unknown_hospital_is_named(secrets):
    parts = masked({name: np.ones(3) for name in NAMES}, secrets)
    with pytest.raises(DataError, match="west"):
        unmask({name: parts[name] for name in NAMES[:2]}, NAMES)
    with pytest.raises(DataError, match="east"):
        unmask({**parts, "east": parts["west"]}, NAMES)


def test_another_key_under_its_name_is_seen(secrets):
    keys = {name: public_key(secret) for name, secret in secrets.items()}
    keys["north"] = public_key(new_secret())
    with pytest.raises(DataError, match="somebody changed it"):
        mask(np.ones(3), name="north", secret=secrets["north"], keys=keys, context=b"1")


def test_what_does_not_fit_and_too_few_hospitals_are_refused(secrets):
    with pytest.raises(DataError, match="larger"):
        masked({name: np.full(2, 1e13) for name in NAMES}, secrets)
    with pytest.raises(DataError, match="larger"):
        masked({name: np.full(2, np.nan) for name in NAMES}, secrets)
    two = {name: secrets[name] for name in NAMES[:2]}
    with pytest.raises(DataError, match="three hospitals"):
        masked({name: np.ones(2) for name in two}, two)


def test_the_stream_is_chacha20_of_a_key_that_both_owners_get(secrets):
    one, two = secrets["north"], secrets["south"]
    assert np.array_equal(
        masking._stream(one, public_key(two), 9, info=b"x"), masking._stream(two, public_key(one), 9, info=b"x")
    )
