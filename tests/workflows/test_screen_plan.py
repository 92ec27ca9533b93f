"""Files cut into batches: every row once, numbered as a table numbers it, whatever the kind of file."""

from __future__ import annotations

import gzip

import pytest

from pharmakon.core.errors import DataError
from pharmakon.store.tables import open_table
from pharmakon.store.writers import write_parquet
from pharmakon.workflows.screen_plan import Plan, files_of, opened


@pytest.fixture
def files(tmp_path):
    """45 rows of CSV, compressed, and 1,000 of Parquet, with an empty id and a guarded one."""
    text = "id,smiles\n" + "".join(f"c{i},{'C' * (i + 1)}\n" for i in range(45))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(text.encode()))
    rows = [
        {"x": "1", "smiles": f" {'C' * (i % 9 + 1)}O", "id": {3: "", 4: "'=1+2"}.get(i, f"p{i}")} for i in range(1000)
    ]
    write_parquet(tmp_path / "a.parquet", ("x", "smiles", "id"), rows)
    return [tmp_path / "a.parquet", tmp_path / "b.csv.gz"]


@pytest.mark.parametrize("size", [7, 100, 999, 1_000, 5_000])
def test_batches_hold_every_row_once_as_the_table_has_it(files, size):
    plan = Plan(opened(files, smiles=None, id=None), size)
    numbers, got = [], [[], []]
    for number, batch in plan:
        numbers.append(number)
        lines = list(batch.lines())
        assert len(lines) == len(batch) <= size
        assert lines[0][0] == batch.first + 1
        got[batch.file] += lines
    assert numbers == list(range(len(numbers)))
    assert plan.rows == 1_045
    for path, lines in zip(files, got, strict=True):
        assert lines == [(r.number, r.id, r.structure, r.problem) for r in open_table(path).rows()]


def test_only_parquet_tells_its_length_without_being_read(files):
    assert Plan(opened(files[:1], smiles=None, id=None), 300).total == 4
    assert Plan(opened(files, smiles=None, id=None), 300).total == 0


def test_a_batch_of_parquet_carries_no_rows(files):
    batches = [batch for _, batch in Plan(opened(files, smiles=None, id=None), 100)]
    assert all(not batch.given for batch in batches if batch.file == 0)
    assert all(batch.given for batch in batches if batch.file == 1)


def test_the_columns_asked_for_are_read(files):
    plan = Plan(opened(files[:1], smiles="smiles", id="x"), 10)
    assert next(iter(plan))[1].lines()[0][:3] == (1, "1", "CO")


def test_what_is_no_file_is_told_and_a_file_without_rows_is_named(files, tmp_path):
    (tmp_path / "folder").mkdir()
    for text, said in (
        (str(tmp_path / "folder"), "is a folder; name the files in it, as"),
        ("", "there is no file ''"),
        ("x" * 300, "there is no file xxx"),
    ):
        with pytest.raises(DataError, match=said):
            files_of([text])
    (tmp_path / "bare.csv").write_text("smiles\n")
    (tmp_path / "one.csv").write_text("smiles\nCCO\n")
    plan = Plan(opened([tmp_path / "bare.csv", tmp_path / "one.csv"], smiles=None, id=None), 10)
    assert [(number, batch.file) for number, batch in plan] == [(0, 1)]
    assert plan.empty == ["bare.csv"]


def test_patterns_name_files_by_name_and_each_once(files, tmp_path):
    (tmp_path / "part[1].csv").write_text("smiles\nC\n")
    assert files_of([str(tmp_path / "*.parquet"), str(tmp_path / "*")])[:2] == files
    assert files_of([str(tmp_path / "part[1].csv")]) == [tmp_path / "part[1].csv"]
    with pytest.raises(DataError, match=r"no file .*\.sdf"):
        files_of([str(files[0]), str(tmp_path / "*.sdf")])
