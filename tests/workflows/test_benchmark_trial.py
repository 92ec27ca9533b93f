import csv
import gzip

import numpy as np
import pytest

from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_trial import COVARIATES, TRIAL


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A made-up trial and a made-up pair of series, where the public ones lie."""
    random = np.random.default_rng(0)
    n = 160
    treat = np.arange(n) % 2
    columns = {name: random.normal(size=n) for name in COVARIATES} | {"treat": treat}
    columns["cd420"] = columns["cd40"] + 3 * treat + random.normal(size=n)
    columns |= {"days": random.exponential(1 + treat), "cens": np.ones(n, dtype=int)}
    write(tmp_path / "omics/rct_actg175/actg175.csv.gz", range(n), columns)
    probes = {f"p{j}": random.normal(size=n) + 3 * treat for j in range(5)}
    series = {"status": treat, "time": columns["days"], "treat": treat - 0.5, **probes}
    ids = [f"GSM{'615' if t else '411'}{i:03d}" for i, t in enumerate(treat)]
    write(tmp_path / "omics/breast_taxane_biospear/breast_614.csv.gz", ids, series)
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    return tmp_path


def write(path, ids, columns):
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wt", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["", *columns])
        writer.writerows([name, *row] for name, row in zip(ids, zip(*columns.values(), strict=True), strict=True))


def test_the_trial_is_estimated_and_the_two_series_are_refused(data):
    result = run(BenchmarkConfig(name="trial", output=data / "out"))
    trial, series = (result.record["tasks"][task] for task in TRIAL.tasks())
    assert trial["scores"]["difference, adjusted"]["value"] == pytest.approx(3, abs=0.6)
    assert trial["scores"]["hazard ratio"]["value"] < 1
    assert "treatment x race" in trial["scores"]
    assert series["scores"]["ways that refuse"]["value"] == 2
    assert all(series["reasons"].values())
