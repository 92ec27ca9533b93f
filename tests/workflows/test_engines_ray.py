"""Folds, a search's models and a benchmark's tasks on a Ray cluster: the same as in this process."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from pharmakon.biomarkers.recipe import Recipe
from pharmakon.workflows import design
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.engines import Machines
from pharmakon.workflows.study import run_study, study_of

ray = pytest.importorskip("ray", reason="Ray is not installed (extra `ray`)")
GOAL = {"goals": [{"property": "solubility", "want": ">= -3"}], "calls": 24, "designs": 2, "start": ("CCOc1ccccc1N",)}


@pytest.fixture(scope="module")
def cluster():
    """One for all tests of this file: to start one takes longest."""
    from ray.cluster_utils import Cluster

    try:
        made = Cluster(
            initialize_head=True,
            head_node_args={"num_cpus": 2, "object_store_memory": 80 << 20, "include_dashboard": False},
        )
    except Exception as error:  # noqa: BLE001
        pytest.skip(f"Ray could not be started here: {error}")
    yield made.address
    made.shutdown()


def test_folds(cluster, cohort):
    study = study_of(cohort, recipe=Recipe(stability=None, challenger=False))
    here, there = (
        run_study(study, folds=3, repeats=1, permutations=0, machines=machines)
        for machines in (Machines(1), Machines(2, "ray", cluster))
    )
    np.testing.assert_array_equal(here.risks("fused").value, there.risks("fused").value)


def test_the_models_of_a_search(cluster, tmp_path):
    config = design.DesignConfig.model_validate(GOAL)
    design.run(config, output=tmp_path / "here", workers=1)
    design.run(config, output=tmp_path / "there", workers=2, engine="ray", address=cluster)
    for name in ("calls.jsonl", "designs.csv"):
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


def test_the_tasks_of_a_benchmark(cluster, tmp_path):
    tasks = ("continuous, independent", "binary, independent")
    found = []
    for options in ({}, {"engine": "ray", "address": cluster}):
        run(BenchmarkConfig(name="selection", repeats=1, limit=20, tasks=tasks, output=tmp_path, **options))
        record = json.loads((tmp_path / "selection.json").read_text())
        found.append({task: told["scores"] for task, told in record["tasks"].items()})
        shutil.rmtree(tmp_path)
    assert found[0] == found[1] and list(found[0]) == list(tasks)
