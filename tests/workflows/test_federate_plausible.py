import numpy as np
import pytest

from pharmakon.core.errors import DataError
from pharmakon.workflows.federate_combine import combine
from pharmakon.workflows.federate_plausible import check
from pharmakon.workflows.federate_rounds import fit_rounds
from pharmakon.workflows.federate_sums import answer


def sent(study, sites, stage):
    """What the sites answer in the first round of a stage, and its state."""
    state = None
    while state is None or state.stage != stage:
        state = combine(study, [answer(study, sites[name], state) for name in study.sites], state)
    return state, [answer(study, sites[name], state) for name in study.sites]


def changed(one, name, change):
    value = np.array(one.sums[name], dtype=float)
    change(value)
    return one.model_copy(update={"sums": {**one.sums, name: value.tolist()}})


LIES = {
    "a negative count": ("screen", "count 0", lambda v: v.__setitem__(0, -5)),
    "more events than patients": ("screen", "count 0", lambda v: v.__setitem__(1, 500)),
    "half a patient": ("screen", "count 0", lambda v: v.__setitem__(0, 50.5)),
    "one patient": ("screen", "count -1", lambda v: v.__setitem__(slice(None), 1)),
    "folds that do not add up": ("screen", "count -1", lambda v: v.__setitem__(0, v[0] + 40)),
    "a huge number": ("screen", "screen -1", lambda v: v.__setitem__(slice(None), 1e300)),
    "a negative square": ("screen", "screen 0", lambda v: v.__setitem__((3, 0), -1.0)),
    "a large product": ("screen", "screen 0", lambda v: v.__setitem__((5, 0), 1e9)),
    "no patients": ("fit", "patients 0", lambda v: v.__setitem__(0, 0)),
    "a gain for a loss": ("fit", "loss 0", lambda v: v.__setitem__(0, -3.0)),
    "a curvature upside down": ("fit", "curve 0", lambda v: v.__imul__(-1)),
    "the curvature of a crowd": ("fit", "curve 0", lambda v: v.__imul__(1e6)),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_no_patients_sum_up_to_is_refused_and_its_site_named(study, sites, lie):
    stage, name, change = LIES[lie]
    state, answers = sent(study, sites, stage)
    bad = changed(answers[1], name, change)
    with pytest.raises(DataError, match=f"site {answers[1].site!r} cannot be sums"):
        combine(study, [answers[0], bad, answers[2]], state)


def test_all_true_sums_of_a_whole_study_pass(study, sites):
    assert fit_rounds(study, sites).stage == "score"


def test_totals_behind_masks_are_asked_as_totals(study):
    counts = {f"count {fold}": np.array([200.0, 80.0]) for fold in range(study.folds)}
    n = 200.0 * study.folds / (study.folds - 1)
    with pytest.raises(DataError, match="all sites together"):
        check(study, counts | {"count -1": np.array([n + 50, 80.0])}, "all sites together", sites=3)
