"""A hospital's answer is sums: the same for any order of its rows, and blind to those kept back."""

from dataclasses import replace

import numpy as np
import pytest

from pharmakon.biomarkers.kept_back import KEPT_BACK
from pharmakon.core.errors import DataError
from pharmakon.privacy.masking import new_secret
from pharmakon.workflows.federate_combine import combine
from pharmakon.workflows.federate_plan import packed
from pharmakon.workflows.federate_rounds import fit_rounds
from pharmakon.workflows.federate_score import score_answer
from pharmakon.workflows.federate_site import site_of
from pharmakon.workflows.federate_sums import answer


def numbers(value):
    if isinstance(value, dict):
        return sum(map(numbers, value.values()))
    return sum(map(numbers, value)) if isinstance(value, (list, tuple)) else 1


def answers(study, sites):
    """All files that are sent until the model is fitted, and the states between them."""
    state, sent = None, []
    while state is None or state.stage != "score":
        round_ = [answer(study, sites[name], state) for name in study.sites]
        state = combine(study, round_, state)
        sent += [*map(packed, round_), packed(state)]
    return sent, state


def test_a_kept_back_patient_changes_the_score_and_no_other_file(study, hospitals, sites):
    before, state = answers(study, sites)
    cohort = hospitals["south"]
    held = {*sites["south"].patients[sites["south"].part == KEPT_BACK].tolist()}
    rows = [i for i, patient in enumerate(cohort.patients) if patient in held]
    for block in cohort.blocks.values():
        block.values[rows] = block.values[rows][:, ::-1] * 3 + 1
    changed = {**sites, "south": site_of(cohort, study, "south")}
    after, again = answers(study, changed)
    assert before == after
    assert score_answer(study, sites["south"], state) != score_answer(study, changed["south"], again)


def test_a_fitted_patient_changes_the_sums(study, hospitals, sites):
    before, _ = answers(study, sites)
    fitted = sites["south"].patients[sites["south"].part != KEPT_BACK][0]
    hospitals["south"].blocks["rna"].values[list(hospitals["south"].patients).index(fitted), 0] += 1
    after, _ = answers(study, {**sites, "south": site_of(hospitals["south"], study, "south")})
    assert before != after


def test_the_files_do_not_grow_with_the_patients(study, hospitals):
    sizes = set()
    for share in (0.7, 1.0):
        some = {name: cohort.take(np.arange(round(share * len(cohort)))) for name, cohort in hospitals.items()}
        plan = study.model_copy(update={"fewest": 1})
        parts = {name: site_of(cohort, plan, name) for name, cohort in some.items()}
        state = combine(plan, [answer(plan, parts[name], None) for name in plan.sites], None)
        sizes.add(numbers(answer(plan, parts["north"], state).sums))
    assert len(sizes) == 1


def test_the_order_of_the_rows_is_nowhere(study, hospitals, sites):
    state = combine(study, [answer(study, sites[name], None) for name in study.sites], None)
    shuffled = site_of(hospitals["west"].take(np.arange(len(hospitals["west"]))[::-1]), study, "west")
    one, other = (answer(study, site, state).sums["screen -1"] for site in (sites["west"], shuffled))
    assert np.allclose(one, other, rtol=1e-12)


def test_a_masked_answer_has_no_sums_and_no_two_are_alike(study, sites):
    plan = study.model_copy(update={"masked": True})
    secrets = {name: new_secret() for name in plan.sites}
    state = combine(plan, [answer(plan, sites[name], None, secret=secrets[name]) for name in plan.sites], None)
    sent = answer(plan, sites["north"], state, secret=secrets["north"])
    assert not sent.sums
    assert sent.masked
    with pytest.raises(DataError, match="needs its key"):
        answer(plan, sites["north"], state)
    with pytest.raises(DataError, match="somebody changed it"):
        answer(plan, sites["north"], state, secret=new_secret())


def test_the_state_of_another_plan_is_refused(study, sites):
    state = fit_rounds(study, sites)
    with pytest.raises(DataError, match="another plan"):
        answer(study.model_copy(update={"seed": 1}), sites["north"], state)
    short = state.model_copy(update={"stage": "fit", "fits": state.fits[:2]})
    with pytest.raises(DataError, match="other folds"):
        answer(study, sites["north"], short)
    with pytest.raises(DataError, match="wants no sums"):
        answer(study, replace(sites["north"]), state)
