"""Small cells stay hidden: an attacker with all the sums learns nothing beyond "1 to 10"."""

import numpy as np
import pytest

from pharmakon.core.errors import DataError
from pharmakon.privacy.suppression import audit, suppress, with_margins


@pytest.mark.parametrize("shape", [(3,), (4, 3), (6, 4), (2, 3, 2)])
@pytest.mark.parametrize("seed", range(4))
def test_no_small_cell_can_be_worked_out(shape, seed):
    random = np.random.default_rng(seed)
    counts = random.poisson(random.choice([4, 15, 40, 80], size=shape))
    counts.flat[0] = 90
    found = suppress(counts)
    whole = with_margins(counts)
    assert (found.primary == ((whole > 0) & (whole < 11))).all()
    assert not (found.primary & found.complementary).any()
    low, high = audit(whole, found.primary, found.hidden)
    assert (low[found.primary] <= 1 + 1e-6).all()
    assert (high[found.primary] >= 10 - 1e-6).all()
    assert found.safe


def test_hiding_the_small_cells_alone_gives_them_back():
    """What the complementary cells are for: one hidden cell of a row is the total less the rest."""
    counts = np.array([[4, 50, 60], [40, 30, 70], [80, 20, 90]])
    whole = with_margins(counts)
    primary = (whole > 0) & (whole < 11)
    low, high = audit(whole, primary, primary)
    assert low[0, 0] == pytest.approx(4)
    assert high[0, 0] == pytest.approx(4)
    found = suppress(counts)
    assert found.safe
    assert int(found.complementary.sum()) == 3  # a square of four is the least


def test_no_complementary_cell_is_superfluous():
    random = np.random.default_rng(11)
    found = suppress(random.poisson(25, size=(5, 4)))
    for cell in np.argwhere(found.complementary):
        fewer = found.hidden.copy()
        fewer[tuple(cell)] = False
        low, high = audit(found.counts, found.primary, fewer)
        at = found.primary
        assert (low[at] > 1 + 1e-6).any() or (high[at] < 10 - 1e-6).any()


def test_a_table_without_small_cells_is_shown_whole():
    found = suppress(np.array([[20, 30], [0, 40]]))
    assert not found.hidden.any()
    assert found.safe


def test_the_total_of_everybody_is_always_shown():
    found = suppress(np.array([[3, 60], [70, 5]]))
    assert not found.hidden[-1, -1]


def test_a_table_of_too_few_or_too_many_cells_is_refused():
    with pytest.raises(DataError, match="all of it is small cells"):
        suppress(np.array([3, 4]))
    with pytest.raises(DataError, match="too large"):
        suppress(np.full((70, 70), 20))
