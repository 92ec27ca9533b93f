"""GuacaMol: the best of a pool start the search, all that was scored is counted, and a second run has it still."""

import gzip

import pytest

from pharmakon.core.errors import DataError
from pharmakon.design import collection, guacamol
from pharmakon.store.catalogue import data_set
from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_guacamol import GUACAMOL


@pytest.fixture
def root(tmp_path, monkeypatch, molecules):
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    for name in collection.CHEMBL:
        path = tmp_path / data_set(name).file().path
        path.parent.mkdir(exist_ok=True)
        with gzip.open(path, "wt", encoding="utf-8") as out:
            out.write("\n".join(molecules[:40]) + "\n")
    monkeypatch.setattr(guacamol, "SETTINGS", {"initial": 10, "batch": 5, "proposals": 3, "generations": 2})
    return tmp_path


def config(root, **more):
    return BenchmarkConfig(name="guacamol", tasks=("zaleplon_mpo",), calls=40, output=root / "out", **more)


def test_everything_scored_is_counted(root, monkeypatch):
    told = []
    record = run(config(root), progress=lambda done, total, note: told.append(note)).record
    found = record["tasks"]["zaleplon_mpo"]
    assert found["runs"][0]["pool"] == 40
    scored = found["runs"][0]["scored"]
    assert 70 < scored <= 80
    total = round(found["scores"]["score"]["value"], 3)
    assert record["summary"] == {"tasks": 1, "pharmakon": total, "molecules scored": scored}
    assert not record["comparable"]
    assert any("island3, best" in note for note in told)
    assert GUACAMOL.summary(record["tasks"])["CReM"] == 0.770

    monkeypatch.setattr(guacamol, "screened", None)  # the pool and every call are kept
    (root / "out/guacamol.json").unlink()
    again = run(config(root)).record["tasks"]["zaleplon_mpo"]
    assert again["scores"] == found["scores"]


def test_work_may_lie_elsewhere(root):
    run(config(root, work=root / "kept"))
    assert {path.suffix for path in (root / "kept").iterdir()} == {".smi", ".json", ".jsonl"}
    assert not (root / "out/work").exists()


def test_without_data_it_says_so(monkeypatch, tmp_path):
    monkeypatch.delenv("PHARMAKON_DATA", raising=False)
    with pytest.raises(DataError, match="PHARMAKON_DATA"):
        run(config(tmp_path))
