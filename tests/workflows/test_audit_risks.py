import numpy as np
import pytest

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.workflows.audit_risks import read_risks


def table(tmp_path, text):
    path = tmp_path / "risks.csv"
    path.write_text(text)
    return path


def test_risks_meet_their_samples(cohort, tmp_path):
    rows = [f"{one},{i % 3},{0.1 + i / 100:.2f},0.9" for i, one in enumerate(cohort.ids)]
    path = table(tmp_path, "\n".join(["sample,fold,fused,trees", *reversed(rows[1:])]))
    found = read_risks(path, cohort)
    assert found.column == "fused" and np.isnan(found.value[0]) and found.value[5] == 0.15
    assert found.fold[5] == "2" and "1 of 60 samples have no risk" in found.notes[1]
    assert read_risks(path, cohort, column="trees").value[3] == 0.9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sample,risk\nX,0.5\n", "none of its samples"),
        ("sample,risk\nS1,0.5\nS1,0.5\n", "stands twice"),
        ("sample,risk\nS1,7\n", "no risks"),
        ("sample,risk\nS1,high\n", "holds no risks"),
    ],
)
def test_what_is_no_table_of_risks(cohort, tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        read_risks(table(tmp_path, text), cohort)


def test_a_column_that_is_not_there(cohort, tmp_path):
    with pytest.raises(UnknownName):
        read_risks(table(tmp_path, "sample,risk\nS1,0.5\n"), cohort, column="score2")
