"""attack through the workflow: tables of scores, a signature with its cohort, and what is refused."""

import json

import numpy as np
import pytest

from pharmakon.core.errors import ConfigError, DataError, PharmakonError
from pharmakon.core.random import stream
from pharmakon.record.ledger import verify
from pharmakon.workflows.attack import AttackConfig, run


def tables(folder, leak, *, column="score", n=2_000):
    dice = stream(0, "tables")
    paths = []
    for name, shift in (("members", leak), ("others", 0.0)):
        path = folder / f"{name}.csv"
        values = dice.normal(size=n) + shift
        path.write_text(f"id,{column}\n" + "".join(f"{i},{v:.5f}\n" for i, v in enumerate(values)))
        paths.append(path)
    return paths


def test_scores_are_measured_and_written(tmp_path):
    members, others = tables(tmp_path, 1.0)
    found = run(AttackConfig(members=members, others=others, output=tmp_path / "out"))
    assert found.leaks
    assert found.attacks[0].auc.value == pytest.approx(0.76, abs=0.02)
    said = json.loads((tmp_path / "out" / "result.json").read_text())
    assert said["leaks"] is True
    assert said["attacks"][0]["caught"][1]["share"]["value"] is None
    assert "cannot tell" in (tmp_path / "out" / "report.html").read_text()
    assert verify(tmp_path / "out").ok


def test_a_loss_is_low_for_a_member(tmp_path):
    members, others = tables(tmp_path, -1.0, column="loss")
    assert run(AttackConfig(members=members, others=others, output=tmp_path / "out")).attacks[0].auc.value > 0.7


def test_scores_that_tell_nothing_do_not_leak(tmp_path):
    members, others = tables(tmp_path, 0.0)
    assert not run(AttackConfig(members=members, others=others, output=tmp_path / "out")).leaks


def test_a_signature_is_attacked_with_its_cohort_and_no_other(discovered, cohort_file, tmp_path):
    toml = discovered.folder.parent / "cohort.toml"
    config = AttackConfig(model=discovered.folder, cohort=toml, shadows=10, output=tmp_path / "out", workers=1)
    found = run(config)
    assert {attack.name for attack in found.attacks} == {"loss", "likelihood ratio"}
    assert found.attacks[0].models == 15  # three divisions into fifths are the least
    assert all(np.isfinite(attack.auc.low) for attack in found.attacks)
    with pytest.raises(DataError, match="not the cohort"):
        run(config.model_copy(update={"cohort": cohort_file(n=70), "output": tmp_path / "other"}))
    with pytest.raises(ConfigError, match="--cohort"):
        run(config.model_copy(update={"cohort": None}))


def test_what_is_asked_must_be_one_attack(tmp_path, trained):
    with pytest.raises(ValueError, match="both --members and --others"):
        AttackConfig(members=tmp_path / "a.csv")
    with pytest.raises(ValueError, match="two attacks"):
        AttackConfig(model=trained, members=tmp_path / "a.csv")
    with pytest.raises(PharmakonError, match="--data"):
        run(AttackConfig(model=trained, output=tmp_path / "out"))


def test_a_table_without_scores_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,score\n1,x\n2,y\n")
    with pytest.raises(DataError, match="holds no number"):
        run(AttackConfig(members=path, others=path, output=tmp_path / "out"))
