"""The listing of a table of counts and the words of risks."""

import numpy as np

from pharmakon.privacy.risk import assess
from pharmakon.privacy.suppression import suppress
from pharmakon.workflows.anonymise import Cells
from pharmakon.workflows.anonymise_output import listing, risk_rows


def test_hidden_counts_are_stars_and_totals_are_named():
    table = Cells(("sex", "stage"), (("F", "M"), ("I", "II")), suppress(np.array([[4, 50], [60, 70]])))
    rows = list(listing(table))
    assert len(rows) == 9
    assert rows[0] == {"sex": "F", "stage": "I", "count": "*"}
    assert rows[-1] == {"sex": "total", "stage": "total", "count": 184}
    shown = {(r["sex"], r["stage"]): r["count"] for r in rows}
    assert sum(v == "*" for v in shown.values()) >= 4


def test_risks_are_said_before_and_after():
    before, after = assess(np.arange(40), population=4000), assess(np.zeros(40, dtype=int), population=4000)
    said = {row[0]: row[1:] for row in risk_rows(before, after)}
    assert said["prosecutor, highest"] == ("100.0%", "2.5%")
    assert said["unique records"] == ("100.0%", "0.0%")
    assert "Pitman" in said["unique in the population"][0]
