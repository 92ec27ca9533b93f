import pytest
from rdkit import Chem

from pharmakon.core.errors import DataError
from pharmakon.design.novelty import collection, novelty

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


@pytest.fixture
def known(tmp_path):
    path = tmp_path / "known.csv"
    path.write_text(f"id,smiles\nN1,CCCCO\nN2,{ASPIRIN}\nN3,C1CC\n")
    return str(path)


def test_what_is_in_the_collection_is_not_new(known):
    assert novelty(Chem.MolFromSmiles(ASPIRIN), known) == 0
    assert 0.3 < novelty(Chem.MolFromSmiles("CC(=O)Oc1ccccc1C(=O)NCCC"), known) < 0.8
    assert novelty(Chem.MolFromSmiles("C1CCNCC1"), known) > 0.8


def test_the_table_is_read_once_and_its_molecules_have_names(known):
    assert collection(known) is collection(known)
    assert collection(known)[1] == ("N2", ASPIRIN)
    assert collection(known).unreadable == 1


def test_a_table_without_molecules_is_an_error(tmp_path):
    path = tmp_path / "empty.csv"
    path.write_text("smiles\nC1CC\n")
    with pytest.raises(DataError, match="nothing can be new"):
        collection(str(path))
