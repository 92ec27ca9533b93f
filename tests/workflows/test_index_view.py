"""An open index: the search for a part is exact, stops where asked, and gives up on one molecule alone."""

from __future__ import annotations

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
