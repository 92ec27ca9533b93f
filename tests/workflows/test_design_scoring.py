import numpy as np
import pytest

from pharmakon.core.types import Scorer
from pharmakon.engine.local import SerialEngine
from pharmakon.predict.panel import Panel
from pharmakon.workflows.design_scoring import CHUNK, ModelScorer, explain_values, join, load_panel


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
