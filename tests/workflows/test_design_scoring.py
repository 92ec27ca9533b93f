from dataclasses import replace

import numpy as np
import pytest

from pharmakon.core.errors import RefusedGoal
from pharmakon.core.types import Property, Scorer
from pharmakon.design.objective import Constraint, Goal, Objective
from pharmakon.design.quantities import measured_aspects
from pharmakon.engine.local import SerialEngine
from pharmakon.predict.panel import Panel
from pharmakon.workflows.design_choices import meanings
from pharmakon.workflows.design_scoring import CHUNK, ModelScorer, explain_values, join, load_panel, offered

POTENCY = Property("potency", "Potency", "pIC50", better="high", low=2, high=12)


@pytest.fixture
def scorer(trained):
    with SerialEngine(initializer=load_panel, initargs=((str(trained),),)) as engine:
        yield ModelScorer(load_panel((str(trained),)), engine)


def test_the_scorer_says_what_the_models_say(scorer, trained, molecules):
    assert isinstance(scorer, Scorer)
    some = molecules[: 2 * CHUNK + 1]
    got = scorer.estimate(some, ["logs", "logs.similarity", "logs.domain"])
    direct = Panel.load([trained]).predict(some)["logs"]
    assert got["logs"].value == pytest.approx(direct.value)
    assert got["logs.similarity"].value == pytest.approx(direct.nearest_similarity)
    assert (got["logs.domain"].value == direct.in_domain).all()


def test_likeness_to_what_was_measured_for_a_hazard_is_a_hazard():
    hazard = replace(POTENCY, name="herg", hazard=True, better="low")
    alike, domain = measured_aspects("herg", hazard)
    assert (alike.name, alike.hazard, alike.better) == ("herg.similarity", True, "low")
    assert (domain.name, domain.hazard) == ("herg.domain", False)
    assert not any(aspect.hazard for aspect in measured_aspects("potency", POTENCY))


def test_a_goal_file_that_asks_for_likeness_to_poisons_is_refused_and_for_their_domain_not():
    panel = Panel.load(["herg"])
    what = offered(panel)
    assert what["herg.similarity"].hazard and meanings()["herg.similarity"].hazard

    class Named:
        properties = what

    with pytest.raises(RefusedGoal, match=r"herg\.similarity is likeness to what was measured for a hazard"):
        Objective([Goal(property="herg.similarity", want=">= 0.9")], scorer=Named())
    Objective([Goal(property="qed", want=">= 0.9")], [Constraint(property="herg.domain", want="= 1")], scorer=Named())


def test_joining_parts_gives_the_whole(trained, molecules):
    panel = Panel.load([trained])
    whole = panel.predict(molecules[:6])["logs"]
    joined = join([panel.predict(molecules[:2])["logs"], panel.predict(molecules[2:6])["logs"]])
    assert joined.value == pytest.approx(whole.value)
    assert joined.nearest_id == whole.nearest_id
    assert joined.verdict == whole.verdict
    assert joined.property == whole.property


def test_every_model_explains_every_molecule(trained, molecules):
    panel = load_panel((str(trained),))
    found = explain_values(tuple(molecules[:2]))
    assert set(found) == set(panel.models)
    for weights in found["logs"]:
        assert weights.withheld or np.isclose(weights.base + weights.weights.sum(), weights.value)
