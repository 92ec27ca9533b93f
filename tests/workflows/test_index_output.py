"""An answer is written beside what it is read from, and not over it."""

from __future__ import annotations

import pytest

from pharmakon.core.errors import UsageError
from pharmakon.workflows.index_output import check_answer


def test_outputs_over_the_index_or_the_queries_are_refused(tmp_path):
    index, queries = tmp_path / "s.idx", tmp_path / "asked.csv"
    index.mkdir()
    (index / "molecules.tsv").touch()
    queries.touch()
    (tmp_path / "link").symlink_to(index, target_is_directory=True)
    inside = (index / "molecules.tsv", index / "hits.csv", tmp_path / "x" / ".." / "link" / "hits.csv")
    (tmp_path / "x").mkdir()
    for output in inside:
        with pytest.raises(UsageError, match="lies in the folder of the index"):
            check_answer(index, output)
    with pytest.raises(UsageError, match="is the input"):
        check_answer(index, queries, queries=[queries])
    with pytest.raises(UsageError, match="is the input"):
        check_answer(index, index)
    check_answer(index, tmp_path / "s.idx.csv", queries=[queries])
