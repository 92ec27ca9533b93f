import numpy as np

from pharmakon.biomarkers.kept_back import KEPT_BACK, parts_of

N = 4000
NAMES = [f"patient {i}" for i in range(N)]
CLASSES = (np.arange(N) % 5 == 0).astype(float)
HOW = {"salt": "study", "share": 0.3, "folds": 3}


def test_the_parts_have_their_shares_in_each_class():
    parts = parts_of(NAMES, CLASSES, **HOW)
    assert abs((parts == KEPT_BACK).mean() - 0.3) < 0.03
    for one in (0, 1):
        sizes = np.bincount(parts[(one == CLASSES) & (parts != KEPT_BACK)])
        assert len(sizes) == 3
        assert np.ptp(sizes) <= 1


def test_the_order_of_the_rows_decides_nothing():
    parts = parts_of(NAMES, CLASSES, **HOW)
    assert np.array_equal(parts_of(NAMES[::-1], CLASSES[::-1], **HOW), parts[::-1])


def test_who_is_kept_back_depends_on_the_identifier_alone():
    parts = parts_of(NAMES, CLASSES, **HOW)
    some = parts_of(NAMES[:100], 1 - CLASSES[:100], **HOW)
    assert np.array_equal(some == KEPT_BACK, parts[:100] == KEPT_BACK)


def test_a_patient_who_is_kept_back_has_no_say_in_the_folds():
    parts = parts_of(NAMES, CLASSES, **HOW)
    held = parts == KEPT_BACK
    assert np.array_equal(parts_of(NAMES, np.where(held, 1 - CLASSES, CLASSES), **HOW), parts)
    kept = np.flatnonzero(~held)
    assert np.array_equal(parts_of([NAMES[i] for i in kept], CLASSES[kept], **HOW), parts[kept])


def test_rows_of_a_patient_stay_together():
    names = [NAMES[i // 3] for i in range(300)]
    parts = parts_of(names, np.tile([0.0, 1.0, 1.0], 100), **HOW).reshape(-1, 3)
    assert (parts == parts[:, :1]).all()


def test_another_study_splits_otherwise():
    a, b = (parts_of(NAMES, CLASSES, **{**HOW, "salt": salt}) for salt in ("one", "two"))
    assert 0.2 < (a == b).mean() < 0.3, "as if they had nothing to do with each other"


def test_nobody_is_kept_back_where_no_share_is():
    assert (parts_of(NAMES, CLASSES, **{**HOW, "share": 0.0}) >= 0).all()
