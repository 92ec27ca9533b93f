"""A file of building blocks is read whatever it looks like, and one without structures is refused."""

import gzip

import pytest

from pharmakon.core.errors import DataError
from pharmakon.workflows.stock import Rows, load_stock, read_stock


def test_a_table_is_read_with_its_ids(tmp_path):
    path = tmp_path / "blocks.csv.gz"
    path.write_bytes(gzip.compress(b"smiles,catalogue_id\nBrc1ccncc1,A1\nC1CC,A2\nC1COCCN1.Cl,A3\n"))
    stock = load_stock(path)
    assert list(stock) == [("Brc1ccncc1", "A1"), ("C1COCCN1", "A3")]


def test_a_list_of_smiles_is_numbered(tmp_path):
    path = tmp_path / "blocks.smi"
    path.write_text("C1COCCN1\nNc1ccccc1\n", encoding="utf-8")
    assert [name for _, name in load_stock(path)] == ["1", "2"]


def test_a_table_without_readable_structures_is_refused(tmp_path):
    path = tmp_path / "blocks.csv"
    path.write_text("smiles,id\nC1CC,A2\n", encoding="utf-8")
    with pytest.raises(DataError, match="no structure that can be read"):
        load_stock(path)
    path.write_text("what,id\n12,A2\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column of structures"):
        load_stock(path)


def test_what_became_of_the_rows_is_counted(tmp_path):
    path = tmp_path / "blocks.csv"
    path.write_text("smiles,id\nBrc1ccncc1,A1\nC1CC,A2\n,A3\nCCO\nCC(C)OP(C)(=O)F,A5\n", encoding="utf-8")
    stock, rows = read_stock(path)
    assert list(stock) == [("Brc1ccncc1", "A1")]
    assert rows == Rows("blocks.csv", used=1, unreadable=3, withheld=1)
    assert rows.sentence("building block") == (
        "blocks.csv has 1 building block, of 5 rows: 3 cannot be read, 1 withheld as scheduled chemicals."
    )
    assert Rows("a.csv", 2, 0, notes=("not UTF-8: read as Latin-1",)).sentence("molecule") == (
        "a.csv has 2 molecules; not UTF-8: read as Latin-1."
    )
