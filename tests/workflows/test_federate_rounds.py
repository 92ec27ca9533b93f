"""The federated study is the pooled one, and one hospital alone is the same study of fewer."""

import numpy as np
import pytest

from pharmakon.workflows.federate_model import signature_of
from pharmakon.workflows.federate_plan import Plan, packed
from pharmakon.workflows.federate_pooled import pooled_state
from pharmakon.workflows.federate_rounds import Traffic, alone, fit_rounds
from pharmakon.workflows.federate_simulate import difference, split
from pharmakon.workflows.federate_site import site_of


def test_it_is_the_pooled_study(study, sites):
    state = fit_rounds(study, sites)
    pooled = pooled_state(study, sites, state)
    assert state.chosen == pooled.chosen
    assert state.fits[-1].columns == pooled.fits[-1].columns
    assert difference(state, pooled) < 1e-6


def test_of_numbers_too(cohort_file):
    from pharmakon.biomarkers.cohort import read_cohort

    draw = np.random.default_rng(5)
    path = cohort_file(n=240, p=24, plate=draw.choice(["a", "b"], 240).tolist())
    text = path.read_text()
    outcome = text[text.index("[outcome]") : text.index("[design]")]
    path.write_text(text.replace(outcome, '[outcome]\nkind = "continuous"\ncolumn = "time"\n'))
    cohort = read_cohort(path)
    plan = Plan(name="numbers", sites=("a", "b"), outcome="continuous", blocks=("rna",), kept=6)
    sites = {name: site_of(part, plan, name) for name, part in split(cohort, cohort.labels("plate")).items()}
    state = fit_rounds(plan, sites)
    assert difference(state, pooled_state(plan, sites, state)) < 1e-6
    assert [step.stage for step in state.history].count("fit") == 2


def test_the_same_patients_give_the_same_bytes(study, sites):
    assert packed(fit_rounds(study, sites)) == packed(fit_rounds(study, sites))


def test_averaging_comes_near(study, sites):
    plan = study.model_copy(update={"method": "averaging", "rounds": 40})
    state, exact = fit_rounds(plan, sites), fit_rounds(study, sites)
    chosen = exact.model_copy(update={"chosen": state.chosen})
    assert 1e-9 < difference(state, chosen) < 0.25


def test_a_hospital_alone_uses_its_own_patients_only(study, sites):
    state = alone(study, sites["north"])
    assert state.patients == len(sites["north"].fitted(-1))
    assert signature_of(study, state).patients == state.patients
    assert list(state.history[0].answers) == ["north"]


def test_the_traffic_is_that_of_the_files(study, sites):
    traffic = Traffic()
    state = fit_rounds(study, sites, traffic=traffic)
    assert traffic.rounds == state.round
    assert set(traffic.sent) == set(study.sites)
    assert min(traffic.sent.values()) > 1000


def test_folds_and_penalty_do_not_depend_on_who_else_is_there(study, sites, hospitals):
    pair = study.model_copy(update={"sites": ("north", "south")})
    for name in pair.sites:
        assert np.array_equal(site_of(hospitals[name], pair, name).part, sites[name].part)


@pytest.mark.parametrize("kept", [0, 3])
def test_the_screen_keeps_as_many_as_asked_and_all_covariates(study, sites, kept):
    state = fit_rounds(study.model_copy(update={"kept": kept}), sites)
    columns = [state.columns[j] for j in state.fits[-1].columns]
    assert sum(block == "rna" for block, _ in columns) == (kept or 24)
    assert sum(block == "clinical" for block, _ in columns) == 2
