import numpy as np
import pytest

from pharmakon.therapy.crossvalidation import cross_validate, parts
from pharmakon.therapy.response_challenge import ADDITIVE, BLEND, NETWORKS, Part, challenge
from pharmakon.therapy.response_network import SHAPES, network_answers


@pytest.mark.parametrize("split", ["cell", "drug"])
def test_networks_are_held_out_where_the_kernels_are_and_the_kernels_are_the_shipped_ones(screen, split):
    held = challenge(screen, split)
    assert set(held.predicted) == {"model", ADDITIVE, *SHAPES, NETWORKS, BLEND}
    np.testing.assert_allclose(held.predicted["model"], cross_validate(screen, split).predicted["model"], atol=1e-9)
    for values in held.predicted.values():
        assert (np.isfinite(values) >= screen.tested).all()


@pytest.mark.parametrize("split", ["cell", "drug", "both"])
def test_a_held_out_response_has_no_say(screen, split):
    answers = network_answers(screen.smiles)
    lines, drugs = next(iter(parts(screen, split, 0)))
    before = Part.of(screen, lines, drugs, answers, 0).predictions(0)
    spoilt = screen.take()
    held = np.ix_(lines if lines.any() else ~lines, drugs if drugs.any() else ~drugs)
    spoilt.response[held] += 50
    after = Part.of(spoilt, lines, drugs, answers, 0).predictions(0)
    for name, values in before.items():
        np.testing.assert_array_equal(values, after[name])


def test_a_drug_that_is_held_out_within_has_no_say_in_the_features_of_lines(screen):
    lines, drugs = next(iter(parts(screen, "drug", 0)))
    part = Part.of(screen, lines, drugs, network_answers(screen.smiles), 0)
    shown = np.ones(part.response.shape[1], dtype=bool)
    shown[:2] = False
    before = part._lines(shown, omics=True)[0]
    part.response[:, :2] += np.random.default_rng(0).normal(size=(len(before), 2))
    np.testing.assert_array_equal(before, part._lines(shown, omics=True)[0])
