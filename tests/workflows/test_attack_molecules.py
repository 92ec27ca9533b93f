"""A molecule model attacked: by halves of its table, and by its own answers."""

import numpy as np
import pytest

from pharmakon.core.errors import ConfigError
from pharmakon.workflows import attack_molecules
from pharmakon.workflows.attack import AttackConfig, run


@pytest.fixture
def quick(monkeypatch):
    """A learner that remembers: the value of the same molecule, else the mean."""
    from pharmakon.predict import training

    def learner(train, y, asked, **options):
        known = dict(zip(train, y, strict=True))
        return [np.array([known.get(s, float(np.mean(y))) for s in asked])]

    monkeypatch.setattr(training, "fit_predict", learner)


def test_a_learner_that_remembers_is_found_out(quick, trained, tmp_path):
    config = AttackConfig(
        model=trained, data=trained.parent / "assay.csv", shadows=10, records=120, workers=1, output=tmp_path / "out"
    )
    found = run(config)
    by_name = {attack.name: attack for attack in found.attacks}
    assert set(by_name) == {"loss", "likelihood ratio"}  # no stranger in the table: not the model itself
    assert by_name["loss"].auc.value > 0.95
    assert found.leaks
    assert any("sample of 120" in note for note in found.notes)
    assert any("fingerprints" in note for note in found.notes)


def test_strangers_in_the_table_are_held_against_the_model_itself(quick, trained, strangers, tmp_path):
    table = tmp_path / "more.csv"
    text = (trained.parent / "assay.csv").read_text()
    table.write_text(text + "".join(f"S{i},{s},{-1 - i % 3}\n" for i, s in enumerate(strangers[:80])))
    found = run(AttackConfig(model=trained, data=table, shadows=10, workers=1, output=tmp_path / "out"))
    own = next(attack for attack in found.attacks if attack.name == "loss of the model itself")
    assert own.others > 60
    assert own.models == 1
    assert own.auc.value > 0.6


def test_a_wrong_column_is_told(trained, tmp_path):
    with pytest.raises(ConfigError, match="no column 'x'"):
        run(AttackConfig(model=trained, data=trained.parent / "assay.csv", value="x", output=tmp_path / "out"))


def test_answers_are_logits_or_what_is_left():
    confidence, loss = attack_molecules.answers(np.array([[0.9, 0.2]]), np.array([1.0, 0.0]), "classification", "none")
    assert confidence[0] == pytest.approx([np.log(9), np.log(4)])
    assert loss[0] == pytest.approx([-np.log(0.9), -np.log(0.8)])
    off, cost = attack_molecules.answers(np.array([[10.0]]), np.array([1000.0]), "regression", "log10")
    assert off[0, 0] == pytest.approx(2.0)
    assert cost[0, 0] == pytest.approx(2.0)
