"""A model in use: what held, what was passed, what cannot be told; one record over all checks."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pharmakon.core.errors import RecordError, UsageError
from pharmakon.record.ledger import verify
from pharmakon.workflows import monitor, train
from pharmakon.workflows.monitor import MonitorConfig

GROUPS = ("C", "CC", "CCC", "O", "OC", "N", "NC", "Cl", "F", "Br", "C#N", "C(=O)O", "C(=O)N", "S(C)(=O)=O", "CO", "CN")


def _molecules() -> list[str]:
    return [f"c1cc({a})ccc1{b}" for a in GROUPS for b in GROUPS]


def _value(smiles: str) -> float:
    return 0.4 * smiles.count("C") - 0.5 * smiles.count("O") - 0.3 * smiles.count("N") + 0.6 * smiles.count("Cl")


def _table(path, smiles, *, shift=0.0, noise=0.05, seed=0):
    generator = np.random.default_rng(seed)
    lines = [f"{s},{_value(s) + shift + generator.normal(0, noise):.4f}" for s in smiles]
    path.write_text("smiles,logx\n" + "\n".join(lines) + "\n")
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory, few_trees):
    folder = tmp_path_factory.mktemp("model")
    kept = _molecules()[::2]
    data = _table(folder / "assay.csv", kept, noise=0.3)
    with few_trees():
        train.run(train.TrainConfig(data=data, value="logx", output=folder / "logx", name="logx", unit="log units"))
    return folder / "logx"


def _check(model, data, output, **options):
    return monitor.run(MonitorConfig(model=str(model), data=data, output=output, **options))


def test_new_molecules_like_the_old_pass_no_limit(model, tmp_path):
    data = _table(tmp_path / "july.csv", _molecules()[1::2], noise=0.3, seed=1)
    result = _check(model, data, tmp_path / "watch", value="logx", domain=0.5)
    by_name = {check.name: check for check in result.checks}
    assert list(by_name) == ["domain", "coverage", "error", "bias"]
    assert not result.passed and result.note is None
    assert by_name["domain"].verdict == "held" and by_name["coverage"].found.value > 0.8
    assert verify(tmp_path / "watch").ok
    assert "PASSED" not in (tmp_path / "watch" / "report.html").read_text()


def test_an_assay_that_moved_passes_its_limits_and_asks_for_a_person(model, tmp_path):
    data = _table(tmp_path / "moved.csv", _molecules()[1::2], shift=3.0, seed=2)
    result = _check(model, data, tmp_path / "watch", value="logx")
    assert {check.name for check in result.passed} >= {"coverage", "error", "bias"}
    text = result.note.read_text()
    assert text.count("person needed") == 5 and "recalibrate" in text and "PASSED" in text
    events = [json.loads(line)["event"] for line in (tmp_path / "watch" / "ledger.jsonl").read_text().splitlines()]
    assert "monitored" in events and "change control" in events


def test_without_measurements_the_inputs_alone_are_compared(model, tmp_path):
    strange = [
        "CC(C)(C)[Si](C)(C)OC1CCCC1",
        "O=P(O)(O)OCC1OC(n2cnc3c2ncnc3N)C(O)C1O",
        "C1CC2CCC1C2",
        "CCCCCCCCCCCCCCCC",
    ]
    strange += [f"C{'CC' * n}S(=O)(=O)OC{'C' * n}" for n in range(2, 14)]
    path = tmp_path / "strange.csv"
    path.write_text("smiles\n" + "\n".join([*strange, "not a molecule"]) + "\n")
    result = _check(model, path, tmp_path / "watch")
    by_name = {check.name: check for check in result.checks}
    assert by_name["domain"].verdict == "passed"
    assert {by_name[name].verdict for name in ("coverage", "error", "bias")} == {"cannot tell"}
    assert any("1 of 17 rows could not be read" in note for note in result.notes)


def test_three_measurements_cannot_tell(model, tmp_path):
    data = _table(tmp_path / "few.csv", _molecules()[-5::2], shift=9.0)
    result = _check(model, data, tmp_path / "watch", value="logx")
    assert {c.name: c.verdict for c in result.checks}["error"] == "cannot tell"


def test_checks_of_one_model_are_one_record(model, tmp_path):
    half = _molecules()[1::2]
    first = _check(model, _table(tmp_path / "a.csv", half[:64], seed=3), tmp_path / "watch", value="logx")
    second = _check(model, _table(tmp_path / "b.csv", half[64:], seed=4), tmp_path / "watch", value="logx")
    assert (first.number, second.number) == (1, 2) and verify(tmp_path / "watch").ok
    assert "Over all checks" in (tmp_path / "watch" / "report.html").read_text()
    with pytest.raises(UsageError, match="counts once"):
        _check(model, tmp_path / "a.csv", tmp_path / "watch", value="logx")


def test_other_limits_want_a_reason_which_stays_on_record(model, tmp_path):
    half = _molecules()[1::2]
    _check(model, _table(tmp_path / "a.csv", half[:64]), tmp_path / "watch", value="logx")
    other = _table(tmp_path / "b.csv", half[64:])
    with pytest.raises(UsageError, match="say why"):
        _check(model, other, tmp_path / "watch", value="logx", error=2.0)
    _check(model, other, tmp_path / "watch", value="logx", error=2.0, why="a noisier assay")
    lines = (tmp_path / "watch" / "ledger.jsonl").read_text()
    assert "a noisier assay" in lines and verify(tmp_path / "watch").ok


def test_the_model_s_own_molecules_tell_nothing(model, tmp_path):
    with pytest.raises(UsageError, match="trained on"):
        _check(model, _table(tmp_path / "own.csv", _molecules()[::2]), tmp_path / "watch", value="logx")


def test_another_model_s_record_and_another_folder_are_left_alone(model, tmp_path):
    data = _table(tmp_path / "a.csv", _molecules()[1::2])
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        _check(model, data, tmp_path / "taken", value="logx")
    _check(model, data, tmp_path / "watch", value="logx")
    path = tmp_path / "watch" / "watch.json"
    path.write_text(path.read_text().replace('"model": "', '"model": "0'))
    with pytest.raises(UsageError, match="record of"):
        _check(model, _table(tmp_path / "b.csv", _molecules()[1::2], seed=9), tmp_path / "watch", value="logx")


def test_a_class_is_checked_for_how_many_there_are(tmp_path, few_trees):
    rows = [(s, int(_value(s) > 0.3)) for s in _molecules()]
    assay = tmp_path / "toxic.csv"
    assay.write_text("smiles,toxic\n" + "".join(f"{s},{y}\n" for s, y in rows[::2]))
    with few_trees():
        train.run(train.TrainConfig(data=assay, value="toxic", output=tmp_path / "toxic", name="toxic"))
    flipped = tmp_path / "flipped.csv"
    flipped.write_text("smiles,toxic\n" + "".join(f"{s},{1 - y}\n" for s, y in rows[1::2]))
    result = _check(tmp_path / "toxic", flipped, tmp_path / "watch", value="toxic")
    assert [check.name for check in result.checks] == ["domain", "coverage", "error", "calibration"]
    assert {"coverage", "error"} <= {check.name for check in result.passed}


def test_a_record_goes_on_in_another_folder_and_the_first_stays(model, tmp_path):
    half = _molecules()[1::2]
    _check(model, _table(tmp_path / "a.csv", half[:64], seed=3), tmp_path / "first", value="logx")
    before = (tmp_path / "first" / "ledger.jsonl").read_bytes()
    data = _table(tmp_path / "b.csv", half[64:], seed=4)
    second = _check(model, data, tmp_path / "second", value="logx", since=tmp_path / "first")
    assert second.number == 2 and verify(tmp_path / "second").ok
    assert (tmp_path / "first" / "ledger.jsonl").read_bytes() == before
    with pytest.raises(UsageError, match="counts once"):
        _check(model, data, tmp_path / "third", value="logx", since=tmp_path / "second")
    with pytest.raises(UsageError, match="not empty"):
        _check(model, data, tmp_path / "first", value="logx", since=tmp_path / "second")
    with pytest.raises(UsageError, match="no record"):
        _check(model, data, tmp_path / "fourth", value="logx", since=tmp_path)


def test_a_record_that_was_changed_is_not_gone_on_from(model, tmp_path):
    half = _molecules()[1::2]
    _check(model, _table(tmp_path / "a.csv", half[:64], seed=3), tmp_path / "first", value="logx")
    path = tmp_path / "first" / "checks" / "0001.json"
    path.write_text(path.read_text().replace('"held"', '"passed"', 1))
    with pytest.raises(RecordError, match=r"0001\.json"):
        _check(
            model, _table(tmp_path / "b.csv", half[64:]), tmp_path / "second", value="logx", since=tmp_path / "first"
        )
    assert not (tmp_path / "second").exists()
