import numpy as np

from pharmakon.biomarkers.kept_back import KEPT_BACK, parts_of

NAMES = [f"patient {i}" for i in range(4000)]


def test_the_parts_have_their_shares():
    parts = parts_of(NAMES, salt="study", share=0.3, folds=3)
    assert abs((parts == KEPT_BACK).mean() - 0.3) < 0.03
    assert all(abs((parts == fold).mean() - 0.7 / 3) < 0.03 for fold in range(3))


def test_a_patient_has_one_part_wherever_they_stand():
    parts = parts_of(NAMES, salt="study", share=0.3, folds=3)
    assert np.array_equal(parts_of(NAMES[::-1][:100], salt="study", share=0.3, folds=3), parts[::-1][:100])


def test_another_study_splits_otherwise():
    a, b = (parts_of(NAMES, salt=salt, share=0.3, folds=3) for salt in ("one", "two"))
    assert 0.2 < (a == b).mean() < 0.3, "as if they had nothing to do with each other"


def test_nobody_is_kept_back_where_no_share_is():
    assert (parts_of(NAMES, salt="s", share=0.0, folds=2) >= 0).all()
