"""The verbs of patients: mistakes are told as the command line tells them."""

from __future__ import annotations

import pytest

from pharmakon.core.errors import ConfigError
from pharmakon.workflows import verbs_patients


@pytest.mark.parametrize(
    ("verb", "given"),
    [
        (verbs_patients.discover_biomarkers, ("trial.toml",)),
        (verbs_patients.match_treatments, ("tumour.csv",)),
        (verbs_patients.dose_patients, ("warfarin", "patients.csv")),
        (verbs_patients.validate_signature, ("found", "other.toml")),
        (verbs_patients.explain_signature, ("found", "other.toml")),
    ],
)
def test_a_misspelt_option_is_refused_before_any_file_is_read(verb, given):
    with pytest.raises(ConfigError, match="seeed"):
        verb(*given, seeed=1)
