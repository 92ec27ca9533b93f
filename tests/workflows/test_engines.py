"""Where heavy work runs: which engine was asked for, machines that would give other values, and a cluster of one."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from pharmakon.biomarkers.recipe import Recipe
from pharmakon.core.errors import PharmakonError, UsageError
from pharmakon.engine.local import LocalEngine, SerialEngine
from pharmakon.learn.splits import random_folds
from pharmakon.predict.blend import Blend
from pharmakon.predict.features import Features
from pharmakon.store.writers import write_parquet
from pharmakon.workflows import design, engines, screen
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.engines import Machines
from pharmakon.workflows.screen_request import ScreenConfig
from pharmakon.workflows.study import run_study, study_of


def test_the_engine_is_the_one_that_was_asked_for():
    assert isinstance(Machines(1).engine(), SerialEngine)
    assert isinstance(Machines(2).engine(), LocalEngine)
    assert isinstance(Machines(8).engine(most=1), SerialEngine)
    with pytest.raises(ValidationError, match="Ray cluster"):
        ScreenConfig(inputs=("a.csv",), models=("herg",), output="run", address="head:6379")


def test_an_address_without_a_cluster_is_refused_whoever_says_it():
    with pytest.raises(UsageError, match="Ray cluster"):
        Machines(address="head:6379")


def test_a_machine_with_other_libraries_is_refused_by_name_of_what_differs():
    have, begun = engines._installed(), []
    engines.begin_same(have, begun.append, "models")
    assert begun == ["models"]
    with pytest.raises(PharmakonError, match=rf"has rdkit {have['rdkit']} \(not 2020.3\): it would give other values"):
        engines.begin_same(have | {"rdkit": "2020.3"}, begun.append, "models")
    with pytest.raises(PharmakonError, match="code of pharmakon"):
        engines.begin_same(have | {"code of pharmakon": "0"}, None)
    assert begun == ["models"]


def test_a_search_puts_its_models_on_the_machines_that_are_asked_for(monkeypatch, tmp_path):
    class Asked(Exception):
        pass

    def engine(self, **more):
        raise Asked(self, more)

    monkeypatch.setattr(Machines, "engine", engine)
    config = design.DesignConfig.model_validate({"goals": [{"property": "qed", "want": ">= 0.8"}]})
    with pytest.raises(Asked) as asked:
        design.run(config, output=tmp_path / "run", workers=3, engine="ray", address="head:6379")
    machines, more = asked.value.args
    assert machines == Machines(3, "ray", "head:6379") and set(more) == {"initializer", "initargs"}


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


@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed (extra `ray`)")
class TestOnACluster:
    """The same as in this process: the folds of a study, the trees of a model, the tasks of a benchmark."""

    def test_folds(self, cluster, cohort):
        study = study_of(cohort, recipe=Recipe(stability=None, challenger=False))
        here, there = (
            run_study(study, folds=3, repeats=1, permutations=0, machines=machines)
            for machines in (Machines(1), Machines(2, "ray", cluster))
        )
        np.testing.assert_array_equal(here.risks("fused").value, there.risks("fused").value)

    def test_the_trees_of_a_model(self, cluster, molecules, solubilities, few_trees):
        features, y = Features.from_smiles(molecules), np.array(solubilities)
        folds = {"one": random_folds(len(y), n_folds=3)}
        with few_trees():
            here, there = (
                Blend(max_points=100).fit(features, y, folds=folds, opener=opener).out_of_fold_["one"].members
                for opener in (None, Machines(2, "ray", cluster).engine)
            )
        np.testing.assert_array_equal(here, there)

    def test_a_screen_of_files_that_lie_beside_one(self, cluster, molecules, tmp_path, monkeypatch):
        """Relative paths, of the library, of what is known and of a model; the cluster was started elsewhere."""
        monkeypatch.chdir(tmp_path)
        rows = [{"id": f"M{i}", "smiles": smiles} for i, smiles in enumerate(molecules[:220])]
        write_parquet(Path("library.parquet"), ("id", "smiles"), rows)
        Path("known.csv").write_text("smiles\n" + "\n".join(molecules[220:230]) + "\n")
        Path("goal.toml").write_text(
            'known = "known.csv"\ngoals = [{ property = "logp", want = "1..3" }, '
            '{ property = "novelty", want = ">= 0.3" }]\n'
        )
        for name, options in {"here": {}, "there": {"engine": "ray", "address": cluster}}.items():
            asked = {"inputs": ("library.parquet",), "objective": Path("goal.toml"), "rows": 100, "output": name}
            screen.run(ScreenConfig(**asked, workers=1, **options))
        for file in ("top.csv", "sketches.json", "scaffolds.csv"):
            assert (tmp_path / "there" / file).read_bytes() == (tmp_path / "here" / file).read_bytes()

    def test_the_tasks_of_a_benchmark(self, cluster, tmp_path):
        tasks = ("continuous, independent", "binary, independent")
        found = []
        for options in ({}, {"engine": "ray", "address": cluster}):
            run(BenchmarkConfig(name="selection", repeats=1, limit=20, tasks=tasks, output=tmp_path, **options))
            record = json.loads((tmp_path / "selection.json").read_text())
            found.append({task: told["scores"] for task, told in record["tasks"].items()})
            shutil.rmtree(tmp_path)
        assert found[0] == found[1] and list(found[0]) == list(tasks)
