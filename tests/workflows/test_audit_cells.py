import numpy as np

from pharmakon.fairness.groups import Groups
from pharmakon.workflows.audit_cells import cells_of


def test_every_cell_is_listed_and_a_small_one_is_pooled():
    sex = Groups.of("sex", ["f"] * 100 + ["m"] * 104)
    race = Groups.of("race", (["A", "B"] * 50) + ["A"] * 100 + ["B"] * 4)
    label = np.array(([1.0, 0, 0, 1] * 25) + [1.0, 0] * 50 + [1.0] * 4)
    found = {cell.cell: cell for cell in cells_of({"sex": sex, "race": race}, label, label > 2)}
    assert set(found) == {"f × A", "f × B", "m × A", "m × B"}
    small = found["m × B"]
    assert (small.n, small.events) == (4, 4) and "4 people" in small.small
    assert 0.5 < small.prevalence.value < 0.95  # not 1
    assert small.found.value < 0.2
    assert not found["m × A"].small


def test_one_column_has_no_intersections_and_a_number_no_rates():
    sex, race = Groups.of("sex", ["f", "m"] * 40), Groups.of("race", ["A"] * 40 + ["B"] * 40)
    assert cells_of({"sex": sex}, np.zeros(80), None) == []
    found = cells_of({"sex": sex, "race": race}, None, None)
    assert np.isnan(found[0].prevalence.value) and "20 people" in found[0].small


def test_who_has_no_risk_or_no_known_outcome_is_not_counted_as_missed():
    sex = Groups.of("sex", ["f"] * 200 + ["m"] * 200)
    race = Groups.of("race", ["A", "B"] * 200)
    label = np.tile([1.0, 1.0, 0.0, 0.0], 100)
    called = np.where(np.arange(400) % 8 < 4, label, np.nan)  # perfect where there is a risk
    for cell in cells_of({"sex": sex, "race": race}, label, called):
        assert cell.found.value > 0.95
    label[np.arange(400) % 8 > 3] = np.nan
    for cell in cells_of({"sex": sex, "race": race}, label, None):
        assert (cell.n, cell.events) == (100, 25) and abs(cell.prevalence.value - 0.5) < 0.02
