"""What was signed is one hash, and what became of it is said in words."""

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.record import Ledger
from pharmakon.record.content import content_of, flaws


@pytest.fixture
def run(tmp_path):
    ledger = Ledger(tmp_path)
    (tmp_path / "designs.csv").write_text("CCO\n")
    ledger.output(tmp_path / "designs.csv")
    ledger.seal()
    return tmp_path


def test_every_file_but_signatures_and_hidden_ones_counts(run):
    before = content_of(run)
    for name in ("signatures.jsonl", "signatures.head.json", ".hidden", "Thumbs.db"):
        (run / name).write_text("x")
    assert content_of(run).sha256 == before.sha256
    assert set(before.files) == {"designs.csv", "ledger.jsonl", "ledger.head.json"}


def test_what_changed_is_named(run):
    then = content_of(run)
    (run / "note.txt").write_text("x")
    assert then.difference(content_of(run)) == "no longer fits: note.txt is new since then"
    (run / "note.txt").unlink()
    (run / "designs.csv").write_text("CCN\n")
    assert then.difference(content_of(run)) == "no longer fits: designs.csv is changed since then"
    (run / "designs.csv").unlink()
    assert then.difference(content_of(run)) == "no longer fits: designs.csv is missing since then"


def test_only_a_finished_and_whole_run_can_be_signed(run, tmp_path_factory):
    assert flaws(run) == []
    (run / "designs.csv").write_text("CCN\n")
    assert flaws(run) == ["designs.csv was changed after it was recorded"]
    other = tmp_path_factory.mktemp("open")
    Ledger(other).append("started")
    assert "has not finished" in flaws(other)[0]
    with pytest.raises(RecordError, match="neither a run folder"):
        flaws(tmp_path_factory.mktemp("empty"))


def test_a_model_is_known_by_its_sums(tmp_path):
    import numpy as np

    from pharmakon.store.models import load_folder, save_folder

    save_folder(tmp_path / "m", card={"name": "m"}, arrays={"w": {"x": np.arange(3)}}, texts={})
    before = content_of(tmp_path / "m")
    assert before.kind == "model"
    assert flaws(tmp_path / "m") == []
    Ledger(tmp_path / "m" / "signatures.jsonl").append("signed")
    load_folder(tmp_path / "m")
    assert content_of(tmp_path / "m").sha256 == before.sha256
    (tmp_path / "m" / "w.npz").write_bytes(b"x")
    assert "w.npz" in flaws(tmp_path / "m")[0]
