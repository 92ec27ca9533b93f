"""The files of an index: as if all had been sorted in memory."""

from __future__ import annotations

import errno
import os
import shutil

import numpy as np
import pytest

from pharmakon.chem.neighbours import Neighbours
from pharmakon.core.errors import DataError, PharmakonError
from pharmakon.workflows import index_files
from pharmakon.workflows.index_files import (
    created,
    open_fingerprints,
    probe,
    saved,
    write_fingerprints,
    write_joined,
    writing,
)


def test_blocks_on_the_disk_are_as_sorted_in_memory(tmp_path):
    packed = np.random.default_rng(0).integers(0, 256, (50, 128), dtype=np.uint8) & 17
    packed[10:20] = packed[:10]
    assert write_fingerprints(lambda: (packed[i : i + 7] for i in range(0, 50, 7)), tmp_path, bits=1024) == 50
    made, truth = open_fingerprints(tmp_path), Neighbours.of(packed)
    for name in ("words", "fold", "levels", "order"):
        assert np.array_equal(getattr(made, name), getattr(truth, name)), name


def test_blocks_are_joined_in_their_order(tmp_path):
    write_joined((np.full((n, 2), n, np.uint8) for n in (1, 0, 3)), tmp_path / "a.npy", 4)
    assert np.load(tmp_path / "a.npy", allow_pickle=False)[:, 0].tolist() == [1, 3, 3, 3]


def test_the_probe_tells_other_fingerprints():
    assert probe(2048) == probe(2048) != probe(1024)


def cannot(code):
    def fail(*args):
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("has", [True, False])
def test_a_file_has_its_room_before_it_is_mapped(tmp_path, monkeypatch, has):
    np.save(tmp_path / "truth.npy", np.zeros((1000, 32), np.uint64))
    if not has:
        monkeypatch.setattr(os, "posix_fallocate", cannot(errno.EOPNOTSUPP), raising=False)
        monkeypatch.setattr(index_files, "ZEROS", 1000)
    array = created(tmp_path / "a.npy", np.uint64, (1000, 32))
    assert array.shape == (1000, 32) and not array.any()
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "truth.npy").read_bytes()
    if hasattr(os, "posix_fallocate"):
        assert 512 * (tmp_path / "a.npy").stat().st_blocks >= 8 * 32 * 1000


def test_a_full_disk_is_told_with_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "posix_fallocate", cannot(errno.ENOSPC), raising=False)
    with pytest.raises(PharmakonError, match=r"a\.npy cannot be written: No space left"):
        created(tmp_path / "a.npy", np.uint64, (10, 2))
    monkeypatch.setattr(os, "fsync", cannot(errno.EDQUOT))
    with pytest.raises(PharmakonError, match=r"b\.npy cannot be written: Disk quota"):
        saved(tmp_path / "b.npy", np.zeros(3))
    with pytest.raises(PharmakonError, match=r"c\.tsv cannot be written"), writing(tmp_path / "c.tsv") as out:
        out.write(b"1")


@pytest.mark.parametrize("name", ["order", "fold", "levels", "ecfp4"])
def test_files_that_do_not_belong_together_are_damaged(index_folder, tmp_path, name):
    shutil.copytree(index_folder, tmp_path / "copy")
    path = tmp_path / "copy" / f"{name}.npy"
    array = np.load(path, allow_pickle=False)
    np.save(path, array[::-1].copy() if name == "levels" else array[:-1])
    with pytest.raises(DataError, match=r"\.npy is damaged: make the index again"):
        open_fingerprints(tmp_path / "copy")
    path.write_bytes(b"\0" * 500)
    with pytest.raises(DataError, match=rf"{name}\.npy is damaged"):
        open_fingerprints(tmp_path / "copy")
