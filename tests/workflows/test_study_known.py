import numpy as np

from pharmakon.workflows.study_known import KnownPatients
from pharmakon.workflows.study_signature import load


def test_a_folder_keeps_signs_and_hashes_and_no_name(wide):
    path = wide.folder / "signature"
    known = load(path).known
    assert set(known.sketches) == {"rna"}
    assert known.alike(wide.cohort.blocks).all()
    assert known.named_alike(wide.cohort).all()
    assert "No value can be read back" in load(path).card["known again"]["what"]
    everything = b"".join(file.read_bytes() for file in path.iterdir())
    assert b"P17" not in everything


def test_the_same_cohort_gives_the_same_bytes_and_another_another_salt(wide, cohort):
    again = KnownPatients.of(wide.cohort)
    known = load(wide.folder / "signature").known
    assert again.salt == known.salt
    np.testing.assert_array_equal(again.sketches["rna"].signs, known.sketches["rna"].signs)
    assert KnownPatients.of(cohort).salt != known.salt


def test_a_folder_without_them_knows_nobody(cohort):
    nobody = KnownPatients()
    assert not nobody.alike(cohort.blocks).any()
    assert not nobody.named_alike(cohort).any()
