"""What is said of a refit without a cluster is what a refit says, on a model as it lies in its folder."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pharmakon.core.errors import ModelError
from pharmakon.learn.kernel_ridge import KernelRidge
from pharmakon.predict.blend import Blend
from pharmakon.predict.model import Model
from pharmakon.predict.panel import load_model
from pharmakon.workflows.finished_run import FinishedRun, read_run
from pharmakon.workflows.passport_influence import (
    NO_KERNEL,
    UNKNOWN_POINTS,
    answers,
    influences,
    kernel_of,
    ridge_weight,
)
from pharmakon.workflows.passport_models import features_of


@pytest.fixture(scope="module")
def finished(design_run: Path) -> FinishedRun:
    return read_run(design_run)


@pytest.fixture(scope="module")
def model(finished: FinishedRun) -> Model:
    return finished.panel.models["logs"]


def test_what_the_ridge_learnt_is_recovered_from_its_weights(model: Model, solubilities: list[float]) -> None:
    kept = kernel_of(model)
    assert kept.y == pytest.approx(model.training.value[kept.points], abs=1e-4)
    assert set(np.round(kept.y, 3)) <= set(np.round(solubilities, 3))
    assert len(kept.labels) == len(kept.y) == len(kept.gram)


def test_the_sample_that_carries_a_large_model_is_known_by_its_values() -> None:
    large = load_model("lipophilicity")
    kept = kernel_of(large)
    assert len(kept.points) == 3000
    assert len(large.training.value) > 3000
    assert kept.labels.max() > 100


def test_each_cluster_is_left_out_as_a_refit_would(finished: FinishedRun, model: Model) -> None:
    records = [finished.named(name)[1] for name in finished.designs]
    features = features_of(records)
    assert isinstance(model.blend, Blend)
    kernel, kept = model.blend.kernel_, kernel_of(model)
    rows = kernel.gram(features)
    whole = kernel.ridge_.predict(rows)
    base = answers(model, features, np.zeros((len(records), 1)))[:, 0]
    assert base == pytest.approx(model.predict([r.smiles for r in records]).value, abs=1e-9)
    for i, found in enumerate(influences(finished, records, model, features)):
        assert found.weight == ridge_weight(model) > 0
        assert found.molecules == len(kept.y)
        for cluster in found.most:
            mine = [
                c
                for c in range(found.clusters)
                if model.training.ids.index(cluster.nearest) in kept.points[kept.labels == c]
            ]
            rest = kept.labels != mine[0]
            again = KernelRidge(alpha=kernel.alpha).fit(kept.gram[np.ix_(rest, rest)], kept.y[rest])
            assert cluster.refit == pytest.approx(float((again.predict(rows[:, rest]) - whole)[i]), abs=1e-4)
            assert cluster.size == (~rest).sum()
        assert [abs(c.score) for c in found.most] == sorted((abs(c.score) for c in found.most), reverse=True)


def test_a_network_has_no_clusters_to_leave_out(finished: FinishedRun) -> None:
    record = finished.named("1")[1]
    network = load_model("dili", "fast")
    with pytest.raises(ModelError, match="has no kernel"):
        kernel_of(network)
    found = influences(finished, [record], network, features_of([record]))
    assert [one.problem for one in found] == [NO_KERNEL]


def test_values_that_do_not_fit_are_not_explained(model: Model) -> None:
    other = Model(model.card, model.blend, model.calibration, model.domain, model.training)
    other.training = replace(model.training, value=model.training.value[::-1].copy())  # type: ignore[type-var]
    with pytest.raises(ModelError, match=UNKNOWN_POINTS):
        kernel_of(other)
