import pytest

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.privacy.masking import new_secret
from pharmakon.workflows.federate_combine import combine
from pharmakon.workflows.federate_rounds import fit_rounds
from pharmakon.workflows.federate_sums import answer


@pytest.fixture
def met(study, sites):
    return [answer(study, sites[name], None) for name in study.sites]


def test_all_sites_must_answer_once_and_the_same_round(study, sites, met):
    with pytest.raises(DataError, match="no answer of site west"):
        combine(study, met[:2], None)
    with pytest.raises(DataError, match="two answers"):
        combine(study, [*met, met[0]], None)
    with pytest.raises(UnknownName, match="east"):
        combine(study, [*met[:2], met[2].model_copy(update={"site": "east"})], None)
    with pytest.raises(DataError, match="another plan"):
        combine(study, [*met[:2], met[2].model_copy(update={"plan": "x"})], None)
    state = combine(study, met, None)
    with pytest.raises(DataError, match="another round"):
        combine(study, met, state)


def test_the_features_are_those_that_all_have(study, met):
    fewer = met[1].model_copy(update={"names": {**met[1].names, "rna": met[1].names["rna"][3:]}})
    state = combine(study, [met[0], fewer, met[2]], None)
    assert [f for b, f in state.columns if b == "rna"] == list(met[1].names["rna"][3:])
    other = met[1].model_copy(update={"names": {**met[1].names, "rna": ("ENSG1",)}})
    with pytest.raises(DataError, match="called alike"):
        combine(study, [met[0], other, met[2]], None)
    with pytest.raises(DataError, match="binary"):
        combine(study, [met[0], met[1].model_copy(update={"kinds": {**met[1].kinds, "rna": "binary"}}), met[2]], None)


@pytest.mark.parametrize("sums", [{}, {"count -1": "many"}, {"count -1": [1, float("nan")]}, {"count -1": [1]}])
def test_sums_that_are_none_are_told_off(study, sites, met, sums):
    state = combine(study, met, None)
    good = [answer(study, sites[name], state) for name in study.sites]
    bad = good[1].model_copy(update={"sums": {**good[1].sums, **sums} if sums else {}})
    with pytest.raises(DataError, match="sums"):
        combine(study, [good[0], bad, good[2]], state)


def test_masked_and_open_sums_make_the_same_model(study, sites):
    plan = study.model_copy(update={"masked": True})
    secrets = {name: new_secret() for name in plan.sites}
    masked, open_ = fit_rounds(plan, sites, secrets=secrets), fit_rounds(study, sites)
    assert masked.chosen == open_.chosen
    assert masked.fits[-1].columns == open_.fits[-1].columns
    for one, other in zip(masked.fits[-1].at[masked.chosen], open_.fits[-1].at[open_.chosen], strict=True):
        assert abs(one - other) < 1e-6


def test_a_masked_answer_that_was_changed_or_is_missing_gives_nothing(study, sites):
    plan = study.model_copy(update={"masked": True})
    secrets = {name: new_secret() for name in plan.sites}
    met = [answer(plan, sites[name], None, secret=secrets[name]) for name in plan.sites]
    with pytest.raises(DataError, match="sent no key"):
        combine(plan, [met[0].model_copy(update={"key": ""}), *met[1:]], None)
    state = combine(plan, met, None)
    sent = [answer(plan, sites[name], state, secret=secrets[name]) for name in plan.sites]
    with pytest.raises(DataError, match="no answer of site north"):
        combine(plan, sent[1:], state)
    with pytest.raises(DataError, match="cannot be read"):
        combine(plan, [sent[0].model_copy(update={"masked": "?"}), *sent[1:]], state)
    with pytest.raises(DataError, match="not as many"):
        combine(plan, [sent[0].model_copy(update={"masked": ""}), *sent[1:]], state)


def test_the_history_holds_every_answer(study, sites):
    state = fit_rounds(study, sites)
    assert [step.stage for step in state.history][:3] == ["meet", "screen", "fit"]
    assert len(state.history) == state.round
    assert all(set(step.answers) == set(study.sites) for step in state.history)


def test_too_many_features_for_newton_are_refused_and_averaged(study, sites, monkeypatch):
    from pharmakon.workflows import federate_combine

    monkeypatch.setattr(federate_combine, "MOST", 20)
    wide = study.model_copy(update={"kept": 0})
    with pytest.raises(DataError, match="too many for Newton"):
        fit_rounds(wide, sites)
    state = fit_rounds(wide.model_copy(update={"method": "averaging", "rounds": 3}), sites)
    assert len(state.fits[-1].columns) == 26


def test_the_rounds_end_where_the_plan_says(study, sites):
    state = fit_rounds(study.model_copy(update={"rounds": 2}), sites)
    assert [step.stage for step in state.history].count("fit") == 2
    assert "stopped after 2 rounds" in state.notes[0]
