"""Collections: flat, of a size, apart from targets, each molecule once."""

import gzip

import pytest
from rdkit import Chem

from pharmakon.design import collection
from pharmakon.design.pmo import CELECOXIB

LINES = (
    "C[C@H](N)C(=O)O.Cl",
    "CC1=CC=C(C=C1)C1=CC(=NN1C1=CC=C(C=C1)S(N)(=O)=O)C(F)(F)F",
    "Cc1ccc(-c2cc(C(F)(F)F)nn2-c2ccc(S(=O)(=O)NC)cc2)cc1",
    "CC(N)C(=O)O first",
    "",
    "not-a-molecule",
    "C" * 61,
    "c1ccc2ncccc2c1",
)


@pytest.fixture
def sets(tmp_path, monkeypatch):
    for name in collection.CHEMBL:
        with gzip.open(tmp_path / name, "wt", encoding="utf-8") as out:
            out.writelines(f"{line}\n" for line in (LINES if name == collection.CHEMBL[0] else LINES[-1:]))
    monkeypatch.setattr(collection, "path_of", lambda name: tmp_path / name)
    return tmp_path


def test_what_is_written_is_flat_of_a_size_and_apart(sets):
    collection.write(collection.CHEMBL, sets / "out.smi", apart=[CELECOXIB])
    assert (sets / "out.smi").read_text().split() == ["smiles", *["CC(N)C(=O)O"] * 2, *["c1ccc2ncccc2c1"] * 5]
    assert list(collection.read(sets / "out.smi")) == ["CC(N)C(=O)O", "c1ccc2ncccc2c1"]


def test_without_targets_all_are_kept(sets):
    collection.write(collection.CHEMBL[:1], sets / "out.smi")
    assert len((sets / "out.smi").read_text().split()) == 1 + 5


def test_it_is_made_once(sets, monkeypatch):
    path = collection.collected(sets)
    monkeypatch.setattr(collection, "write", None)
    assert collection.collected(sets) == path
    monkeypatch.setattr(collection, "LARGEST", 50)  # something else was asked for
    with pytest.raises(TypeError):
        collection.collected(sets)


def test_targets_are_molecules():
    assert len(collection.targets()) == 21
    assert all(Chem.MolFromSmiles(smiles) is not None for smiles in collection.targets())
