"""Libraries behind the pages: each project's own, a few kept open, filters read as JSON, selections as runs."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from pharmakon.core.errors import ConfigError, UsageError
from pharmakon.web import libraries
from pharmakon.web.libraries import OPEN, filter_of, mask_of, runs_of_mask

AT = "/api/v1/libraries"


def test_a_library_is_its_project_s_alone_and_no_other_job_is_one(fresh):
    ada = fresh.browser("analyst")
    made = fresh.held.jobs.add(ada.caller, "library", {"data": "set.csv"})
    other = fresh.held.jobs.add(ada.caller, "predict", {"smiles": ["CCO"]})
    stranger = fresh.browser("analyst", project=fresh.held.projects.add("Proteases").id)
    assert ada.ask("GET", f"{AT}/{made.id}").status_code == 422  # it is there, and not finished
    assert ada.ask("GET", f"{AT}/{other.id}").status_code == 404
    for path in ("", "/rows", "/export", "/selections"):
        assert stranger.ask("GET", f"{AT}/{made.id}{path}").status_code == 404


def test_the_last_libraries_asked_for_are_kept_open(workbench, library, monkeypatch):
    kept = OrderedDict((Path(f"library {i}"), None) for i in range(OPEN))
    monkeypatch.setattr(libraries, "_open", kept)
    assert workbench.get(f"{AT}/{library}").status_code == 200
    (opened,) = [one for one in kept.values() if one is not None]
    assert len(kept) == OPEN and Path("library 0") not in kept
    kept.move_to_end(opened.folder, last=False)
    assert workbench.get(f"{AT}/{library}").status_code == 200
    assert list(kept)[-1] == opened.folder and kept[opened.folder] is opened


def test_a_filter_is_a_json_object_of_known_conditions():
    assert filter_of("") == filter_of("{}") and filter_of('{"ranges":{"mw":[70,null]}}').ranges == {"mw": (70, None)}
    for wrong, error in (
        ("nonsense", UsageError),
        ("[" * 100_000, UsageError),
        ('["a"]', UsageError),
        ('{"mass":1}', ConfigError),
    ):
        with pytest.raises(error):
            filter_of(wrong)


@pytest.mark.parametrize("bits", ["", "0", "1", "0110111", "1001", "11111"])
def test_a_mask_is_the_same_after_it_was_runs(bits):
    mask = np.array([bit == "1" for bit in bits], dtype=bool)
    runs = runs_of_mask(mask)
    assert mask_of(runs, len(mask)).tolist() == mask.tolist()
    assert len(runs) == len([run for run in bits.split("0") if run]) and all(length for _, length in runs)
