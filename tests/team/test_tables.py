"""The tables: no secret stands in them as it is, and times are numbers."""

from __future__ import annotations

from sqlalchemy import Float

from pharmakon.team.tables import jobs, metadata, sessions, tokens, users


def test_what_proves_somebody_is_kept_as_a_hash():
    assert "hash" in sessions.c and "hash" in tokens.c
    assert not {"secret", "cookie", "token"} & {column.name for table in metadata.tables.values() for column in table.c}
    assert users.c.password.nullable  # of somebody whom another provider vouches for


def test_every_time_is_a_number_of_seconds():
    times = {
        "created",
        "started",
        "ended",
        "seen",
        "proved",
        "expires",
        "used",
        "locked_until",
        "lease_until",
        "changed",
    }
    for table in metadata.tables.values():
        for column in table.c:
            if column.name in times:
                assert isinstance(column.type, Float), column


def test_an_idempotency_key_is_one_user_s_in_one_project():
    unique = [{column.name for column in rule.columns} for rule in jobs.constraints if hasattr(rule, "columns")]
    assert {"project", "user", "key"} in unique
