import numpy as np
import pytest

from pharmakon.core.errors import ModelError, UnknownName
from pharmakon.store.models import load_folder, save_folder
from pharmakon.therapy.predictor import CANNOT_TELL, ResponsePredictor, _error
from pharmakon.therapy.profiles import Profiles


def test_intervals_hold_lines_that_were_held_out(screen, predictor):
    test = screen.take(np.arange(70, 90))
    found = predictor.respond(test.profiles, screen.drugs)
    known = test.tested
    inside = (found.low <= test.response) & (test.response <= found.high)
    assert inside[known].mean() > 0.8
    assert ((found.percentile >= 0) & (found.percentile <= 100)).all()


def test_a_new_molecule_gets_a_wider_interval(screen, predictor):
    found = predictor.respond(screen.profiles.take([0]), ["D4"], ["CCOc1ccccc1", "nonsense"])
    width = found.high - found.low
    assert width[0, 1] > width[0, 0]
    assert np.isnan(found.value[0, 2])
    assert found.verdict[0, 2] == CANNOT_TELL
    assert found.why[0].tolist()[2] == "the structure cannot be read"
    assert "cannot be read" not in found.why[0, 1]


def test_nine_in_ten_percentiles_of_new_molecules_are_as_near_as_said(screen, predictor):
    test = screen.take(np.arange(70, 90))
    found = predictor.respond(test.profiles, smiles=test.smiles)
    known = np.isfinite(test.response)
    at = np.array(
        [[np.nanmean(screen.response[:70, j] < value) for j, value in enumerate(row)] for row in test.response]
    )
    inside = np.abs(found.percentile - 100 * at)[known] <= predictor.rank_error_
    assert inside.mean() > 0.7  # 20 lines are few
    assert 5 < predictor.rank_error_ < 95


def test_few_genes_or_a_strange_profile_cannot_be_told(screen, predictor):
    genes = {"expression": ("G0", "G1")}
    few = predictor.respond(Profiles(("X",), genes, {"expression": np.zeros((1, 2))}), ["D0"])
    assert few.verdict[0, 0] == CANNOT_TELL
    assert "fewer than 50%" in few.why[0, 0]
    strange = {kind: values[:1] * 40 for kind, values in screen.profiles.values.items()}
    far = predictor.respond(Profiles(("X",), screen.profiles.genes, strange), ["D0"])
    assert not far.in_domain[0, 0]
    assert far.verdict[0, 0] == CANNOT_TELL


def test_mutations_that_were_given_and_cannot_be_read_leave_nothing_to_tell(screen, predictor):
    whole = screen.profiles.take([0, 0])
    values = dict(whole.values) | {"mutation": whole.values["mutation"].copy()}
    values["mutation"][1] = np.nan
    unread = {"mutation": np.array([[False], [True]]).repeat(len(whole.genes["mutation"]), axis=1)}
    found = predictor.respond(Profiles(("X", "Y"), whole.genes, values, unread), ["D0"])
    assert found.why[1, 0] == "fewer than 50% of the mutation values of the profile can be read"
    assert found.verdict[1, 0] == CANNOT_TELL
    assert "can be read" not in found.why[0, 0]
    blank = predictor.respond(Profiles(("X", "Y"), whole.genes, values), ["D0"])
    assert "can be read" not in blank.why[1, 0]


def test_a_folder_is_read_as_it_was_saved(screen, predictor, tmp_path):
    predictor.save(tmp_path / "model", {"name": "made"})
    again = ResponsePredictor.load(tmp_path / "model")
    assert again.card["kind"] == "response"
    before, after = (p.respond(screen.profiles, ["D1"], ["CCO"]) for p in (predictor, again))
    np.testing.assert_allclose(after.value, before.value, atol=1e-3)
    np.testing.assert_allclose(after.high, before.high, atol=1e-3)


def test_wrong_names_and_folders_are_told(screen, predictor, tmp_path):
    with pytest.raises(UnknownName, match="D99"):
        predictor.respond(screen.profiles, ["D99"])
    with pytest.raises(ModelError):
        ResponsePredictor.load(tmp_path)


def test_a_folder_without_the_error_of_percentiles_is_to_be_made_again(predictor, tmp_path):
    predictor.save(tmp_path / "model", {"name": "made"})
    folder = load_folder(tmp_path / "model")
    parts = ("response", "cells", "structures", "calibration")
    arrays = {name: dict(folder.arrays(name)) for name in parts}
    del arrays["calibration"]["rank_error"]
    save_folder(tmp_path / "old", card=folder.card, arrays=arrays, texts={})
    with pytest.raises(ModelError, match="train-response"):
        ResponsePredictor.load(tmp_path / "old")


def test_a_drug_or_a_line_without_any_response_has_no_error_and_no_warning():
    found = _error(np.array([[3.0, np.nan], [np.nan, np.nan], [-4.0, np.nan]]), axis=0)
    np.testing.assert_allclose(found, [np.sqrt(12.5), np.nan])
