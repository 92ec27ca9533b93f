"""Every drawn molecule is on the page once, and the data keep what was checked."""

import json
from pathlib import Path

import pytest

from pharmakon.record.passport import Passports
from pharmakon.workflows.finished_run import read_run
from pharmakon.workflows.passport import passports_of
from pharmakon.workflows.passport_language import CAUTION
from pharmakon.workflows.passport_output import data_of, page_of


@pytest.fixture(scope="module")
def passports(design_run: Path) -> Passports:
    return passports_of(read_run(design_run), ["1"], quick=True)


def test_the_data_say_how_each_check_came_out(passports: Passports) -> None:
    found = json.loads(data_of(passports))
    one = found["passports"][0]
    assert one["checks"]["same molecule"] is True
    assert one["checks"]["score error"] <= 1e-9
    assert one["checks"]["likelihood error"] <= 1e-9
    assert set(one["checks"]["second opinion"].values()) <= {"usual", "flagged"}
    assert found["likelihood"] == CAUTION
    assert len(found["memory"]["similarity"]) == 3


def test_the_page_draws_every_molecule_and_part(passports: Passports) -> None:
    page, one = page_of(passports), passports.passports[0]
    drawn = {one.smiles, *(s.child for s in one.lineage), *(part.smiles for part in one.fragments)}
    assert page.count("<symbol") >= len(drawn)
    assert CAUTION in page
