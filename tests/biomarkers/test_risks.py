import numpy as np
import pytest

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.risks import Risks, digests, identifying, seen_before
from pharmakon.core.errors import DataError

NAMES = tuple("abcdefg")
VALUES = np.random.default_rng(0).normal(size=(6, 7))
VALUES[1, 2], VALUES[5] = np.nan, np.nan
BLOCK = {"omics": Block("omics", VALUES, NAMES)}


def test_training_patients_are_known_again_whatever_the_order():
    known = digests({"omics": BLOCK["omics"].take([0, 1, 5])})
    assert seen_before(BLOCK, known).tolist() == [True, True, False, False, False, False]
    order = [6, 5, 4, 3, 2, 1, 0]
    turned = Block("omics", VALUES[:, order], tuple(NAMES[i] for i in order))
    assert seen_before({"omics": turned}, known).tolist() == [True, True, False, False, False, False]


def test_a_few_columns_do_not_tell_patients_apart():
    assert digests({"clinical": Block("clinical", np.ones((3, 2)), ("sex", "stage"))}) == {}


def test_risks_of_seen_patients_cannot_be_judged():
    seen = np.array([False, True, False])
    risks = Risks(np.ones(3) / 2, np.zeros(3), np.zeros(3, dtype=np.int64), seen, "a")
    with pytest.raises(DataError, match="1 of 3 patients made the model"):
        risks.fair()
    assert len(risks.take(~seen).fair()) == 2


def test_values_that_many_share_are_no_fingerprint():
    """Age in years, sex and stage of two patients may be the same."""
    shared = Block("clinical", np.repeat(np.arange(40.0).reshape(8, 5), 3, axis=0), tuple("abcde"))
    own = Block("rna", np.random.default_rng(0).normal(size=(24, 5)), tuple("abcde"))
    assert set(identifying({"clinical": shared, "rna": own})) == {"rna"}


def test_patients_who_are_only_alike_are_no_training_patients():
    """Of six coarse values all may differ among 120 patients, and a stranger is like one of them all the same."""
    strangers = 0
    for seed in range(10):
        random = np.random.default_rng(seed)

        def clinical(n, random=random):
            ages = random.integers(40, 85, n)
            levels = [random.integers(0, k, n) for k in (2, 4, 3, 3, 2)]
            return {"clinical": Block("clinical", np.column_stack([ages, *levels]).astype(float), tuple("abcdef"))}

        known = identifying(clinical(120))
        strangers += int(seen_before(clinical(300), known).sum())
    assert strangers == 0
    genes = {
        "rna": Block("rna", np.random.default_rng(0).normal(size=(120, 20)).round(1), tuple("abcdefghijklmnopqrst"))
    }
    assert seen_before(genes, identifying(genes)).all()
