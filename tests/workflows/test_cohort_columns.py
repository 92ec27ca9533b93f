"""The columns of a table before a cohort is declared on it: their words, and which of them name samples."""

import pytest

from pharmakon.core.errors import DataError
from pharmakon.workflows.cohort_columns import LEVELS, NAMED, ColumnsConfig, run


@pytest.fixture
def looked(tmp_path):
    """Writes a table and looks at its columns."""

    def look(header, rows):
        (tmp_path / "table.csv").write_text("\n".join([header, *rows]) + "\n")
        return run(ColumnsConfig(data=tmp_path / "table.csv"))

    return look


def test_columns_are_told_with_their_words(looked):
    rows = [f"S{i},{'no' if i % 4 else 'yes'},{'' if i < 3 else i % 2},{50 + i}.5" for i in range(40)]
    found = looked("sample,relapse,plate,age", rows)
    assert found.names == ["sample", "relapse", "plate", "age"] and found.rows == 40
    assert found.levels == {"relapse": ["no", "yes"], "plate": ["1", "0"]}  # the commonest first, no empty word
    assert found.ids == ["sample"]  # an age that differs in everybody is no name


def test_few_words_are_levels_and_many_that_repeat_are_nothing(looked):
    rows = [f"S{i},w{i % LEVELS},w{i % (LEVELS + 1)},P{i - (i == 39)}" for i in range(40)]
    found = looked("sample,few,many,patient", rows)
    assert len(found.levels["few"]) == LEVELS and "many" not in found.levels
    assert found.ids == ["sample", "patient"]  # two samples of one patient


def test_the_words_of_a_table_of_measurements_are_not_looked_at(looked):
    found = looked(",".join(f"P{n}" for n in range(NAMED + 5)), [",".join(["1"] * (NAMED + 5))] * 3)
    assert len(found.names) == NAMED + 5 and list(found.levels) == found.names[:NAMED]


def test_what_is_no_table_is_refused(tmp_path):
    (tmp_path / "table.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DataError):
        run(ColumnsConfig(data=tmp_path / "table.parquet"))
