"""A trust list says whose signature counts, under which name, and until when."""

from datetime import UTC, datetime

import pytest

from pharmakon.core.errors import ConfigError
from pharmakon.record.trust import TrustList

KEY, OTHER = "ab" * 32, "cd" * 32
LIST = f"""
[[people]]
name = "Ada Lovelace"
key = "{KEY}"
roles = ["author", "reviewer"]
revoked = 2026-03-01T00:00:00Z
"""


def written(tmp_path, text):
    path = tmp_path / "trust.toml"
    path.write_text(text)
    return TrustList.from_toml(path)


def test_key_name_and_time_must_fit(tmp_path):
    trust = written(tmp_path, LIST)
    before, after = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    assert trust.doubt(KEY, "Ada Lovelace", before) == ""
    assert "not in the trust list" in trust.doubt(OTHER, "Ada Lovelace", before)
    assert "by the key of Ada Lovelace" in trust.doubt(KEY, "Eve", before)
    assert "revoked" in trust.doubt(KEY, "Ada Lovelace", after)
    assert not trust.reviewer_may_approve


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t + t, "one key"),
        (lambda t: t.replace("T00:00:00Z", "T00:00:00"), "offset"),
        (lambda t: t.replace('"reviewer"', '"boss"'), "role 2"),
        (lambda t: t.replace(KEY, "xyz"), "key"),
        (lambda t: "", "people"),
    ],
)
def test_a_list_that_decides_nothing_is_refused(tmp_path, change, said):
    with pytest.raises(ConfigError, match=said):
        written(tmp_path, change(LIST))
