"""similar: queries as text and in files; one that cannot be read costs no other its answer."""

from __future__ import annotations

import csv

import pytest

from pharmakon.core.errors import DataError, UsageError
from pharmakon.workflows import similar
from pharmakon.workflows.similar import SimilarConfig, run


def test_the_table_has_every_hit_of_every_query(index_folder, molecules, tmp_path):
    (tmp_path / "asked.csv").write_text(f"name,smiles\na,{molecules[7]}\nb,C1CC\nc,{molecules[40]}\n")
    config = SimilarConfig(
        queries=(molecules[3], str(tmp_path / "asked.csv")), index=index_folder, top=4, output=tmp_path / "hits.csv"
    )
    result = run(config)
    assert (result.queries, result.hits, result.answers) == (4, 12, [])
    assert [(p.row, p.id, p.text) for p in result.problems] == [(2, "b", "C1CC")]
    rows = list(csv.DictReader((tmp_path / "hits.csv").read_text().splitlines()))
    assert [row["query"] for row in rows[::4]] == [molecules[3], "a", "c"]
    assert [row["rank"] for row in rows[:4]] == ["1", "2", "3", "4"]
    assert [row["smiles"] for row in rows[::4]] == [molecules[3], molecules[7], molecules[40]]
    assert rows[0]["similarity"] == "1.000000" and rows[0]["id"] == "M3"


def test_a_threshold_leaves_out_what_is_less_alike(index_folder, molecules):
    whole = run(SimilarConfig(queries=(molecules[0],), index=index_folder)).answers[0].hits
    high = run(SimilarConfig(queries=(molecules[0],), index=index_folder, threshold=0.5)).answers[0].hits
    assert 0 < len(high) < len(whole) and high == [hit for hit in whole if hit.similarity >= 0.5]


def test_a_smiles_longer_than_the_name_of_a_file_is_a_smiles_and_a_missing_file_is_told(index_folder, tmp_path):
    result = run(SimilarConfig(queries=("C" * 400, "\0"), index=index_folder, output=tmp_path / "hits.csv"))
    assert (result.queries, [p.row for p in result.problems]) == (2, [2]) and result.hits
    with pytest.raises(UsageError, match=r"absent\.csv"):
        run(SimilarConfig(queries=("absent.csv",), index=index_folder))


def test_many_queries_need_a_file(index_folder, molecules, monkeypatch):
    monkeypatch.setattr(similar, "ROUND", 2)
    with pytest.raises(UsageError, match="-o"):
        run(SimilarConfig(queries=tuple(molecules[:3]), index=index_folder))


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder to work in, in which nothing new may be left."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a folder").mkdir()
    (tmp_path / "CCO").mkdir()
    (tmp_path / "header.csv").write_text("id,smiles\n")
    (tmp_path / "one.csv").write_text("id,smiles\na,CCO\n")
    return tmp_path


@pytest.mark.parametrize(
    ("query", "kind", "said"),
    [
        ("nofile.xlsx", UsageError, r"nofile\.xlsx"),
        ("nofile.pq", UsageError, r"nofile\.pq"),
        ("a folder", UsageError, "a folder is a folder"),
        ("header.csv", DataError, r"there are no rows in header\.csv"),
    ],
)
@pytest.mark.parametrize("output", [None, "hits.csv"])
def test_a_query_that_is_no_table_is_told_and_nothing_is_written(index_folder, here, query, kind, said, output):
    before = sorted(here.iterdir())
    with pytest.raises(kind, match=said) as caught:
        run(SimilarConfig(queries=(query,), index=index_folder, output=output))
    assert "SMILES:" not in str(caught.value)
    assert sorted(here.iterdir()) == before


def test_a_folder_named_like_a_molecule_and_a_table_without_rows_beside_others_cost_nothing(index_folder, here):
    result = run(SimilarConfig(queries=("CCO", "header.csv", "one.csv"), index=index_folder))
    assert [answer.query for answer in result.answers] == ["CCO", "a"]
    assert result.notes == ["header.csv has no rows"] and not result.problems


def test_hits_are_not_written_into_the_index(index_folder):
    before = sorted(index_folder.iterdir())
    with pytest.raises(UsageError, match="lies in the folder of the index"):
        run(SimilarConfig(queries=("CCO",), index=index_folder, output=index_folder / "hits.csv"))
    assert sorted(index_folder.iterdir()) == before
