"""On a planted rule the benchmark's own scores come out as they must."""

import csv
import gzip
import json

import pytest
from rdkit import Chem

from pharmakon.workflows.attribution_tasks import place
from pharmakon.workflows.benchmark import BenchmarkConfig, run

CORES = ["CC{}", "c1ccc({})cc1", "C1CCC({})CC1", "CC(C){}", "COC{}", "CSC{}", "CCCC{}", "Cc1ccc({})o1"]
ENDS = ["N", "CN", "O", "F", "C", "CC", "CO", "CCN", "Cl", "CNC", "CCC"]


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """Does a molecule have a nitrogen? In the form of a published task."""
    table = tmp_path / place("logic7")
    table.parent.mkdir(parents=True)
    with gzip.open(table, "wt", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter="\t", quotechar="'")
        out.writerow(["id", "smiles", "y", "split", "atom_attributions"])
        for i, (core, end) in enumerate((core, end) for core in CORES for end in ENDS):
            smiles = core.format(end)
            mask = [int(atom.GetAtomicNum() == 7) for atom in Chem.MolFromSmiles(smiles).GetAtoms()]
            out.writerow([i, smiles, float(any(mask)), "test" if i % 4 == 0 else "train", json.dumps([mask])])
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    return tmp_path


def test_edits_of_a_planted_rule_flip_the_model_at_the_true_atom(planted):
    result = run(BenchmarkConfig(name="counterfactuals", tasks=("logic7",), output=planted / "out"))
    scores = {name: score["value"] for name, score in result.record["tasks"]["logic7"]["scores"].items()}
    assert scores["validity"] == 1
    assert scores["true atoms"] > 0.7  # of a few dozen molecules a model learns more than the rule
    assert 0 < scores["similarity"] < 1
    assert scores["seconds"] <= scores["seconds, slowest"]
    assert result.record["summary"]["validity"] == 1
