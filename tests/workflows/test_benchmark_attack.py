"""The benchmark's pieces on small data: forests that leak, and what the summary counts."""

import numpy as np
import pytest

from pharmakon.workflows import benchmark_attack
from pharmakon.workflows.benchmark import BenchmarkConfig
from pharmakon.workflows.benchmark_attack import ATTACK, adult


@pytest.fixture
def census(tmp_path, monkeypatch):
    import gzip

    monkeypatch.setattr(benchmark_attack, "MODELS", 6)
    dice = np.random.default_rng(0)
    lines = ["age, workclass, education-num, marital-status, occupation, relationship, race, sex, capital-gain, "]
    lines[0] += "capital-loss, hours-per-week, salary-class"
    for _ in range(400):
        age = dice.integers(20, 70)
        cells = [age, dice.choice(["a", "b"]), dice.integers(1, 16), "x", dice.choice(["p", "q", "r"]), "y", "z"]
        cells += [dice.choice(["M", "F"]), 0, 0, dice.integers(10, 60), ">50K" if dice.random() < age / 90 else "<=50K"]
        lines.append(", ".join(map(str, cells)))
    path = tmp_path / benchmark_attack.ADULT
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return tmp_path


def test_a_forest_of_full_depth_leaks_and_the_default_does_not(census):
    config = BenchmarkConfig(name="attack", limit=400, workers=1)
    runs = {
        task: ATTACK.run(task, census, config, lambda *_: [], lambda text: None)
        for task in ("adult", "adult_forest_full_depth")
    }
    assert runs["adult_forest_full_depth"]["scores"]["loss auc"]["value"] > 0.8
    assert runs["adult_forest_full_depth"]["leaks"]
    assert not runs["adult"]["leaks"]
    assert "loss caught at 0.1 %" not in runs["adult"]["scores"]
    assert "loss at 0.1%" in runs["adult"]["cannot tell"]
    summary = ATTACK.summary(runs)
    assert list(summary["highest auc"]) == ["adult"]  # forests are no default


def test_columns_are_numbers_and_indicators(census):
    X, names, y = adult(census, 300, 0)
    assert X.shape == (300, len(names))
    assert "sex=M" in names
    assert set(np.unique(y)) == {0.0, 1.0}


def test_every_task_names_its_files(census):
    assert ATTACK.files("adult", census) == [census / benchmark_attack.ADULT]
