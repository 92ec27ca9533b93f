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
