"""An open index: the search for a part is exact, stops where asked, and gives up on one molecule alone."""

from __future__ import annotations

import json
import shutil
import sys

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.fingerprints import bits
from pharmakon.core.errors import DataError
from pharmakon.workflows import index_view
from pharmakon.workflows.index_view import Index, searched


@pytest.mark.parametrize("smarts", ["c1ccncc1", "[NX3;H2]", "C(F)(F)F", "[R2]", "[^3]", "[Na]"])
def test_a_part_is_found_in_every_molecule_that_has_it(index_folder, molecules, smarts, monkeypatch):
    monkeypatch.setattr(index_view, "SCREENED", 100)
    query = Chem.MolFromSmarts(smarts)
    truth = [text for text in molecules if Chem.MolFromSmiles(text).HasSubstructMatch(query)]
    assert [one.smiles for one in Index(index_folder).having(smarts)] == truth


@pytest.mark.skipif(sys.platform != "linux", reason="work is watched on Linux alone")
def test_one_molecule_that_takes_too_long_is_left_out_and_no_other(monkeypatch):
    import time

    def slow(query, smiles, *, seconds, threads):
        if "CCC" in smiles:
            time.sleep(60)
        yield len(smiles), [i for i, text in enumerate(smiles) if text != "O"]

    monkeypatch.setattr(index_view, "having", slow)
    found = list(searched(None, ["C", "CC", "O", "CCC", "CCCC", "O", "N"], seconds=0.2, size=3))
    assert sum(done for done, _, _ in found) == 7
    assert sorted(i for _, some, _ in found for i in some) == [0, 1, 4, 6]
    assert [i for *_, some in found for i in some] == [3]


def test_processes_do_not_change_the_answer(index_folder, molecules, monkeypatch):
    monkeypatch.setattr(index_view, "GROUP", 4)
    index = Index(index_folder)
    packed = bits([Chem.MolFromSmiles(text) for text in molecules[:11]])
    for (a, b), (c, d) in zip(index.nearest(packed, 7, workers=1), index.nearest(packed, 7, workers=2), strict=True):
        assert np.array_equal(a, c) and np.array_equal(b, d)


def test_a_query_that_is_no_structure_is_refused(index_folder):
    with pytest.raises(DataError, match="C1CC"):
        Index(index_folder).similar(["CCO", "C1CC"])
    with pytest.raises(DataError, match="not a SMARTS"):
        list(Index(index_folder).having("c1ccc"))


def refilled(path, value):
    """A file of the same size whose numbers are others."""
    array = np.load(path, allow_pickle=False)
    array[:] = value
    np.save(path, array)


def asked(index):
    return index.similar(["CCO"]), list(index.having("C"))


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("order.npy", lambda path: refilled(path, 2**32 - 1)),
        ("ends.npy", lambda path: refilled(path, 5)),
        ("ends.npy", lambda path: refilled(path, -(2**62))),
        ("patterns.npy", lambda path: np.save(path, np.load(path, allow_pickle=False).T)),
        ("molecules.tsv", lambda path: path.write_bytes(b"\xff" * path.stat().st_size)),
        ("molecules.tsv", lambda path: path.write_bytes(path.read_bytes().replace(b"\t", b" "))),
    ],
)
def test_a_damaged_file_of_the_same_size_is_named(index_folder, tmp_path, name, damage):
    copy = tmp_path / "copy"
    shutil.copytree(index_folder, copy)
    size = (copy / name).stat().st_size
    damage(copy / name)
    assert (copy / name).stat().st_size == size
    index = Index(copy)
    with pytest.raises(DataError, match=rf"({name}|molecules\.tsv) is damaged: make the index again"):
        asked(index)
    with pytest.raises(DataError, match="was changed since"):
        index.verify()


def test_a_manifest_of_another_number_of_molecules_is_damaged(index_folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(index_folder, copy)
    facts = json.loads((copy / "index.json").read_text())
    (copy / "index.json").write_text(json.dumps(facts | {"molecules": facts["molecules"] + 1}))
    with pytest.raises(DataError, match=r"index\.json is damaged"):
        Index(copy).similar(["CCO"])
    with pytest.raises(DataError, match="is damaged"):
        list(Index(copy).having("C"))


def test_an_index_can_be_walked_through(index_folder, molecules):
    assert [one.smiles for one in Index(index_folder)] == molecules
