"""A run copied into an MLflow store; without mlflow, what its absence says."""

import json
import math
import sys

import pytest

from pharmakon.core.errors import MissingExtra, NotPermitted, RecordError
from pharmakon.record.audit import verify
from pharmakon.record.crate import close
from pharmakon.record.ledger import Ledger
from pharmakon.store.runs import RunFolder
from pharmakon.workflows.mlflow import MlflowConfig, _metrics, run


def test_the_store_holds_parameters_figures_hashes_and_files(small_run, tmp_path):
    mlflow = pytest.importorskip("mlflow", reason="mlflow-skinny is an extra of its own")
    uri = f"file:{tmp_path / 'store'}"
    done = run(MlflowConfig(run=small_run, uri=uri))
    client = mlflow.tracking.MlflowClient(tracking_uri=uri)
    made = client.get_run(done.run_id)
    assert made.data.params["seed"] == "7" and made.data.params["calls"] == "3"
    assert made.data.metrics["best"] == pytest.approx(46.07)
    assert made.data.tags["pharmakon.ledger"] == verify(small_run).head
    assert made.data.tags["pharmakon.sha256.weights.csv"]
    assert {item.path for item in client.list_artifacts(done.run_id)} >= {"run.json", "ledger.jsonl", "more"}
    assert made.info.status == "FINISHED" and made.info.end_time >= made.info.start_time


def test_without_mlflow_the_install_line_is_told(small_run, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(MissingExtra, match=r'pip install "pharmakon\[mlflow\]"'):
        run(MlflowConfig(run=small_run, uri="file:x"))


def test_metrics_are_the_finite_numbers_of_the_results(small_run):
    said = {"scores": {"auc (test)": {"value": 0.7, "low": math.inf}}, "name": "x", "curve": [1, 2], "ok": True}
    (small_run / "result.json").write_text(json.dumps(said))
    assert dict(_metrics(small_run)) == {"result/scores/auc test/value": 0.7, "best": 46.07}


def test_what_is_not_whole_or_tells_of_people_stays(small_run, tmp_path):
    folder = RunFolder.create(tmp_path / "people", verb="discover", config={})
    close(Ledger(folder.path))
    with pytest.raises(NotPermitted, match="may tell of people"):
        run(MlflowConfig(run=folder.path, uri="file:x"))
    (small_run / "weights.csv").write_text("other")
    with pytest.raises(RecordError, match=r"weights\.csv was changed"):
        run(MlflowConfig(run=small_run, uri="file:x"))
