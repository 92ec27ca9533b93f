"""Samples are valid, different, new where that is asked, and never what a treaty forbids."""

import csv

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.core.errors import UsageError
from pharmakon.workflows import sample as workflow
from pharmakon.workflows.sample import SampleConfig, run


class Parrot:
    """A language model that says the same few things over and over."""

    said = ("CCO", "OCC", "CCN", "C1CC", "", "CC(C)OP(C)(=O)F", "c1ccccc1")

    def sample(self, n, *, random, temperature, prefix):
        return [prefix + self.said[i] for i in random.integers(len(self.said), size=n)]

    def text_likelihoods(self, texts):
        return [np.full(len(text), -1.0) for text in texts]


@pytest.fixture(autouse=True)
def _parrot(monkeypatch):
    monkeypatch.setattr(workflow, "load_prior", lambda path: Parrot())


def asked(tmp_path, **more):
    (tmp_path / "prior").mkdir(exist_ok=True)
    (tmp_path / "prior" / "SHA256SUMS").touch()
    return run(SampleConfig(prior=tmp_path / "prior", output=tmp_path / "out.csv", **more))


def rows(result):
    with result.output.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_molecules_are_different_and_the_rest_is_counted(tmp_path):
    result = asked(tmp_path, n=3)
    found = rows(result)
    assert {row["smiles"] for row in found} == {"CCO", "CCN", "c1ccccc1"}
    assert result.molecules == 3
    assert result.rest["no molecule"] > 0
    assert result.rest["twice"] > 0
    assert {float(row["log_likelihood"]) for row in found} <= {-3.0, -8.0}
    assert all(Chem.CanonSmiles(row["written"]) == row["smiles"] for row in found)


def test_it_gives_up_and_says_so_and_scheduled_chemicals_are_hashes(tmp_path):
    result = asked(tmp_path, n=50)
    assert (result.molecules, result.texts) == (3, 1000)
    assert [len(one) for one in result.withheld] == [64]
    assert "P" not in result.output.read_text().split("\n", 1)[1]


def test_the_same_seed_gives_the_same_file(tmp_path):
    texts = [asked(tmp_path, n=2, seed=seed).output.read_bytes() for seed in (1, 1, 5)]
    assert texts[0] == texts[1]


def test_known_molecules_do_not_come_out(tmp_path):
    (tmp_path / "known.smi").write_text("OCC\nCCN.Cl\n", encoding="utf-8")
    result = asked(tmp_path, n=3, known=tmp_path / "known.smi")
    assert {row["smiles"] for row in rows(result)} == {"c1ccccc1"}
    assert result.rest["known"] > 0


def test_what_no_chemist_would_make_comes_out_only_where_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(Parrot, "said", ("CCO", "OOOOC", "C1CC2CC1C1=C2N=NN=N1", "CCN"))
    result = asked(tmp_path, n=4)
    assert {row["smiles"] for row in rows(result)} == {"CCO", "CCN"}
    assert result.rest[workflow.ODD] > 0
    result = asked(tmp_path, n=4, unfiltered=True)
    assert result.molecules == 4
    assert not result.rest[workflow.ODD]


def test_a_known_table_is_not_written_over(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("smiles\nCCO\n", encoding="utf-8")
    with pytest.raises(UsageError, match="is the input"):
        asked(tmp_path, known=path)
