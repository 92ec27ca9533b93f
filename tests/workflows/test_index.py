"""An index: every row found again or named with its problem, and the same bytes whatever happened on the way."""

from __future__ import annotations

import errno
import json
import os
import shutil

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.fingerprints import bits
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.errors import Cancelled, DataError, PharmakonError, UsageError
from pharmakon.core.files import alone
from pharmakon.workflows.index import IndexConfig, run
from pharmakon.workflows.index_files import FILES
from pharmakon.workflows.index_view import Index


@pytest.fixture
def config(index_table, tmp_path):
    (tmp_path / "set.csv").write_text(index_table)
    return IndexConfig(data=tmp_path / "set.csv", output=tmp_path / "lib.index", workers=1, batch=40)


@pytest.fixture
def made(config, index_folder):
    """The same index, in a folder to be damaged."""
    shutil.copytree(index_folder, config.output)
    return config.output


def same(folder, index_folder):
    return [name for name in FILES if (folder / name).read_bytes() != (index_folder / name).read_bytes()] == []


def stop(done, total, note):
    if done == 3:
        raise KeyboardInterrupt


def full(*args):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_each_row_is_found_as_it_stands_in_the_library_or_named_with_its_problem(index_folder, molecules):
    index = Index(index_folder).verify()
    assert (index.facts["rows"], index.facts["problems"], len(index)) == (len(molecules) + 2, 2, len(molecules))
    assert [index[i].smiles for i in range(len(index))] == molecules
    assert (index[0].row, index[0].id, index[5].row, index[5].id) == (1, "M0", 8, "M 5")
    lines = (index_folder / "problems.csv").read_text().splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [["4", "broken", "C1CC"], ["6", "empty", ""]]
    assert not (index_folder / "parts").exists()


def test_a_killed_run_goes_on_to_the_same_bytes(config, index_folder):
    with pytest.raises(Cancelled):
        run(config, progress=stop)
    with pytest.raises(DataError, match="no index"):
        Index(config.output)
    run(config.model_copy(update={"resume": True}))
    assert same(config.output, index_folder)


def test_a_second_run_is_refused_and_costs_the_first_nothing(config, index_folder):
    refused = []

    def second(done, total, note):
        with pytest.raises(UsageError, match=r"another process is working in .*lib\.index"):
            run(config)
        refused.append(note)

    run(config, progress=second)
    assert refused[-1] == "writing the index" and len(refused) > 3
    assert same(config.output, index_folder)


def test_a_second_run_leaves_what_a_killed_one_had_finished(config):
    with pytest.raises(Cancelled):
        run(config, progress=stop)
    before = sorted((config.output / "parts").iterdir())
    with alone(config.output), pytest.raises(UsageError, match="another process"):
        run(config)
    assert before and sorted((config.output / "parts").iterdir()) == before
    assert not list(config.output.parent.glob(".*.partial"))


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="room is reserved where the system can")
def test_a_full_disk_is_told_costs_no_older_index_and_the_run_goes_on(config, made, index_folder, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", full)
        with pytest.raises(PharmakonError, match=r"ecfp4\.npy cannot be written: No space left.*--resume goes on"):
            run(config.model_copy(update={"bits": 1024}))
    assert Index(made).verify().facts["bits"] == 2048
    seen = []
    run(config.model_copy(update={"bits": 1024, "resume": True}), progress=lambda *told: seen.append(told))
    assert Index(made).verify().facts["bits"] == 1024
    assert seen[0][0] == -(-Index(made).facts["rows"] // 40), "every shard was kept"


def test_the_index_of_another_library_is_not_replaced_and_that_of_the_same_is(config, made, index_folder):
    before = (made / "index.json").read_bytes()
    config.data.write_text("id,smiles\na,CCO\n")
    for resume in (False, True):
        with pytest.raises(UsageError, match=r"already holds an index of set\.csv, whose content is not that of"):
            run(config.model_copy(update={"resume": resume}))
    assert (made / "index.json").read_bytes() == before and Index(made).verify()
    assert not (made / "parts").exists()
    config.data.write_text((index_folder.parent / "set.csv").read_text())
    run(config.model_copy(update={"bits": 1024}))
    assert Index(made).verify().facts["bits"] == 1024


def test_a_whole_index_is_not_made_twice(config, made):
    before = (made / "ecfp4.npy").stat()
    result = run(config.model_copy(update={"resume": True}))
    after = (made / "ecfp4.npy").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert (result.rows, result.problems, result.notes) == (Index(made).facts["rows"], 2, [])


@pytest.mark.parametrize("damage", ["missing", "short", "no manifest", "damaged manifest"])
def test_an_index_that_is_not_whole_is_made_again(config, made, index_folder, damage):
    words, manifest = made / "ecfp4.npy", made / "index.json"
    if damage == "missing":
        words.unlink()
    elif damage == "short":
        words.write_bytes(words.read_bytes()[:-1])
    elif damage == "no manifest":
        manifest.unlink()
    else:
        manifest.write_text('{"format":1}')
    result = run(config.model_copy(update={"resume": True}))
    assert ["was not whole" in note for note in result.notes] == [True] * (damage != "no manifest")
    assert Index(made).verify() and same(made, index_folder)


def test_nothing_is_left_of_a_library_without_structures(tmp_path):
    for text in ("C1CC one\n", "smiles\n"):
        (tmp_path / "lib.smi").write_text(text)
        with pytest.raises(DataError, match="no structure that can be read"):
            run(IndexConfig(data=tmp_path / "lib.smi", output=tmp_path / "none", workers=1))
        assert [path.name for path in tmp_path.iterdir()] == ["lib.smi"]


def test_a_library_is_not_read_from_where_it_is_written(config, made):
    with pytest.raises(UsageError, match="lies in the folder to write"):
        run(config.model_copy(update={"data": made / "problems.csv"}))
    with pytest.raises(UsageError, match="is a file, not a folder"):
        run(config.model_copy(update={"output": config.data}))


def test_what_is_no_whole_index_is_refused(index_folder, tmp_path):
    (tmp_path / "lib.smi").write_text("CCO one\n")
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
