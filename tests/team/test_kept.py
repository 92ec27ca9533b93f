"""A project's accounts go from job to job."""

from __future__ import annotations

import pytest

from pharmakon.team.kept import kept
from pharmakon.team.verbs import verb

PATTERN = "*.budget.*"


def job(folder, inputs, spend):
    inputs.mkdir()
    with kept(folder, inputs, PATTERN):
        account = inputs / "clinic.csv.budget.jsonl"
        account.write_text((account.read_text() if account.exists() else "") + f"{spend}\n")
        if spend == "fails":
            raise KeyError(spend)


def test_what_one_job_spent_the_next_one_knows_also_when_it_failed(tmp_path):
    job(tmp_path / "kept", tmp_path / "1", "one")
    with pytest.raises(KeyError):
        job(tmp_path / "kept", tmp_path / "2", "fails")
    job(tmp_path / "kept", tmp_path / "3", "three")
    assert (tmp_path / "kept" / "clinic.csv.budget.jsonl").read_text() == "one\nfails\nthree\n"


def test_the_budget_of_releases_is_kept():
    assert verb("release").kept == PATTERN
    assert verb("predict").kept == ""
