import numpy as np

from pharmakon.biomarkers.identifiers import hashed, salt_of


def test_equal_identifiers_are_known_again_and_another_salt_gives_other_numbers():
    salt = salt_of("a cohort", "0")
    assert hashed([" P1", "p2"], salt).tolist() == hashed(["P1", "P2"], salt).tolist()
    assert not np.isin(hashed(["P1"], salt), hashed(["P2", "P3"], salt)).any()
    assert hashed(["P1"], salt) != hashed(["P1"], salt_of("a cohort", "1"))
    assert salt == salt_of("a cohort", "0")
