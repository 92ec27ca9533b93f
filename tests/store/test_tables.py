import gzip
import tracemalloc

import pytest

from pharmakon.core.errors import DataError, UnknownName, UsageError
from pharmakon.core.log import data_root
from pharmakon.store.tables import Row, open_table
from pharmakon.store.writers import SdfWriter, write_parquet


@pytest.fixture
def table(tmp_path):
    def table(content, name="x.csv", **options):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return open_table(path, **options)

    return table


def test_a_row_carries_everything(table):
    opened = table("Name,IC50,Smiles\n a ,>10, CCO \n,x,C\nb,1\n")
    assert (opened.columns, opened.structure_column, opened.id_column) == (("Name", "IC50", "Smiles"), "Smiles", "Name")
    assert list(opened.rows()) == [
        Row(1, "a", "CCO", {"Name": " a ", "IC50": ">10", "Smiles": " CCO "}),
        Row(2, "2", "C", {"Name": "", "IC50": "x", "Smiles": "C"}),
        Row(3, "b", "", {"Name": "b", "IC50": "1", "Smiles": ""}, "the row has 2 cells where the header has 3"),
    ]


def test_batches_hold_every_row_once_and_a_table_can_be_read_again(table):
    opened = table("smiles\n" + "C\n" * 25)
    for _ in range(2):
        assert [[row.number for row in batch] for batch in opened.batches(10)] == [
            list(range(1, 11)),
            list(range(11, 21)),
            list(range(21, 26)),
        ]


@pytest.mark.parametrize(
    ("header", "structure", "key"),
    [
        ("Drug_ID,Drug,Y", "Drug", "Drug_ID"),
        ("Molecule ChEMBL ID,Smiles,pChEMBL", "Smiles", "Molecule ChEMBL ID"),
        ("mol,CID,Class", "mol", "CID"),
        ("smiles_r,x", "smiles_r", ""),
        ("canonical_smiles,smiles,compound_id", "smiles", "compound_id"),
        ("SMILES,patient_id,value", "SMILES", "patient_id"),
        ("Structure,Compound Name", "Structure", "Compound Name"),
        ("molecule,smiles", "smiles", "molecule"),
    ],
)
def test_columns_are_guessed(table, header, structure, key):
    opened = table(header + "\n")
    assert (opened.structure_column, opened.id_column) == (structure, key)


def test_columns_can_be_named(table):
    opened = table("a,b,smiles\nx,CCO,C\n", smiles="b", id="a")
    (row,) = opened.rows()
    assert (row.structure, row.id) == ("CCO", "x")


def test_a_wrong_column_gets_a_suggestion(table):
    with pytest.raises(UnknownName, match=r"no column named 'smile' .* did you mean 'smiles'") as caught:
        table("id,smiles\n", smiles="smile")
    assert caught.value.exit_code == 2
    with pytest.raises(UnknownName, match="did you mean 'name'"):
        table("name,smiles\n", id="nmae")
    with pytest.raises(UnknownName, match="known: weight, height"):
        table("weight,height\n1,2\n")


def test_a_missing_header_is_noticed(table):
    with pytest.raises(UsageError, match="no header line"):
        table("CC(=O)O,5.1\nCCO,2\n")


@pytest.mark.parametrize(
    "content",
    [
        "CCO ethanol\nC methane\n",
        "CCO\tethanol\nC\tmethane\n",
        "smiles name\nCCO ethanol\nC methane\n",
        "smiles,name\nCCO,ethanol\nC,methane\n",
        "name|smiles\nethanol|CCO\nmethane|C\n",
    ],
)
@pytest.mark.parametrize("name", ["x.txt", "x", "x.dat.gz"])
def test_a_file_of_no_declared_kind_is_known_by_its_content(table, content, name):
    assert [(row.structure, row.id) for row in table(content, name).rows()] == [("CCO", "ethanol"), ("C", "methane")]


def test_everything_wrong_at_once(table):
    content = 'sep=;\r\nSmiles;Größe;Smiles;\r\nCCO;"1,5\r\nµ";x;\r\n\r\nC;2;;'.encode("utf-16")
    opened = table(gzip.compress(content), "export.csv")
    assert opened.columns == ("Smiles", "Größe", "Smiles_2", "column_4")
    assert [row.fields["Größe"] for row in opened.rows()] == ["1,5\r\nµ", "2"]
    assert len(opened.notes) == 3


def test_a_choice_between_columns_of_structures_is_said_unless_the_user_made_it(table):
    text = "SMILES_canonical,smiles,other_smiles\nC,CC,CCC\n"
    said = "structures are read from the column 'smiles', not from SMILES_canonical and other_smiles"
    assert table(text).notes == (said,)
    assert table(text, smiles="other_smiles").notes == ()


def test_latin1_is_said_in_the_notes(table):
    opened = table("smiles,Größe\nC,é\n".encode("latin-1"))
    assert opened.notes == ("not UTF-8: read as Latin-1",)
    assert next(opened.rows()).fields == {"smiles": "C", "Größe": "é"}


def test_empty_files(table):
    for name in ("x.csv", "x.smi", "x.sdf", "x.parquet", "x"):
        with pytest.raises(DataError, match="empty"):
            table("", name)
    assert list(table("smiles,id\n").rows()) == []


def test_an_excel_file_is_told_so(table):
    with pytest.raises(DataError, match="save the sheet as CSV"):
        table(b"PK\x03\x04....", "x.xlsx")


@pytest.mark.parametrize("name", ["x.sdf", "x.unknown"])
def test_sdf(tmp_path, name):
    with SdfWriter(tmp_path / "made.sdf", ["id", "y"]) as writer:
        writer.write("CCO", {"id": "A", "y": 1.5}, title="ethanol")
        writer.write("C", {"id": "B"})
    (tmp_path / name).write_bytes(gzip.compress((tmp_path / "made.sdf").read_bytes()))
    opened = open_table(tmp_path / name)
    assert (opened.structure_column, opened.id_column) == ("", "")
    assert list(opened.rows()) == [
        Row(1, "ethanol", "CCO", {"id": "A", "y": "1.5"}),
        Row(2, "2", "C", {"id": "B", "y": ""}),
    ]
    assert [row.id for row in open_table(tmp_path / name, id="id").rows()] == ["A", "B"]
    with pytest.raises(UnknownName, match="no column named 'smiles'"):
        open_table(tmp_path / name, smiles="smiles")


def test_an_sdf_without_titles_takes_a_property_as_id(tmp_path):
    with SdfWriter(tmp_path / "x.sdf", ["CHEMBL_ID"]) as writer:
        writer.write("CCO", {"CHEMBL_ID": "CHEMBL545"})
    assert [row.id for row in open_table(tmp_path / "x.sdf").rows()] == ["CHEMBL545"]


def test_parquet_whatever_its_name(tmp_path):
    write_parquet(
        tmp_path / "x.csv", ["id", "smiles", "y"], [{"id": "a", "smiles": "CCO", "y": 0.1}], types={"y": "DOUBLE"}
    )
    assert list(open_table(tmp_path / "x.csv").rows()) == [Row(1, "a", "CCO", {"id": "a", "smiles": "CCO", "y": "0.1"})]
    (tmp_path / "y.parquet").write_text("smiles\nC\n")
    with pytest.raises(DataError, match="not a Parquet file"):
        open_table(tmp_path / "y.parquet")


def test_memory_does_not_grow_with_the_file(table):
    few, many = table("smiles,id\n" + "CCO,1\n" * 2_000, "a.csv"), table("smiles,id\n" + "CCO,1\n" * 60_000, "b.csv")

    def peak(opened):
        tracemalloc.start()
        for _ in opened.batches(100):
            pass
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(few)
    assert peak(many) < 1.5 * peak(few) + 50_000


@pytest.mark.data
@pytest.mark.data
def test_real_tables_are_read_without_a_problem():
    root = data_root()
    for name, rows in {
        "efficacy/egfr_chembl_pic50.csv": 4635,
        "admet/b3db/B3DB_classification.tsv.gz": 7807,
        "admet/pk/pksmart_human_pk.csv": 1283,
        "admet/pharmabench/hum_mic_cl_reg_final_data.csv": 2286,
    }.items():
        found = list(open_table(root / name).rows())
        assert len(found) == rows
        assert all(row.structure and not row.problem for row in found)
