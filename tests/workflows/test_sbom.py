"""The verb that writes a bill of materials."""

import json

import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError
from pharmakon.workflows.sbom import SbomConfig, run


def test_a_given_time_makes_the_bill_repeatable(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    done = run(SbomConfig(output=tmp_path / "sbom.json"))
    assert (tmp_path / "sbom.json").read_text() == done.text == run(SbomConfig()).text
    assert json.loads(done.text)["metadata"]["timestamp"] == "1970-01-02T00:00:00Z"
    assert done.components == sum(one["type"] == "library" for one in json.loads(done.text)["components"])


def test_a_time_without_an_offset_or_that_is_none_is_refused(monkeypatch):
    with pytest.raises(ConfigError, match="offset from UTC"):
        build(SbomConfig, {"time": "2026-01-01T00:00:00"})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH is 'soon'"):
        run(SbomConfig())
