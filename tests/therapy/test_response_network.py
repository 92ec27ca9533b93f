import numpy as np
import pytest

from pharmakon.core.errors import MissingExtra
from pharmakon.therapy import response_network as module
from pharmakon.therapy.response_network import (
    SHAPES,
    NetworkRecipe,
    kernel_components,
    network_answers,
    principal,
    train_network,
)


@pytest.fixture
def planted():
    """What lines and drugs say together: nothing of either alone."""
    random = np.random.default_rng(0)
    lines, drugs = random.normal(size=(120, 3)), random.normal(size=(40, 3))
    return lines, drugs, lines[:, :1] * drugs[:, :1].T


@pytest.mark.parametrize("shape", SHAPES)
def test_what_lines_and_drugs_say_together_is_learnt(planted, shape):
    lines, drugs, target = planted
    shown = target.copy()
    shown[np.random.default_rng(1).random(shown.shape) < 0.2] = np.nan
    recipe = NetworkRecipe(shape, epochs=60, dropout=0.0, decay=0.01, rate=1e-2)
    found = train_network(lines[:100], drugs[:32], shown[:100, :32], (lines[100:], drugs[32:]), recipe)[60]
    assert np.corrcoef(found.ravel(), target[100:, 32:].ravel())[0, 1] > 0.7


def test_it_says_what_it_said_at_each_stop_and_the_same_by_the_same_seed(planted):
    lines, drugs, target = planted
    ask = (lines[:5], drugs[:4])
    one, two = (train_network(lines, drugs, target, ask, NetworkRecipe("FiLM"), stops=(1, 3)) for _ in range(2))
    assert set(one) == {1, 3}
    assert one[1].shape == (5, 4)
    assert not np.allclose(one[1], one[3])
    np.testing.assert_array_equal(one[3], two[3])


def test_components_keep_likeness():
    random = np.random.default_rng(0)
    points = random.normal(size=(30, 6))
    training, asked = kernel_components(points[:20] @ points[:20].T, points[20:] @ points[:20].T, most=6)
    ratio = (asked @ training.T) / (points[20:] @ points[:20].T)
    np.testing.assert_allclose(ratio, ratio[0, 0], rtol=1e-6)
    first, second = principal(points[:20], points[20:], most=2)
    assert first.shape == (20, 2)
    assert second.shape == (10, 2)
    assert np.mean(first**2) == pytest.approx(1)


def test_the_shipped_networks_answer_for_a_drug():
    found = network_answers(["CC(=O)Oc1ccccc1C(=O)O", "not a molecule"])
    assert found.shape[1] > 200
    assert np.isfinite(found).all()
    assert found[0].any()
    assert not found[1].any()


def test_without_the_extra_the_install_line_is_said(planted, monkeypatch):
    def require(name, *, extra, needed_for):
        raise MissingExtra(name, extra, needed_for=needed_for)

    monkeypatch.setattr(module, "require", require)
    lines, drugs, target = planted
    with pytest.raises(MissingExtra, match=r"pharmakon\[deep\]"):
        train_network(lines, drugs, target, (lines, drugs), NetworkRecipe("FiLM"))
