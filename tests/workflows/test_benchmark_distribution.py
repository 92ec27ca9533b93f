"""Distribution: what a prior writes and what it learnt, judged by the same metrics beside what nobody learnt."""

import importlib
import sys
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

from pharmakon.core.errors import DataError
from pharmakon.design import collection
from pharmakon.design.corpus import held_out
from pharmakon.store.catalogue import data_set
from pharmakon.workflows import benchmark_distribution as distribution
from pharmakon.workflows.benchmark import BenchmarkConfig, run

ENDS = ("C", "O", "N", "c1ccccc1", "C1CCNCC1", "C(=O)O", "c1ccncc1", "F", "Cl", "S(C)(=O)=O")
CHAINS = ("", "C", "CC", "CCC", "COC", "CNC", "C(C)C", "CC(O)C", "C(F)C", "CC=CC", "CSC")
MADE = [f"{a}{b}C{c}" for a, b, c in product(("C", "O", "N", "F", "CO", "NC", "OCC", "CS", "ClC"), CHAINS, ENDS)]


@pytest.fixture
def everything(tmp_path, monkeypatch):
    """A collection in the file where it would be kept, and how much of it is held out."""
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    for name in collection.CHEMBL:
        path = tmp_path / data_set(name).file().path
        path.parent.mkdir(exist_ok=True)
        path.touch()
    kept = list(dict.fromkeys(s for s in distribution_written(MADE)))
    path = tmp_path / "all.smi"
    path.write_text("\n".join(["smiles", *kept]) + "\n", encoding="utf-8")
    monkeypatch.setattr(collection, "collected", lambda folder, progress: path)
    return kept


def distribution_written(texts):
    from pharmakon.design.distribution import written

    return [smiles for smiles in written(texts) if smiles]


@pytest.fixture
def writes(monkeypatch):
    """A prior that writes what it is told to, over and over."""

    def prior(texts):
        at = iter(texts * 100)
        monkeypatch.setattr(
            distribution,
            "_prior",
            lambda folder: SimpleNamespace(sample=lambda n, random: [next(at) for _ in range(n)]),
        )

    return prior


@pytest.fixture
def no_fcd(monkeypatch):
    monkeypatch.setitem(sys.modules, "fcd", None)


def config(tmp_path, **more):
    return BenchmarkConfig(name="distribution", limit=20, output=tmp_path / "out", **more)


def test_a_prior_and_what_it_learnt_side_by_side(everything, writes, no_fcd, tmp_path):
    new = [s for s in distribution_written([text + "CCBr" for text in MADE]) if s not in everything][:20]
    learnt = [s for s in everything if not held_out(s)][:20]
    writes(["not a molecule", *new[:9], *learnt[:9], learnt[8], *new[9:], *learnt[9:]])
    record = run(config(tmp_path)).record
    scores = {metric: score["value"] for metric, score in record["tasks"]["samples"]["scores"].items()}
    assert scores["validity"] == 0.95  # of the first 20 texts
    assert scores["uniqueness"] == 0.95  # of the first 20 molecules
    assert 0.4 < scores["novelty"] < 0.8
    assert 0 < scores["kl"] < 1
    assert scores["molecules_per_second"] > 0
    assert record["tasks"]["samples"]["texts"] == 40
    ceiling = {metric: score["value"] for metric, score in record["tasks"]["training_set"]["scores"].items()}
    assert ceiling.keys() == {"validity", "uniqueness", "novelty", "kl"}
    assert (ceiling["validity"], ceiling["novelty"]) == (1.0, 0.0)
    assert record["tasks"]["samples"]["anchors"]["kl"] == {"SMILES LSTM": 0.991}
    assert "fcd is not installed" in record["summary"]["samples, note"]
    assert record["summary"]["training_set"] == ceiling


def test_fcd_is_of_valid_molecules_beside_those_held_out(everything, writes, monkeypatch, tmp_path):
    asked = []
    fcd = SimpleNamespace(get_fcd=lambda ours, theirs, device: asked.append((ours, theirs)) or 0.5)
    monkeypatch.setitem(sys.modules, "fcd", fcd)
    assert importlib.import_module("fcd") is fcd
    writes(everything)
    found = run(config(tmp_path, tasks=("samples",))).record["tasks"]["samples"]
    assert found["scores"]["fcd"]["value"] == 0.9048  # exp(-0.2 x 0.5)
    ((ours, theirs),) = asked
    assert len(ours) == 20
    assert all(map(held_out, theirs))


def test_a_prior_that_writes_no_molecules_is_told(everything, writes, tmp_path):
    writes(["xx"])
    with pytest.raises(DataError, match="of 40 texts, 0 are molecules"):
        run(config(tmp_path, tasks=("samples",)))


def test_another_folder_is_not_a_prior(everything, tmp_path):
    with pytest.raises(DataError, match="is not a prior"):
        run(config(tmp_path, prior=tmp_path))


def test_without_a_prior_it_says_how_to_make_one(everything, tmp_path, monkeypatch):
    monkeypatch.setattr(distribution, "SHIPPED", Path("no_such_prior"))
    with pytest.raises(DataError, match="train-prior"):
        run(config(tmp_path, tasks=("samples",)))
