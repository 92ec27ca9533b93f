import pytest
from rdkit import Chem

from pharmakon.core.errors import DataError
from pharmakon.store import sdf
from pharmakon.store.bytestream import open_text


def block(smiles, title=""):
    return f"{title}\n" + Chem.MolToMolBlock(Chem.MolFromSmiles(smiles)).partition("\n")[2]


ETHANOL, ALANINE = block("CCO", "ethanol"), block("C[C@H](N)C(=O)O")
PENTAVALENT = Chem.MolToMolBlock(Chem.MolFromSmiles("CC(C)(C)(C)C", sanitize=False), kekulize=False)


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "x.sdf"
        path.write_bytes(text.encode())
        source = sdf.SDF(open_text(path))
        return source.columns, list(source.rows())

    return read


def test_columns_are_the_properties_of_all_records(read):
    text = f"{ETHANOL}>  <a>\n1\n\n$$$$\n{ALANINE}>  <b> (2)\n2\n\n> 25 <a>\n3\n\n$$$$\n"
    assert read(text) == (
        ("a", "b"),
        [(["1", ""], "", "CCO", "ethanol"), (["3", "2"], "", "C[C@H](N)C(=O)O", "")],
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_a_last_record_without_its_mark(read, end):
    text = f"{ETHANOL}>  <a>\n1\n\n$$$$\n{ETHANOL}".replace("\n", end)
    assert [(cells, smiles) for cells, _, smiles, _ in read(text)[1]] == [(["1"], "CCO"), ([""], "CCO")]


def test_values_of_several_lines(read):
    assert read(f"{ETHANOL}>  <note>\none\n\nthree\n>10\n\n\n>  <x>\n1\n\n$$$$\n")[1][0][0] == [
        "one\n\nthree\n>10",
        "1",
    ]


@pytest.mark.parametrize(
    ("broken", "smiles", "problem"),
    [
        (ETHANOL.replace("  3  2", " 93  2"), "", "the structure block cannot be read"),
        ("\n\n\nnonsense\nM  END\n", "", "the structure block cannot be read"),
        ("title only\n", "", "the record has no structure"),
        ("", "", "the record has no structure"),
        (block(""), "", "the record has no atoms"),
        (PENTAVALENT, "CC(C)(C)(C)C", "Explicit valence for atom # 1 C, 5, is greater than permitted"),
    ],
)
def test_a_broken_record_is_a_row_with_a_problem_and_the_rest_is_read(read, broken, smiles, problem):
    _, rows = read(f"{ETHANOL}$$$$\n{broken}>  <id>\n2\n\n$$$$\n{ETHANOL}$$$$\n")
    assert [row[2] for row in rows] == ["CCO", smiles, "CCO"]
    assert rows[1][:2] == (["2"], problem)
    assert rows[0][1] == rows[2][1] == ""


def test_stereo_comes_from_the_drawing(read):
    assert read(f"{block('F/C=C/F')}$$$$\n{block('C[C@@H](O)F')}$$$$\n")[1][0][2] == "F/C=C/F"
    assert read(f"{block('C[C@@H](O)F')}$$$$\n")[1][0][2] == Chem.CanonSmiles("C[C@@H](O)F")


def test_v3000(read):
    text = Chem.MolToV3KMolBlock(Chem.MolFromSmiles("c1ccccc1O"))
    assert read(f"{text}>  <a>\n1\n\n$$$$\n")[1] == [(["1"], "", "Oc1ccccc1", "")]


def test_a_text_that_never_ends_a_record_is_refused(read, monkeypatch):
    monkeypatch.setenv("PHARMAKON_LIMIT_RECORD", "100")
    with pytest.raises(DataError, match="limit RECORD"):
        read("x\n" * 200)
