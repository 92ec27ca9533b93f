"""ExpansionRx: whole clusters are held out, and the measure is relative to the mean."""

import csv

import numpy as np
import pytest

from pharmakon.core.errors import UnknownName
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_expansionrx import EXPANSIONRX

SERIES = (
    "c1ccccc1C(=O)N",
    "C1CCNCC1S(=O)(=O)",
    "c1ccc2[nH]ccc2c1",
    "O=C1CCCN1",
    "c1ccsc1",
    "N#Cc1ccncc1",
    "CC(C)(C)OC(=O)N",
)


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    path = tmp_path / EXPANSIONRX.needs
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["Molecule Name", "SMILES", *EXPANSIONRX.tasks()])
        writer.writeheader()
        for i in range(70):
            smiles = "C" * (1 + i // 7) + SERIES[i % 7]
            values = {"LogD": i / 10, "KSOL": "" if i % 2 else 10 ** (i / 10) - 1}
            writer.writerow({"Molecule Name": f"E-{i}", "SMILES": smiles, **values})
    return tmp_path


def test_held_out_molecules_are_not_learnt_and_the_mean_scores_one(root, tmp_path):
    seen = {}

    def learner(train_x, train_y, test_x, **options):
        seen.update(train=train_x, test=test_x, y=train_y, **options)
        return [np.full(len(test_x), 0.0)]

    record = run(BenchmarkConfig(name="expansionrx", tasks=("LogD",), output=tmp_path / "out"), learner=learner).record
    assert not set(seen["train"]) & set(seen["test"])
    assert len(seen["train"]) + len(seen["test"]) == 70
    assert 0 < len(seen["test"]) < 35
    assert record["tasks"]["LogD"]["scores"]["rae"]["value"] > 1  # worse than the mean of the test values
    assert record["summary"]["endpoints"] == 1
    means = record["summary"]["MA-RAE"]
    assert means["pharmakon"] == record["tasks"]["LogD"]["scores"]["rae"]["value"]
    assert 0 < means["LightGBM on this hold-out"] < means["pharmakon"]  # it learns; the stand-in says 0 to everything
    assert means["ratio"] == pytest.approx(means["pharmakon"] / means["LightGBM on this hold-out"], abs=1e-3)


def test_gaps_are_left_out_and_values_are_logarithms(root, tmp_path):
    seen = {}

    def learner(train_x, train_y, test_x, **options):
        seen.update(n=len(train_x) + len(test_x), high=train_y.max())
        return [np.full(len(test_x), 3.0)]

    EXPANSIONRX.run("KSOL", root, BenchmarkConfig(), learner, print)
    assert seen["n"] == 35
    assert seen["high"] <= 6.9


def test_an_endpoint_nobody_measured_is_a_wrong_name(root):
    with pytest.raises(UnknownName, match="did you mean 'LogD'"):
        run(BenchmarkConfig(name="expansionrx", tasks=("logd",)))
