"""How an attack is said and shown."""

import numpy as np

from pharmakon.privacy.attack import measure
from pharmakon.workflows.attack_output import COLUMNS, rows, verdict


def attack(shift, n=3_000):
    member = np.arange(2 * n) < n
    return measure("loss", np.random.default_rng(0).normal(size=2 * n) + shift * member, member)


def test_a_leak_and_none_are_said_in_a_sentence():
    assert verdict([attack(1.0)]).startswith("It gives away whom it was made with: AUC 0.7")
    assert verdict([attack(0.0)]).startswith("It was not shown to")
    assert "caught at 1 % of false alarms" in verdict([attack(1.0)])


def test_a_row_has_every_column_and_says_what_cannot_be_told():
    (row,) = rows([attack(1.0)])
    assert len(row) == len(COLUMNS)
    assert row[4] == "cannot tell"
    assert row[-1] == "LEAKS"
