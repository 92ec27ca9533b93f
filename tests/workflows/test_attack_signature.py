"""Shadow models of a recipe: a model that remembers its patients is found out, one of few numbers is not."""

import numpy as np
import pytest

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.nested import Study
from pharmakon.biomarkers.outcome import Outcome
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.core.random import stream
from pharmakon.workflows.attack_signature import membership, shadows_of
from pharmakon.workflows.engines import Machines


def study(n, p, *, kind="binary", recipe=None, groups=None, name="rna"):
    dice = stream(n * p, "membership")
    X = dice.normal(size=(n, p))
    score = X[:, 0]
    if kind == "binary":
        outcome = Outcome("y", "binary", (score + dice.logistic(size=n) > 0).astype(float))
    elif kind == "continuous":
        outcome = Outcome("y", "continuous", score + dice.normal(size=n))
    else:
        outcome = Outcome("y", "survival", dice.exponential(size=n) * np.exp(-score), (dice.random(n) < 0.7) * 1.0)
    block = Block(name, X, tuple(f"G{j}" for j in range(p)))
    return Study({name: block}, outcome, np.arange(n) if groups is None else groups, recipe or Recipe(stability=None))


def test_many_numbers_without_a_penalty_leak_and_two_of_many_patients_do_not():
    free = Recipe(stability=None, clinical="unpenalised")
    leaky = membership(study(120, 30, recipe=free, name="clinical"), machines=Machines(1))
    assert leaky.leaks
    assert "pharmakon export refuses it" in leaky.said()
    fair = membership(study(400, 2), machines=Machines(1))
    assert not fair.leaks
    assert "export" not in fair.said()


def test_a_stronger_penalty_gives_less_away():
    def auc(slack):
        found = membership(study(150, 60, recipe=Recipe(stability=None, slack=slack)), machines=Machines(1))
        return max(attack.auc.value for attack in found.attacks)

    assert auc(4.0) < auc(0.0)


@pytest.mark.parametrize("kind", ["continuous", "survival"])
def test_numbers_and_times_have_their_losses(kind):
    found = shadows_of(study(120, 40, kind=kind), shadows=10, machines=Machines(1))
    assert np.isfinite(found.loss).all()
    assert found.loss[found.member].mean() < found.loss[~found.member].mean()
    assert found.classes is None


def test_samples_of_a_patient_go_together():
    groups = np.repeat(np.arange(60), 2)
    found = shadows_of(study(120, 10, groups=groups), shadows=10, machines=Machines(1))
    assert (found.member[:, ::2] == found.member[:, 1::2]).all()


def test_too_few_patients_are_a_sentence_and_no_error():
    found = membership(study(18, 3), machines=Machines(1))
    assert found.attacks == []
    assert "Nobody tried" in found.said()
    assert not found.leaks
