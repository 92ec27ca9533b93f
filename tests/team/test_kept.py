"""A project's accounts go from job to job."""

from __future__ import annotations

import pytest

from pharmakon.core.errors import UsageError
from pharmakon.team.kept import kept, not_kept
from pharmakon.team.verbs import check, verb

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


def test_no_upload_is_taken_for_an_account():
    with pytest.raises(UsageError, match="an account that the server keeps"):
        not_kept(["cohort.toml", "zzz.budget.jsonl"], PATTERN)
    with pytest.raises(UsageError, match="an account that the server keeps"):
        check(verb("release"), {"cohort": "c.toml", "config": "r.toml"}, ["c.toml", "r.toml", "x.budget.head.json"])
    not_kept(["cohort.toml", "budget.csv"], PATTERN)
    not_kept(["zzz.budget.jsonl"], "")


def test_the_budget_of_releases_is_kept():
    assert verb("release").kept == PATTERN
    assert verb("predict").kept == ""
