import csv
import gzip

import pytest

from pharmakon.workflows.benchmark import BenchmarkConfig, run


@pytest.fixture
def data(tmp_path, monkeypatch):
    path = tmp_path / "omics/pgx_warfarin_iwpc/iwpc_5700.csv.gz"
    path.parent.mkdir(parents=True)
    with gzip.open(path, "wt", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "age", "height", "weight", "race", "cyp2c9", "vkorc1", "dose"])
        for i in range(300):
            alleles = ("*1/*1", "*1/*2", "*1/*3")[i % 3], ("G/G", "A/G", "A/A")[i // 3 % 3]
            race = ("White", "Asian", "Black")[i // 9 % 3]
            writer.writerow([i, f"{40 + i % 50}", 160 + i % 30, 55 + i % 40, race, *alleles, 20 + i % 31])
    monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
    return tmp_path


def test_errors_stand_by_equation_and_race(data):
    result = run(BenchmarkConfig(name="dose", output=data / "out"))
    assert set(result.record["tasks"]) == {"pharmacogenetic", "clinical", "refitted"}
    scores = result.record["tasks"]["pharmacogenetic"]["scores"]
    assert scores["mae"]["n"] == 300
    assert "explained, Asian" in scores
    assert result.record["tasks"]["pharmacogenetic"]["anchors"]["mae"] == {"published": 8.5}
    assert result.record["summary"]["refitted"] < result.record["summary"]["clinical"]
