"""A shard of an index: one molecule that stops everything is set aside, and no other is lost."""

from __future__ import annotations

import io
import os
import sys
import time

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.engine.forked import Limits
from pharmakon.store.tables import Row
from pharmakon.workflows import index_shard


def rows_of(molecules):
    return [Row(i, f"M{i}", smiles, {}) for i, smiles in enumerate(molecules, start=1)]


def arrays(content):
    with np.load(io.BytesIO(content), allow_pickle=False) as shard:
        return {name: shard[name] for name in shard.files}


@pytest.mark.skipif(sys.platform != "linux", reason="work is watched on Linux alone")
@pytest.mark.parametrize("step", ["standardize", "pattern_bits"])
@pytest.mark.parametrize("way", ["hangs", "crashes"])
def test_a_row_that_hangs_or_crashes_is_set_aside_with_its_reason(molecules, monkeypatch, step, way):
    index_shard.begin(1024)
    rows = rows_of(molecules[:20])
    bad, true = molecules[7], getattr(index_shard, step)
    without, _ = index_shard.described(rows[:7] + rows[8:])

    def trap():
        if way == "crashes":
            os.abort()
        time.sleep(60)

    def standardize(text):
        if text == bad:
            trap()
        return true(text)

    def pattern_bits(mols):
        for mol in mols:
            if Chem.MolToSmiles(mol) == bad:
                trap()
        return true(mols)

    monkeypatch.setattr(index_shard, step, {"standardize": standardize, "pattern_bits": pattern_bits}[step])
    monkeypatch.setattr(index_shard, "LIMITS", Limits(0.3, 1000.0))
    content, marked = index_shard.described(rows)
    found, rest = arrays(content), arrays(without)
    problems = found.pop("problems").tobytes().decode()
    assert marked == 1 and rest.pop("problems").tobytes() == b""
    reason = "time: more than 0.3 s" if way == "hangs" else "crash: the process ended with SIGABRT"
    assert problems == f"8,M8,{bad},{reason}\n"
    assert all(np.array_equal(found[name], rest[name]) for name in rest) and found.keys() == rest.keys()


def test_blocks_do_not_change_a_shard(molecules, monkeypatch):
    index_shard.begin(2048)
    rows = rows_of([*molecules[:9], "C1CC", ""])
    whole, marked = index_shard.described(rows)
    monkeypatch.setattr(index_shard, "BLOCK", 4)
    assert index_shard.described(rows) == (whole, marked)
    assert marked == 2 and arrays(whole)["packed"].shape == (9, 256)
