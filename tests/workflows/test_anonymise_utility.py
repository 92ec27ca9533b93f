"""A model learns what is there, and less of it once it is generalised away."""

import numpy as np
import pandas as pd
import pytest

from pharmakon.core.errors import DataError
from pharmakon.privacy.hierarchy import flat
from pharmakon.privacy.lattice import Search
from pharmakon.workflows.anonymise_utility import auc_before_after


def setting():
    random = np.random.default_rng(8)
    cause, other = random.integers(0, 4, 400), random.integers(0, 3, 400)
    answer = np.where(random.random(400) < np.where(cause < 2, 0.85, 0.15), "yes", "no")
    frame = pd.DataFrame({"cause": cause.astype(str), "other": other.astype(str), "answer": answer})
    hierarchies = [flat(name, frame[name].tolist()) for name in ("cause", "other")]
    leaves = np.column_stack([h.encode(frame[h.name].tolist()) for h in hierarchies])
    return frame, hierarchies, Search(hierarchies, leaves, k=2)


def test_what_is_hidden_is_not_learnt():
    frame, hierarchies, search = setting()
    before, same = auc_before_after(frame, hierarchies, search.at((0, 0)), "answer")
    assert before > 0.8
    assert same == pytest.approx(before, abs=0.02)
    _, hidden = auc_before_after(frame, hierarchies, search.at((1, 0)), "answer")
    assert hidden < 0.62


def test_what_has_not_two_classes_is_refused():
    frame, hierarchies, search = setting()
    with pytest.raises(DataError, match="two classes"):
        auc_before_after(frame, hierarchies, search.at((0, 0)), "cause")
