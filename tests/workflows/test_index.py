"""An index: every row found again or named with its problem, and the same bytes whatever happened on the way."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.errors import Cancelled, DataError, UsageError
from pharmakon.workflows.index import IndexConfig, run
from pharmakon.workflows.index_files import FILES
from pharmakon.workflows.index_view import Index


def test_each_row_is_found_as_it_stands_in_the_library_or_named_with_its_problem(index_folder, molecules):
    index = Index(index_folder).verify()
    assert (index.facts["rows"], index.facts["problems"], len(index)) == (len(molecules) + 2, 2, len(molecules))
    assert [index[i].smiles for i in range(len(index))] == molecules
    assert (index[0].row, index[0].id, index[5].row, index[5].id) == (1, "M0", 8, "M 5")
    lines = (index_folder / "problems.csv").read_text().splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [["4", "broken", "C1CC"], ["6", "empty", ""]]
    assert not (index_folder / "parts").exists()


def test_a_killed_run_goes_on_to_the_same_bytes(index_folder, index_table, tmp_path):
    (tmp_path / "set.csv").write_text(index_table)
    config = IndexConfig(data=tmp_path / "set.csv", output=tmp_path / "lib.index", workers=1, batch=40)

    def stop(done, total, note):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(Cancelled):
        run(config, progress=stop)
    with pytest.raises(DataError, match="no index"):
        Index(config.output)
    run(config.model_copy(update={"resume": True}))
    for name in FILES:
        assert (config.output / name).read_bytes() == (index_folder / name).read_bytes(), name


def test_what_is_no_whole_index_is_refused(index_folder, tmp_path):
    (tmp_path / "lib.smi").write_text("C1CC one\n")
    with pytest.raises(DataError, match="no structure that can be read"):
        run(IndexConfig(data=tmp_path / "lib.smi", output=tmp_path / "none", workers=1))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.doc").write_text("mine")
    with pytest.raises(UsageError, match="other files"):
        run(IndexConfig(data=tmp_path / "lib.smi", output=tmp_path / "full", workers=1))
    copy = tmp_path / "copy"
    shutil.copytree(index_folder, copy)
    facts = json.loads((copy / "index.json").read_text())
    (copy / "index.json").write_text(json.dumps(facts | {"probe": "0" * 64}))
    with pytest.raises(DataError, match="whose fingerprints differ"):
        Index(copy)
    (copy / "index.json").write_text(json.dumps(facts))
    text = bytearray((copy / "molecules.tsv").read_bytes())
    text[3] ^= 1
    (copy / "molecules.tsv").write_bytes(text)
    with pytest.raises(DataError, match=r"molecules.tsv was changed"):
        Index(copy).verify()
    (copy / "molecules.tsv").write_bytes(text[:-1])
    with pytest.raises(DataError, match="not the file"):
        Index(copy)


def test_its_bits_are_those_of_the_molecules_in_another_order(index_folder, molecules):
    packed = bits([Chem.MolFromSmiles(text) for text in molecules])
    order = np.load(index_folder / "order.npy", allow_pickle=False)
    words = np.load(index_folder / "ecfp4.npy", allow_pickle=False)
    assert np.array_equal(words.view(np.uint8), packed[order])
    some = molecules[3::50]
    for text, hits in zip(some, Index(index_folder).similar(some, top=9), strict=True):
        similarity = tanimoto(bits([Chem.MolFromSmiles(text)]), packed)[0]
        best = np.argsort(-similarity, kind="stable")[:9]
        assert [hit.molecule.smiles for hit in hits] == [molecules[i] for i in best]
        assert [hit.similarity for hit in hits] == pytest.approx(similarity[best].tolist())
