from __future__ import annotations

import numpy as np
import pytest

from pharmakon.chem.properties import NAMED
from pharmakon.chem.reference import percentile, quantiles
from pharmakon.core.errors import UnknownName


def test_every_named_property_has_a_reference() -> None:
    for name in NAMED:
        assert percentile(np.array([1.0]), name).shape == (1,)


def test_ranks_rise_and_stay_in_range() -> None:
    got = percentile(np.array([-1e9, 100.0, 350.0, 700.0, 1e9, np.nan]), "mw")
    assert got[0] == 0
    assert got[4] == 100
    assert (np.diff(got[:5]) > 0).all()
    assert 30 < got[2] < 70
    assert np.isnan(got[5])


def test_a_value_that_many_drugs_share_is_in_their_middle() -> None:
    none = percentile(np.array([0.0]), "alerts")[0]
    assert 10 < none < 50


def test_an_unknown_property() -> None:
    with pytest.raises(UnknownName, match="did you mean 'qed'"):
        percentile(np.array([1.0]), "qde")


def test_shares_of_the_drugs_lie_below_their_quantiles() -> None:
    low, high = quantiles("mw", (0.05, 0.95))
    assert percentile(np.array([low, high]), "mw") == pytest.approx([5, 95], abs=1)
    assert quantiles("nonsense", (0.0, 1.0)) is None
