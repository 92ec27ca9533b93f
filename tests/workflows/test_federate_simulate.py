import json

import pytest

from pharmakon.core.errors import ConfigError, DataError, UnknownName, UsageError
from pharmakon.record.ledger import verify
from pharmakon.workflows.federate_simulate import SimulateConfig, plan_of, run, simulate, split

from .conftest import NAMES


def test_single_site_federated_and_pooled_side_by_side(hospitals_file, tmp_path):
    found = run(SimulateConfig(cohort=hospitals_file, by="plate", output=tmp_path / "out"))
    said = json.loads((found.folder / "result.json").read_text())
    assert set(said["over all sites"]) == {"single-site", "federated", "pooled"}
    assert said["largest difference from pooled"] < 1e-6
    assert set(said["bytes sent"]) == set(NAMES)
    assert verify(found.folder).ok
    html = (found.folder / "report.html").read_text()
    assert "pooled" in html and "What it took" in html


def test_a_plan_can_be_given_and_overruled(hospitals_file, tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text('name = "p"\noutcome = "binary"\npositive = "R"\nblocks = ["rna"]\nkept = 3\npenalties = [0.1]\n')
    found = run(
        SimulateConfig(
            cohort=hospitals_file, by="plate", plan=plan, masked=True, method="averaging", output=tmp_path / "o"
        )
    )
    made = found.simulated
    assert made.plan.masked and made.plan.method == "averaging" and made.plan.kept == 3
    assert made.plan.sites == NAMES
    assert made.traffic.rounds == 2 + made.plan.rounds
    with pytest.raises(ConfigError, match="method"):
        run(SimulateConfig(cohort=hospitals_file, by="plate", plan=plan, method="sgd", output=tmp_path / "p"))


def test_a_site_that_is_too_small_is_left_out_and_named(hospitals, cohort):
    few = {**hospitals, "tiny": hospitals["north"].take(range(10))}
    made = simulate(plan_of(hospitals["north"], kept=4), few)
    assert made.plan.sites == NAMES
    assert "tiny" in made.left_out
    with pytest.raises(DataError, match="too few for a federated study"):
        simulate(plan_of(cohort), {"tiny": few["tiny"], "north": few["north"]})


def test_what_cannot_be_split_is_told(hospitals_file, tmp_path):
    with pytest.raises(UnknownName, match="ward"):
        run(SimulateConfig(cohort=hospitals_file, by="ward", output=tmp_path / "o"))
    text = hospitals_file.read_text()
    outcome = text[text.index("[outcome]") : text.index("[design]")]
    hospitals_file.write_text(text.replace(outcome, '[outcome]\nkind = "survival"\ntime = "time"\nevent = "dead"\n'))
    with pytest.raises(UsageError, match="survival"):
        run(SimulateConfig(cohort=hospitals_file, by="plate", output=tmp_path / "o"))


def test_samples_without_a_site_belong_to_none(cohort):
    labels = cohort.labels("plate").copy()
    labels[:5] = ""
    assert sum(len(part) for part in split(cohort, labels).values()) == len(cohort) - 5
