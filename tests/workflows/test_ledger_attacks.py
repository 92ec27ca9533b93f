"""Each attack changes the record, leaves the original alone, and never has the key."""

import numpy as np
import pytest

from pharmakon.record.approval import check
from pharmakon.record.ledger import verify
from pharmakon.workflows.benchmark_ledger import _person
from pharmakon.workflows.ledger_attacks import KINDS, OF_SIGNATURES, Record


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    people = [_person(name) for name in ("Author", "Reviewer", "Approver")]
    return Record(tmp_path_factory.mktemp("attacks"), np.random.default_rng(0), people)


@pytest.mark.parametrize("kind", KINDS)
def test_it_changes_what_it_says_and_nothing_else(record, kind):
    before = dict(record.files)
    for seed in range(20):
        files, touched = KINDS[kind](record, np.random.default_rng(seed))
        assert touched
        changed = {name for name in {*files, *before} if files.get(name) != before.get(name)}
        assert changed
        assert all(name.startswith("signatures") == (kind in OF_SIGNATURES) for name in changed)
    assert record.files == before


@pytest.mark.parametrize("kind", ["the chain rewritten", "the end cut, the head too", "all signatures pasted"])
def test_without_a_key_in_it_the_chain_alone_would_be_deceived(record, tmp_path, kind):
    """These attacks make every hash right: that the chain has no fault shows that the signatures find them."""
    files, _ = KINDS[kind](record, np.random.default_rng(1))
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    chain = [p for p in verify(tmp_path).problems if "checkpoint" not in p]
    assert not chain
    assert not verify(tmp_path / "signatures.jsonl").problems
    assert check(tmp_path).problems
