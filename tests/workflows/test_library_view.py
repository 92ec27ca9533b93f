"""An open library: rows in order, pages of them, molecules with a part or alike, and folders of any name."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.core.errors import DataError, UnknownName, UsageError
from pharmakon.workflows import library_view
from pharmakon.workflows.library_filter import LibraryFilter, Order, Similar
from pharmakon.workflows.library_view import PAGE, Library


def test_a_substructure_is_found_where_it_is(library, molecules):
    smarts = Chem.MolFromSmarts("[#7]")
    truth = [i for i in range(60) if i not in (7, 9) and Chem.MolFromSmiles(molecules[i]).HasSubstructMatch(smarts)]
    search = library.search("[#7]", wait=60.0)
    assert search.over.is_set() and search.done == search.total
    assert library.find(LibraryFilter(smarts="[#7]")).tolist() == truth
    picked = np.arange(60) < 30
    assert library.find(LibraryFilter(smarts="[#7]"), picked=picked).tolist() == [i for i in truth if i < 30]
    assert picked.sum() == 30  # the selection itself is left as it was


def test_all_rows_with_a_part_are_waited_for_and_some_of_them_are_no_answer(library, monkeypatch):
    monkeypatch.setattr(library_view, "LONGEST", 0.01)
    monkeypatch.setattr(library_view, "SOON", 0.01)
    monkeypatch.setattr(Library, "_look", lambda *_: None)  # a search that does not end
    with pytest.raises(UsageError, match="still being searched"):
        library.find(LibraryFilter(smarts="[#8]"))
    search = library.search("[#8]")
    search.mask[3] = True
    assert library.find(LibraryFilter(smarts="[#8]"), whole=False).tolist() == [3]
    search.over.set()
    assert library.find(LibraryFilter(smarts="[#8]")).tolist() == [3]


def test_rows_are_sorted_and_those_without_a_value_come_last(library):
    for down in (False, True):
        rows = library.find(LibraryFilter(), Order(sort="mw", down=down))
        values = library.values("mw")[rows]
        assert np.isnan(values[-2:]).all() and (np.diff(values[:-2]) * (-1 if down else 1) >= 0).all()
    assert sorted(library.find(LibraryFilter(), Order(sort="problem"))[:2].tolist()) == [7, 9]


def test_molecules_alike_come_in_the_order_of_their_similarity(library, molecules):
    alike = LibraryFilter(similar=Similar(smiles="Cc1ccccc1", at_least=0.3))
    rows = library.find(alike, Order(sort="similarity", down=True))
    similarity = library.similarity("Cc1ccccc1")
    assert len(rows) and (np.diff(similarity[rows]) <= 0).all() and similarity[rows[-1]] >= 0.3
    assert set(rows) == set(np.flatnonzero(similarity >= 0.3))
    assert library.similarity(molecules[0])[0] == 1.0 and library.similarity(molecules[0])[7] == 0.0


def test_a_page_tells_an_estimate_with_its_interval_and_verdict(library):
    (broken, row) = library.page([7, 0], ["herg", "mw", "remark"])
    low, high = row["ranges"]["herg"]
    assert low <= row["values"]["herg"] <= high and row["values"]["remark"] == "=HYPERLINK(1)"
    assert broken["problem"] and broken["values"]["mw"] is None and broken["outside"] == []
    assert library.page([], ["mw"]) == []


def test_what_cannot_be_asked_is_refused(library):
    with pytest.raises(DataError, match="SMARTS"):
        library.find(LibraryFilter(smarts="c1cc"))
    with pytest.raises(DataError, match="compare with"):
        library.find(LibraryFilter(similar=Similar(smiles="nonsense")))
    with pytest.raises(UsageError, match="to which molecule"):
        library.find(LibraryFilter(), Order(sort="similarity"))
    with pytest.raises(UsageError, match="no numbers"):
        library.values("remark")
    with pytest.raises(UsageError, match="at most"):
        library.page(range(PAGE + 1), [])
    with pytest.raises(UnknownName):
        library.page([0], ["nothing"])


def test_a_folder_s_name_is_no_pattern_and_a_lost_table_is_told(library_folder, tmp_path):
    odd = tmp_path / "set[1]*?"
    shutil.copytree(library_folder, odd)
    assert Library(odd).find(LibraryFilter(problems="only")).tolist() == [7, 9]
    (odd / "molecules.parquet").unlink()
    with pytest.raises(DataError, match="cannot be read"):
        Library(odd)
