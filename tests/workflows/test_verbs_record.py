"""The verbs of evidence: a folder that holds no run is said so."""

from __future__ import annotations

import pytest

from pharmakon.core.errors import PharmakonError
from pharmakon.workflows import verbs_record


@pytest.mark.parametrize(
    "verb", [verbs_record.replay_run, verbs_record.make_crate, verbs_record.verify_crate, verbs_record.reproduce_run]
)
def test_an_empty_folder_is_no_run(verb, tmp_path):
    with pytest.raises(PharmakonError):
        verb(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_bill_of_materials_lists_what_is_installed():
    assert verbs_record.make_sbom() is not None
