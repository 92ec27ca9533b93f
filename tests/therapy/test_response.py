import numpy as np
import pytest

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.therapy.response import ResponseModel


@pytest.fixture(scope="module")
def model(screen):
    return ResponseModel().fit(screen.take(np.arange(70)))


def test_what_a_new_line_responds_to_is_learnt(screen, model):
    test = screen.take(np.arange(70, 90))
    found = model.known(test.profiles)
    known = test.tested
    base = np.broadcast_to(model.drug_mean_, found.shape)[known]
    assert np.mean((found[known] - test.response[known]) ** 2) < 0.75 * np.mean((base - test.response[known]) ** 2)


def test_the_reason_for_the_drug_is_its_gene(screen, model):
    test = screen.take(np.arange(70, 90))
    mutant = np.flatnonzero(test.profiles.values["mutation"][:, 0] == 1)[:1]
    (found,) = model.reasons(test.profiles.take(mutant), model.dual_coef_[:, :1])
    names = [(push.gene, push.kind) for push in found[0]]
    assert ("G0", "mutation") in names
    assert next(push.push for push in found[0] if (push.gene, push.kind) == ("G0", "mutation")) < 0


def test_a_new_molecule_like_a_known_one_gets_its_potency(screen, model):
    departures = model.known(screen.profiles) - model.drug_mean_
    found = model.new(departures[:3], [screen.smiles[0], screen.smiles[11]])
    assert (found[:, 0] < found[:, 1]).all()
    likeness = model.structures_.cross(["CCO"])
    coefficients = model.coefficients(likeness)
    cross = model.cells_.cross(screen.profiles.take([80, 81]))
    by_duals = cross @ coefficients
    direct = model.new(model.departures(cross), ["CCO"])
    np.testing.assert_allclose((by_duals - by_duals[0]), direct - direct[0], atol=1e-9)


def test_it_is_kept_in_arrays(screen, model):
    again = ResponseModel.from_arrays(model.to_arrays())
    np.testing.assert_allclose(again.known(screen.profiles), model.known(screen.profiles), atol=1e-3)
    assert again.column("d3") == 3
    with pytest.raises(UnknownName, match="goes by its SMILES"):
        again.column("nothing")


def test_too_little_is_told(screen):
    with pytest.raises(DataError, match="too few"):
        ResponseModel().fit(screen.take(np.arange(10)))
    part = screen.take()
    part.response[:, 2] = np.nan
    with pytest.raises(DataError, match="tested in no line"):
        ResponseModel().fit(type(part)(part.profiles, part.drugs, part.response, part.smiles, part.tissue))
