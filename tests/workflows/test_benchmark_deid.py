import gzip
import json

import pytest

from pharmakon.workflows.benchmark import BenchmarkConfig, run
from pharmakon.workflows.benchmark_deid import DEID, ENGLISH, english, meddocan, parted

NAMES = ["Ana", "Bea", "Carla", "Diego", "Elena", "Fermín", "Gloria", "Hugo", "Iris", "Jorge", "Karla", "Luis"]


def rows(count, first=0):
    for i in range(first, first + count):
        name = f"{NAMES[i % 12]} Ruiz"
        text = f"Nombre: {name}.\nNHC: {10_000 + i}.\nAcude por dolor."
        start = text.index(str(10_000 + i))
        yield {"id": str(i), "text": text, "spans": [[8, 8 + len(name), "NAME"], [start, start + 5, "ID"]]}


@pytest.fixture
def data(tmp_path, monkeypatch):
    folder = tmp_path / "data" / "privacy" / "meddocan"
    folder.mkdir(parents=True)
    for name, count, first in (("train", 40, 0), ("dev", 20, 40)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows(count, first))
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path / "data"))
    return folder


def test_every_document_is_tested_once_and_never_with_itself(data):
    texts = [t for part in ("train", "dev") for t in meddocan(data / f"{part}.jsonl.gz")]
    tested = []
    for fold in range(5):
        train, test = parted(texts, fold, seed=0)
        assert not {t for t, _ in train} & {t for t, _ in test}
        assert len(train) + len(test) == 60
        tested += [t for t, _ in test]
    assert sorted(tested) == sorted(t for t, _ in texts)


def test_two_folds_and_their_summary(data, tmp_path):
    tasks = ("meddocan fold 1", "meddocan fold 2")
    result = run(BenchmarkConfig(name="deid", tasks=tasks, output=tmp_path / "out"))
    scores = result.record["tasks"]["meddocan fold 1"]["scores"]
    assert {"f1", "precision", "recall", "character_recall", "character_precision"} == scores.keys()
    assert scores["character_recall"]["value"] > 0.9
    assert result.record["summary"]["meddocan 2 folds: f1"] > 0.9
    assert result.record["tasks"]["meddocan fold 2"]["by label"]["NAME"]["n"] == 12


def test_english_types_become_kinds():
    row = {"full_text": "Ann in Bath", "spans": [{"start_position": 7, "end_position": 11, "entity_type": "GPE"}]}
    assert english(row) == ("Ann in Bath", [(7, 11, "place")])


def test_what_it_is():
    assert set(ENGLISH) < set(DEID.tasks())
    assert DEID.needs and DEID.published
