"""Diverse hits: every search on the same proxy and budget, and its result kept."""

import gzip
import json

import pytest

from pharmakon.core.errors import MissingExtra
from pharmakon.workflows import benchmark_diverse_hits as bench
from pharmakon.workflows.benchmark import BenchmarkConfig, run

POOL = [
    f"{left}{middle}{right}"
    for left in ("CCN", "COC", "CC(C)", "c1ccccc1C", "O=C(O)CC", "N#CC")
    for middle in ("CC", "c1ccc(cc1)", "C1CCC(CC1)", "C(=O)N", "S(=O)(=O)C")
    for right in ("C", "O", "N", "CF", "OC", "N1CCOCC1")
]


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    folder = tmp_path / "generative"
    folder.mkdir()
    with gzip.open(folder / "zinc250k.smi.gz", "wt") as lines:
        lines.write("\n".join(POOL) + "\n")
    with gzip.open(folder / "oracle_jnk3_excape_labels.csv.gz", "wt") as lines:
        lines.write("smiles,jnk3\n" + "".join(f"{s},{int('C1CCC' in s)}\n" for s in POOL))
    return tmp_path


@pytest.fixture
def no_torch(monkeypatch):
    def require(module, *, extra, needed_for):
        raise MissingExtra(module, extra, needed_for=needed_for)

    monkeypatch.setattr("pharmakon.core.lazy.require", require)


def test_all_searches_spend_the_same_calls_and_are_kept(root, no_torch, tmp_path):
    config = BenchmarkConfig(name="diverse-hits", tasks=("jnk3",), calls=80, repeats=1, output=tmp_path / "out")
    record = run(config).record
    task = record["tasks"]["jnk3"]
    assert {who: [one["calls"] for one in runs] for who, runs in task["runs"].items()} == {
        "pharmakon": [80],
        "Graph GA": [80],
        "random ZINC": [80],
    }
    assert "torch" in task["left_out"]["LSTM hill climbing"]
    assert task["scores"][bench.METRIC]["value"] == task["runs"]["pharmakon"][0]["diverse_hits"] > 0
    assert task["scores"][bench.AUC]["value"] > 0.9
    assert set(task["anchors"][bench.METRIC]) == {"Graph GA", "random ZINC"}
    assert record["summary"]["proxies"] == 1
    work = next((tmp_path / "out" / "later-work").iterdir())
    kept = json.loads((work / "jnk3-pharmakon-0-80.json").read_text())
    assert kept["diverse_hits"] == task["runs"]["pharmakon"][0]["diverse_hits"]
    (work / "jnk3-pharmakon-0-80.json").unlink()  # killed before it was written: the journal is there
    (tmp_path / "out" / "diverse-hits.json").unlink()
    again = run(config).record["tasks"]["jnk3"]["runs"]["pharmakon"][0]
    assert {key: again[key] for key in ("hits", "diverse_hits", "curve")} == {
        key: kept[key] for key in ("hits", "diverse_hits", "curve")
    }


def test_the_summary_counts_proxies():
    one = {"scores": {bench.METRIC: {"value": 5}}, "anchors": {bench.METRIC: {"Graph GA": 3, "random ZINC": 5}}}
    assert bench.DIVERSE_HITS.summary({"a": one, "b": one}) == {
        "proxies": 2,
        "more than Graph GA": "2 of 2",
        "more than random ZINC": "0 of 2",
    }
