from dataclasses import replace

import numpy as np
import pytest

from pharmakon.core.access import access_of
from pharmakon.core.errors import DataError
from pharmakon.workflows.federate_combine import combine
from pharmakon.workflows.federate_model import save_signature, signature_of
from pharmakon.workflows.federate_rounds import fit_rounds
from pharmakon.workflows.federate_sums import answer, standardised
from pharmakon.workflows.study_signature import load


def test_the_signature_scores_as_the_state_does(study, sites):
    state = fit_rounds(study, sites)
    site, fit = sites["north"], state.fits[-1]
    eta = standardised(site.values(state.columns), fit) @ np.array(fit.at[state.chosen])
    risks = signature_of(study, state).apply(site.blocks)
    assert np.allclose(risks.score, eta)
    assert np.allclose(risks.value, 1 / (1 + np.exp(-eta)))


def test_the_folder_says_where_it_came_from_and_keeps_nobody(study, sites, tmp_path):
    state = fit_rounds(study, sites)
    frozen = load(save_signature(tmp_path / "signature", study, state))
    said = frozen.card["federated"]
    assert said["plan"] == study.hash
    assert said["sites"] == list(study.sites)
    assert said["answers"][-1]["answers"] == state.history[-1].answers
    assert not frozen.signature.trained_on
    assert not frozen.known.sketches
    assert {*frozen.signature.markers} == {*signature_of(study, state).markers}


def test_the_model_has_the_strictest_class_of_its_sites(study, sites, tmp_path):
    def made(*classes):
        said = {name: replace(sites[name], access=one) for name, one in zip(study.sites, classes, strict=True)}
        said[study.sites[0]] = replace(said[study.sites[0]], terms="board of the first")
        folder = save_signature(tmp_path / "-".join(map(str, classes)), study, fit_rounds(study, said))
        return access_of(load(folder).card)

    assert made("open", "restricted", "controlled") == ("restricted", "board of the first")
    assert made("open", None, "open")[0] is None, "one site says nothing: nobody can say that it is open"


def test_before_a_penalty_is_chosen_there_is_none(study, sites):
    state = combine(study, [answer(study, sites[name], None) for name in study.sites], None)
    with pytest.raises(DataError, match="not fitted yet"):
        signature_of(study, state)


def test_validate_takes_it(study, sites, tmp_path, cohort_file):
    from pharmakon.workflows.validate import ValidateConfig, run

    folder = save_signature(tmp_path / "signature", study, fit_rounds(study, sites))
    new = cohort_file(n=80, p=24, seed=9)
    found = run(ValidateConfig(signature=folder, cohorts=(new,), output=tmp_path / "validation"))
    assert found.validations[0].scores["auc"].value > 0.8
    assert any("federated" in note for note in found.validations[0].notes)
