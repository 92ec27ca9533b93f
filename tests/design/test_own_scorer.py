"""A user's scorer is asked once for each molecule, and what is no number is never one."""

import math
import sys

import numpy as np
import pytest

from pharmakon.core.errors import RefusedGoal, ScorerError
from pharmakon.core.types import Scorer
from pharmakon.design.objective import Constraint, Goal, Objective
from pharmakon.design.own_scorer import IN_A_ROW, OwnScorer
from pharmakon.design.scorers import ScorerConfig
from pharmakon.store.cache import Cache


def own(function, cache=None, **keys):
    return OwnScorer(ScorerConfig(name="dock", **keys), function=function, cache=cache)


def carbons(smiles):
    return [text.count("C") for text in smiles]


def test_values_and_intervals_become_estimates():
    def function(smiles):
        return [{"value": 1, "low": -9, "high": 2}, np.float32(0.5)]

    scorer = own(function, low=0, threshold=1, better="high")
    assert isinstance(scorer, Scorer)
    got = scorer.estimate(["C", "CC"], ["dock"])["dock"]
    assert (got.value.tolist(), got.low.tolist(), got.high.tolist()) == ([1, 0.5], [0, 0.5], [2, 0.5])
    assert got.verdict == ["good", "poor"]
    assert got.in_domain.all()
    assert not any(got.problem)


def test_each_molecule_is_asked_once_under_its_canonical_name():
    seen = []
    scorer = own(lambda smiles: seen.extend(smiles) or carbons(smiles))
    assert scorer.estimate(["OCC", "CCO", "C"], ["dock"])["dock"].value.tolist() == [2, 2, 1]
    assert seen == ["CCO", "C"]
    assert (scorer.asked, scorer.cached) == (2, 0)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (math.nan, "it gave no number but nan"),
        (math.inf, "no number but inf"),
        (None, "no number but None"),
        ("7.1", "no number but '7.1'"),
        (True, "no number but True"),
        (10**400, "no number but 1"),
        ({}, "no value came"),
        ({"error": "no pose"}, "no pose"),
        ({"value": 1, "low": 2, "high": 3}, r"interval 2\.\.3 does not hold its value 1"),
        ({"value": 1, "low": math.nan}, "does not hold"),
        (11.0, r"gave 11, outside 0\.\.10"),
    ],
)
def test_what_is_no_number_stops_the_run_and_names_scorer_and_molecule(value, said):
    scorer = own(lambda smiles: [value if text == "CN" else 1.0 for text in smiles], low=0, high=10)
    with pytest.raises(ScorerError, match=rf"scorer 'dock' failed on 'CN': .*{said}") as caught:
        scorer.estimate(["C", "CN", "CO"], ["dock"])
    assert (caught.value.scorer, caught.value.molecule) == ("dock", "CN")


def test_an_exception_and_a_short_list_stop_it_too():
    with pytest.raises(ScorerError, match=r"failed on 'CN': KeyError: 'N'"):
        own(lambda smiles: [{"C": 1, "CO": 2}.get(s) or {}["N"] for s in smiles]).estimate(["C", "CN", "CO"], ["dock"])
    with pytest.raises(ScorerError, match="gave 1 values for 3 molecules"):
        own(lambda smiles: [1.0]).estimate(["C", "CN", "CO"], ["dock"])


def test_a_failure_can_make_its_molecule_infeasible_instead():
    def function(smiles):
        return [{"error": "no pose"} if "N" in text else 1.0 for text in smiles]

    scorer = own(function, on_error="infeasible")
    objective = Objective(
        [Goal(property="dock", want=">= 0")], [Constraint(property="mw", want="<= 500")], scorer=scorer
    )
    good, bad = objective.evaluate(["C", "CN"])
    assert (good.feasible, good.score) == (True, 1.0)
    assert (bad.feasible, bad.parts["dock"].problem) == (False, "no pose")
    assert -1 < bad.score < -0.99
    assert math.isnan(bad.parts["dock"].value)
    assert objective.total(bad.parts) == (bad.score, False)
    over = Objective([Goal(property="mw", over="dock", want=">= 0")], scorer=scorer)
    assert [(e.feasible, e.parts["mw over dock"].problem) for e in over.evaluate(["C", "CN"])] == [
        (True, ""),
        (False, "no pose"),
    ]


def test_one_that_always_fails_stops_the_run_all_the_same():
    scorer = own(lambda smiles: [None] * len(smiles), on_error="infeasible")
    many = ["C" * n for n in range(1, IN_A_ROW + 1)]
    scorer.estimate(many[:-1], ["dock"])
    with pytest.raises(ScorerError, match="the last 20 molecules all failed"):
        scorer.estimate(many[-1:], ["dock"])


def test_scheduled_chemicals_are_not_sent_to_anybody():
    seen = []
    scorer = own(lambda smiles: seen.extend(smiles) or carbons(smiles))
    with pytest.raises(RefusedGoal, match="Chemical Weapons Convention"):
        scorer.estimate(["CC", "CC(C)OP(C)(=O)F"], ["dock"])
    with pytest.raises(RefusedGoal):
        Objective([Goal(property="dock", like=("CC(C)OP(C)(=O)F",))], scorer=scorer)
    assert seen == []


def test_a_hazard_of_your_own_cannot_be_a_reward():
    scorer = own(carbons, hazard=True, better="low")
    Objective([Goal(property="dock", want="<= 3")], scorer=scorer)
    with pytest.raises(RefusedGoal, match="dock is a hazard"):
        Objective([Goal(property="dock", want=">= 3")], scorer=scorer)


def test_an_answer_is_not_asked_for_again_in_another_run(tmp_path):
    def refuse(smiles):
        raise AssertionError

    with Cache(tmp_path / "cache") as cache:
        own(carbons, cache, version="1").estimate(["OCC", "C"], ["dock"])
    with Cache(tmp_path / "cache") as cache:
        again = own(refuse, cache, version="1")
        assert again.estimate(["CCO", "C"], ["dock"])["dock"].value.tolist() == [2, 1]
        assert (again.asked, again.cached) == (0, 2)
        other = own(lambda smiles: [7] * len(smiles), cache, version="2")
        assert other.estimate(["C"], ["dock"])["dock"].value.tolist() == [7]


def test_a_function_in_memory_is_kept_only_on_its_users_word(tmp_path):
    with Cache(tmp_path / "cache") as cache:
        for _ in range(2):
            scorer = own(carbons, cache)
            scorer.estimate(["C"], ["dock"])
            assert (scorer.asked, scorer.cached) == (1, 0)


def test_what_was_answered_before_a_failure_is_kept_and_the_failure_is_not(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    one = json.loads(line)\n"
        "    said = {'error': 'no'} if 'N' in one['smiles'] else {'value': 1}\n"
        "    print(json.dumps({'id': one['id'], **said}), flush=True)\n"
    )
    config = ScorerConfig(name="dock", command=(sys.executable, str(program)), version="1")
    with Cache(tmp_path / "cache") as cache:
        with OwnScorer(config, cache=cache) as scorer, pytest.raises(ScorerError, match="'N': no"):
            scorer.estimate(["C", "N", "O"], ["dock"])
        program.write_text(program.read_text().replace("'N' in", "'S' in"))
        with OwnScorer(config, cache=cache) as scorer:
            assert scorer.estimate(["C", "N", "O"], ["dock"])["dock"].value.tolist() == [1, 1, 1]
            assert (scorer.asked, scorer.cached) == (2, 1)


def test_a_kept_answer_outside_a_range_declared_since_is_refused(tmp_path):
    with Cache(tmp_path / "cache") as cache:
        own(carbons, cache, version="1").estimate(["CCC"], ["dock"])
        with pytest.raises(ScorerError, match=r"gave 3, outside 0\.\.2"):
            own(carbons, cache, version="1", low=0, high=2).estimate(["CCC"], ["dock"])
