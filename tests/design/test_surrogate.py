import numpy as np
import pytest
from rdkit import Chem

from pharmakon.core.random import stream
from pharmakon.design.surrogate import COMPOSITION, KERNELS, Surrogate, Views, _rbf, best_and_newest


@pytest.fixture(scope="module")
def mols(molecules):
    return [Chem.MolFromSmiles(s) for s in molecules]


@pytest.fixture(scope="module")
def y(mols):
    carbons = np.array([float(sum(a.GetSymbol() == "C" for a in m.GetAtoms())) for m in mols])
    return (carbons - carbons.mean()) / carbons.std()


def test_weights_of_every_kernel_sum_to_one():
    assert all(sum(k.values()) == pytest.approx(1) for k in KERNELS.values())


@pytest.mark.parametrize("kernel", KERNELS)
def test_it_learns_and_knows_what_it_does_not_know(kernel, mols, y):
    train, test = slice(0, None, 2), slice(1, None, 2)
    surrogate = Surrogate(kernel).fit(Views(mols[train]), y[train])
    mean, deviation = surrogate.predict(Views(mols[test]))
    assert np.corrcoef(mean, y[test])[0, 1] > 0.8
    known = surrogate.predict(Views(mols[train]))
    assert np.abs(known[0] - y[train]).max() < 0.3
    assert known[1].mean() < deviation.mean()
    _, far = surrogate.predict(Views([Chem.MolFromSmiles("BrCCI")]))
    assert far[0] > deviation.mean()


def test_a_prediction_does_not_depend_on_its_company(mols, y):
    surrogate = Surrogate("all").fit(Views(mols[:60]), y[:60])
    together = surrogate.predict(Views(mols[60:90]))
    alone = surrogate.predict(Views(mols[75:76]))
    assert together[0][15] == pytest.approx(alone[0][0], abs=1e-6)
    assert together[1][15] == pytest.approx(alone[1][0], abs=1e-3)


def test_draws_scatter_about_the_mean_by_the_deviation(mols, y):
    surrogate = Surrogate("ecfp").fit(Views(mols[:40]), y[:40])
    views = Views(mols[100:110])
    mean, deviation = surrogate.predict(views)
    drawn = surrogate.sample(views, 4000, random=stream(0, "draws"))
    assert drawn.shape == (4000, 10)
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.1)
    np.testing.assert_allclose(drawn.std(axis=0), deviation, atol=0.1)


def test_views_grow_join_and_take_without_changing(mols):
    whole = Views(mols[:30])
    grown = Views(mols[:10])
    for name in ("ecfp6", COMPOSITION):
        grown.get(name)
    grown.mols.extend(mols[10:30])
    parts = [Views(mols[:7]), Views(mols[7:30])]
    for part in parts:
        part.get("ecfp6")
        part.get(COMPOSITION)
    joined = Views.joined(parts)
    assert set(joined.made) == {"ecfp6", COMPOSITION}
    for views in (grown, joined):
        assert (views.get("ecfp6") != whole.get("ecfp6")).nnz == 0
        np.testing.assert_array_equal(views.get(COMPOSITION), whole.get(COMPOSITION))
    np.testing.assert_array_equal(whole.take([3, 1]).get(COMPOSITION), whole.get(COMPOSITION)[[3, 1]])
    assert len(whole.take([3, 1])) == 2
    fresh = Views(mols)
    taken = fresh.take([3, 1], ("ecfp6",))  # of an archive that was read from a journal: computed once, not each time
    assert fresh.made == taken.made == ("ecfp6",)
    np.testing.assert_array_equal(taken.get("ecfp6").toarray(), fresh.get("ecfp6")[[3, 1]].toarray())


def test_composition_counts_atoms(mols):
    row = Views([Chem.MolFromSmiles("FC(F)(F)c1ccc(Cl)cc1")]).get(COMPOSITION)[0]
    assert list(row[:10]) == [7, 4, 0, 0, 3, 0, 0, 1, 0, 11]


def test_an_element_that_no_molecule_had_leaves_a_molecule_like_the_others():
    known = Views([Chem.MolFromSmiles(s) for s in ("CCO", "CCN", "CCCO", "CCCN", "CCOC", "CNCC")])
    learnt = Surrogate("ecfp+composition").fit(known, np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.0]))
    phosphine, same = Views([Chem.MolFromSmiles("CCCP")]), Views([Chem.MolFromSmiles("CCCN")])
    near, itself = (_rbf(learnt._scaled(one), learnt._known_side.points).max() for one in (phosphine, same))
    assert itself == pytest.approx(1)
    assert 0.2 < near < 0.8


def test_the_best_half_and_the_newest_are_learned_from():
    values = np.array([9.0, 1, 8, 2, 3, 4])
    assert best_and_newest(values, 4) == [0, 2, 4, 5]
    assert best_and_newest(values, 10) == [0, 1, 2, 3, 4, 5]
