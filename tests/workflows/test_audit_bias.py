"""The audit of an assay's own bias, and of a model on given values, through the workflow."""

import csv

import pytest

from pharmakon.core.errors import ConfigError
from pharmakon.workflows.audit import AuditConfig, run


@pytest.fixture
def table(strangers, tmp_path):
    from rdkit import Chem
    from rdkit.Chem import Crippen

    path = tmp_path / "lab.csv"
    with path.open("w", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["id", "smiles", "logS", "lab", "split"])
        for i, smiles in enumerate(strangers):
            value = 0.5 - 0.9 * Crippen.MolLogP(Chem.MolFromSmiles(smiles)) + (2.0 if "c1" not in smiles else 0.0)
            lab, part = "a" if "c1" in smiles else "b", "test" if i % 5 == 0 else "train"
            out.writerow([f"S{i}", smiles, f"{value:.2f}", lab, part])
    return path


def test_sources_scaffolds_chance_and_similarity_are_looked_at(table):
    found = run(AuditConfig(data=table, value="logS", split_column="split"))
    by_name = {f.name: f for f in [*found.findings, *found.passed]}
    assert {"source", "scaffolds", "y-randomisation", "shortcut", "similarity", "ave"} <= set(by_name)
    assert by_name["source"].severity == "warning"  # by the name of its column
    assert "'lab'" in by_name["source"].sentence


def test_a_models_errors_are_grouped_and_the_planted_group_is_the_worst(table, trained):
    found = run(AuditConfig(data=table, value="logS", split_column="split", model=str(trained)))
    (errors,) = [f for f in found.findings if f.name == "model-errors"]
    assert errors.severity == "warning"
    assert "errs most on" in errors.sentence
    assert errors.cases[0].size >= errors.cases[-1].size
    assert errors.measures["molecules"] > 100


def test_what_a_model_was_made_with_is_left_out(trained):
    found = run(AuditConfig(data=trained.parent / "assay.csv", value="logS", model=str(trained)))
    (errors,) = [f for f in [*found.findings, *found.passed] if f.name == "model-errors"]
    assert "no group" in errors.sentence


def test_a_model_of_another_kind_is_refused(table, trained):
    text = table.read_text().replace(",a,", ",0,").replace(",b,", ",1,")
    table.write_text(text)
    with pytest.raises(ConfigError, match="a model of regression"):
        run(AuditConfig(data=table, value="lab", model=str(trained)))
