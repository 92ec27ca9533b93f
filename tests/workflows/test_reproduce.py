"""A run comes out again, or what differs is named."""

import json
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pharmakon.core.errors import DataError, RecordError, UsageError
from pharmakon.privacy.pseudonym import VARIABLE
from pharmakon.record import environment
from pharmakon.workflows import attack_output, attack_signature, reproduce, study_scores
from pharmakon.workflows.anonymise import AnonymiseConfig
from pharmakon.workflows.anonymise import run as anonymise
from pharmakon.workflows.attack import AttackConfig
from pharmakon.workflows.attack import run as attack
from pharmakon.workflows.crate import CrateConfig
from pharmakon.workflows.crate import run as crate
from pharmakon.workflows.deidentify import DeidentifyConfig
from pharmakon.workflows.deidentify import run as deidentify
from pharmakon.workflows.design import DesignConfig
from pharmakon.workflows.design import run as design
from pharmakon.workflows.discover import DiscoverConfig
from pharmakon.workflows.discover import run as discover
from pharmakon.workflows.federate_simulate import SimulateConfig
from pharmakon.workflows.federate_simulate import run as simulate
from pharmakon.workflows.reproduce import ReproduceConfig, run
from pharmakon.workflows.validate import ValidateConfig
from pharmakon.workflows.validate import run as validate

RULES = 'k = 3\nsuppression = 0.2\n[[quasi]]\ncolumn = "age"\nintervals = [5, 10]\n[[quasi]]\ncolumn = "town"\n'


@pytest.fixture
def attacked(tmp_path):
    """An attack on two tables of scores, in a folder of their own."""
    data = tmp_path / "data"
    data.mkdir()
    random = np.random.default_rng(0)
    for name, shift in (("members", 1), ("others", 0)):
        lines = [f"{value:.4f}" for value in random.normal(size=300) + shift]
        (data / f"{name}.csv").write_text("score\n" + "\n".join(lines) + "\n")
    config = AttackConfig(members=data / "members.csv", others=data / "others.csv", output=tmp_path / "run")
    return attack(config).folder


def again(path, **options):
    return run(ReproduceConfig(run=path, **options))


def test_a_run_comes_out_again_where_it_was(attacked):
    found = again(attacked)
    assert found.ok and found.folder is None and not found.warnings
    assert found.compared.same == ["result.json"] and found.compared.quoting == ["report.html"]
    assert found.plain()["identical"] is True


def test_a_crate_is_repeated_where_nothing_else_is(attacked, tmp_path):
    crate(CrateConfig(run=attacked, output=tmp_path / "c.zip", with_inputs=True, permission="mine"))
    shutil.rmtree(attacked)
    shutil.rmtree(tmp_path / "data")
    found = again(tmp_path / "c.zip", output=tmp_path / "kept")
    assert found.ok and found.folder == tmp_path / "kept"
    assert (tmp_path / "kept" / "report.html").is_file()
    with pytest.raises(UsageError, match="exists"):
        again(tmp_path / "c.zip", output=tmp_path / "kept")


def test_a_changed_input_is_named_and_nothing_is_run(attacked, tmp_path):
    path = tmp_path / "data" / "others.csv"
    content = path.read_bytes()
    path.write_bytes(content[:-2] + bytes([content[-2] ^ 1]) + content[-1:])
    with pytest.raises(DataError, match=r"others\.csv is not the file that the run read"):
        again(attacked, output=tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "any name.csv").write_bytes(content)
    assert again(attacked, inputs=tmp_path / "elsewhere").ok


def test_what_differs_is_named_with_its_place(attacked, monkeypatch):
    monkeypatch.setattr(attack_output, "LEAKS_AUC", 0.99)
    found = again(attacked)
    assert not found.ok
    different = dict(found.compared.different)
    assert different["result.json"].startswith("differs in line") and "report.html" in different
    assert "then" not in different["result.json"]  # of people's data the place alone


def test_a_record_that_was_changed_is_not_repeated(attacked):
    (attacked / "result.json").write_text("{}")
    with pytest.raises(RecordError, match=r"result\.json was changed"):
        again(attacked)


def test_other_versions_and_other_code_are_warned_of(attacked, monkeypatch):
    closure = environment.closure()
    other = {**closure, "numpy": environment.Installed("numpy", "0.1", (), closure["numpy"].distribution)}
    monkeypatch.setattr(reproduce, "lock", lambda: environment.lock(other))
    monkeypatch.setattr(reproduce, "code", lambda: {"sha256": "another", "commit": "f" * 40})
    warnings = again(attacked).warnings
    assert any(said.startswith("numpy ") and said.endswith("0.1 now") for said in warnings)
    assert any("the code is another" in said and "ffffffffffff now" in said for said in warnings)


def test_anonymise(tmp_path):
    random = np.random.default_rng(1)
    rows = [f"{random.integers(20, 70)},{random.choice(['Vigo', 'Lugo'])},x" for _ in range(80)]
    (tmp_path / "t.csv").write_text("age,town,note\n" + "\n".join(rows) + "\n")
    (tmp_path / "r.toml").write_text(RULES)
    anonymise(AnonymiseConfig(data=tmp_path / "t.csv", config=tmp_path / "r.toml", output=tmp_path / "run"))
    found = again(tmp_path / "run")
    assert found.ok, found.compared.different
    assert "anonymous.csv" in found.compared.same


def test_discover_and_validate(cohort_file, tmp_path, monkeypatch):
    monkeypatch.setattr(study_scores, "RESAMPLES", 60)
    monkeypatch.setattr(attack_signature, "ATTACKED", 4)
    config = DiscoverConfig(
        cohort=cohort_file(n=60, p=8),
        output=tmp_path / "found",
        folds=3,
        permutations=1,
        without=("stability", "trees"),
        workers=1,
    )
    discover(config)
    found = again(tmp_path / "found")
    assert found.ok, found.compared.different
    assert {"markers.csv", "risks.csv", "result.json", "signature/card.json"} <= set(found.compared.same)
    other = cohort_file(n=50, p=8, seed=5)
    validate(ValidateConfig(signature=tmp_path / "found", cohorts=(other,), output=tmp_path / "judged"))
    found = again(tmp_path / "judged")
    assert found.ok, found.compared.different
    assert {"risks.csv", "result.json"} <= set(found.compared.same)


def test_federate_simulate(hospitals_file, tmp_path):
    simulate(SimulateConfig(cohort=hospitals_file, by="plate", output=tmp_path / "run"))
    found = again(tmp_path / "run")
    assert found.ok, found.compared.different


def test_deidentify_needs_its_files_and_its_key(tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "p.csv").write_text("mrn,admission_date,glucose\nMR100001,2020-03-14,5.1\n")
    monkeypatch.setenv(VARIABLE, "0123456789abcdef" * 4)
    deidentify(DeidentifyConfig(inputs=(tmp_path / "in",), output=tmp_path / "run", today=date(2026, 7, 1)))
    with pytest.raises(UsageError, match="--inputs"):
        again(tmp_path / "run")
    found = again(tmp_path / "run", inputs=tmp_path / "in")
    assert found.ok, found.compared.different
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(UsageError, match=VARIABLE):
        again(tmp_path / "run", inputs=tmp_path / "in")


def test_design_from_a_crate(tmp_path):
    (tmp_path / "known.csv").write_text("smiles\nCCO\nc1ccccc1O\n")
    goals = ({"property": "logp", "want": "1..3"}, {"property": "novelty", "want": ">= 0.3"})
    config = {"goals": goals, "calls": 20, "designs": 3, "batch": 10, "known": tmp_path / "known.csv"}
    design(DesignConfig.model_validate(config), output=tmp_path / "run", workers=1)
    crate(CrateConfig(run=tmp_path / "run", output=tmp_path / "crate", with_inputs=True))
    (tmp_path / "known.csv").unlink()
    found = again(tmp_path / "crate")
    assert found.ok, found.compared.different
    assert found.compared.same == ["calls.jsonl", "designs.csv", "designs.sdf"]
    assert json.loads(Path(tmp_path / "crate" / "run" / "run.json").read_text())["seed"] == 0
