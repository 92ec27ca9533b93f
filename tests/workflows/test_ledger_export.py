"""Ledgers of several runs go to one place, whole or not at all."""

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, RecordError, UsageError
from pharmakon.record import Ledger
from pharmakon.record.copies import read_copy, rows
from pharmakon.workflows.ledger_export import LedgerExportConfig, run


@pytest.fixture
def runs(tmp_path):
    for name in ("a", "b"):
        ledger = Ledger(tmp_path / name)
        ledger.append("started", name=name)
        ledger.seal()
    Ledger(tmp_path / "b" / "signatures.jsonl").append("signed")
    return tmp_path / "a", tmp_path / "b"


def test_into_a_database_and_again(runs, tmp_path):
    config = LedgerExportConfig(runs=runs, database=f"sqlite:///{tmp_path}/x.db")
    result = run(config)
    assert (result.runs, result.entries, result.signatures, result.known) == (2, 4, 1, 0)
    assert run(config).known == 5


@pytest.mark.parametrize("name", ["copy.csv", "copy.jsonl"])
def test_into_a_file(runs, tmp_path, name):
    config = LedgerExportConfig(runs=runs, output=tmp_path / name)
    run(config)
    assert read_copy(tmp_path / name) == [row for folder in runs for row in rows(folder)]
    with pytest.raises(UsageError, match="exists"):
        run(config)


def test_nothing_is_copied_where_one_is_not_whole(runs, tmp_path):
    path = runs[1] / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"started", b"altered"))
    with pytest.raises(RecordError, match="not as it was written"):
        run(LedgerExportConfig(runs=runs, output=tmp_path / "copy.csv"))
    assert not (tmp_path / "copy.csv").exists()


@pytest.mark.parametrize(
    "given", [{}, {"database": "sqlite:///x", "output": "x.csv"}, {"output": "x.xlsx"}, {"runs": (), "output": "x.csv"}]
)
def test_one_place_is_named(given):
    with pytest.raises(ConfigError):
        build(LedgerExportConfig, {"runs": ("a",), **given})


def test_a_password_is_not_shown(runs, monkeypatch):
    from contextlib import contextmanager
    from types import SimpleNamespace

    from pharmakon.workflows import ledger_export

    @contextmanager
    def opened(_):
        yield SimpleNamespace(add=lambda rows: 0)

    monkeypatch.setattr(ledger_export, "opened", opened)
    result = run(LedgerExportConfig(runs=runs, database="postgresql://ada:secret@host/db"))
    assert result.place == "host/db"
