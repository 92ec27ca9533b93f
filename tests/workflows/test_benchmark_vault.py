import os

import numpy as np
import pytest

from pharmakon.store.keys import KEY
from pharmakon.workflows import benchmark_vault
from pharmakon.workflows.benchmark import BENCHMARKS, BenchmarkConfig
from pharmakon.workflows.benchmark_vault import CONTROL, KINDS, VAULTS


def run(task, folder, **options):
    config = BenchmarkConfig(name="vault", output=folder, limit=20, **options)
    return VAULTS.run(task, folder, config, lambda *_: {}, lambda text: None)


def test_it_is_listed():
    assert BENCHMARKS["vault"] is VAULTS


def test_all_that_is_tampered_with_is_refused_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv(KEY, "0123456789abcdef" * 4)
    found = run("tampered", tmp_path)
    assert {name: score["value"] for name, score in found["scores"].items()} == {
        **{f"{kind}: refused": 1.0 for kind in KINDS},
        CONTROL: 1.0,
    }
    assert VAULTS.summary({"tampered": found}) == {"tampered, refused": "20 of 20"}
    assert os.environ[KEY] == "0123456789abcdef" * 4
    assert list(tmp_path.iterdir()) == []


def test_it_would_tell_of_one_that_opens(tmp_path, monkeypatch):
    monkeypatch.setitem(benchmark_vault.KINDS, "flipped", lambda whole, other, random: whole)
    assert run("tampered", tmp_path)["scores"]["flipped: refused"]["value"] == 0.0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_changes_the_file(kind):
    whole, other = (bytes(16) + bytes([1, 6]) + os.urandom(494) + os.urandom(300) for _ in range(2))
    for seed in range(50):
        assert KINDS[kind](whole, other, np.random.default_rng(seed)) != whole


def test_speed_and_memory_are_measured(tmp_path):
    found = run("1 GB", tmp_path, repeats=1)["scores"]
    assert found["encrypting, MB/s"]["value"] > 0
    assert found["of AES-GCM alone"]["value"] > 0
    assert found["memory that a longer file adds, MB"]["value"] >= 0
    assert len(VAULTS.summary({"1 GB": {"scores": found}})) == 3
