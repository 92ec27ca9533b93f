"""A result and its record, side by side."""

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.record.beside import files_of_result, is_beside, record_beside, record_of, results_of, top_of
from pharmakon.record.ledger import Ledger


@pytest.fixture
def made(tmp_path):
    """A model's folder with its record."""
    model = tmp_path / "model"
    model.mkdir()
    for name in ("card.json", "signatures.jsonl", ".hidden"):
        (model / name).write_text(name)
    record = record_beside(model)
    record.mkdir()
    (record / "run.json").write_text("{}")
    ledger = Ledger(record)
    ledger.output(record / "run.json")
    for path in files_of_result(model):
        ledger.beside(path)
    return model


def test_a_result_is_named_by_its_way_from_the_record(made):
    found = results_of(record_beside(made))
    assert [*found] == ["../model/card.json"] and is_beside("../model/card.json") and not is_beside("run.json")
    assert top_of("../model/card.json") == "model"
    with pytest.raises(RecordError, match="outside the run folder"):
        Ledger(record_beside(made)).output(made / "card.json")


def test_the_record_of_what_is_named(made):
    assert record_of(made) == record_of(record_beside(made)) == record_beside(made)
    assert record_of(made.with_name("other")) == made.with_name("other")
