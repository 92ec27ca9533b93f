from __future__ import annotations

import numpy as np
import pytest

from pharmakon.chem.similarity import tanimoto
from pharmakon.core.errors import ModelError
from pharmakon.predict.analogues import Analogues, Series, kept_arrays
from pharmakon.predict.features import Features


@pytest.fixture(scope="module")
def pool(molecules: list[str]) -> Analogues:
    """Two series: one of all molecules with two endpoints, the second measured for every third; one of the last 40."""
    n = len(molecules)
    value = np.column_stack([np.arange(n), np.where(np.arange(n) % 3, np.nan, np.arange(n))]).astype(np.float32)
    row = np.column_stack([np.arange(n), np.arange(n)]).astype(np.int32) + 1
    whole = Series(("one", "two"), np.arange(n, dtype=np.int32), [f"m{i}" for i in range(n)], row, value)
    last = np.arange(n - 40, n, dtype=np.int32)
    few = Series(("three",), last, [f"x{i}" for i in last], last[:, None] + 1, last[:, None].astype(np.float32))
    return Analogues.of(Features.from_smiles(molecules).packed, [whole, few])


@pytest.mark.parametrize("quick", [True, False])
def test_a_measured_molecule_finds_itself(pool: Analogues, molecules: list[str], quick: bool) -> None:
    found = pool.search(Features.from_smiles(molecules), ["one", "two", "three"], quick=quick)
    similarity, place = found["one"]
    kept = pool.of_endpoint("one")
    same = (kept.packed[place] == pool.packed).all(axis=1)  # another molecule may have the very same bits
    assert (similarity == 1).all() and same.all()
    kept = pool.of_endpoint("two")
    assert (found["two"][0][::3] == 1).all()
    assert len(kept.ids) == len(molecules[::3]) and kept.ids[1] == "m3" and kept.row[1] == 4
    assert (found["three"][0][-40:] == 1).all()


def test_without_haste_it_is_the_nearest(pool: Analogues, strangers: list[str]) -> None:
    features = Features.from_smiles(strangers)
    for name in ("one", "two", "three"):
        similarity, place = pool.search(features, [name], quick=False)[name]
        every = tanimoto(features.packed, pool.of_endpoint(name).packed)
        assert np.allclose(similarity, every.max(axis=1), atol=1e-6)
        assert np.allclose(every[np.arange(len(every)), place], similarity, atol=1e-6)


def test_in_haste_it_is_near_and_says_how_near(pool: Analogues, strangers: list[str]) -> None:
    features = Features.from_smiles(strangers)
    for name in ("one", "two", "three"):
        similarity, place = pool.search(features, [name], quick=True)[name]
        every = tanimoto(features.packed, pool.of_endpoint(name).packed)
        assert np.allclose(every[np.arange(len(every)), place], similarity, atol=1e-6)
        assert np.mean(similarity >= every.max(axis=1) - 1e-6) > 0.7


def test_the_search_does_not_depend_on_the_batch(pool: Analogues, strangers: list[str]) -> None:
    together = pool.search(Features.from_smiles(strangers), ["two"], quick=True)["two"]
    for i, text in enumerate(strangers[:20]):
        alone = pool.search(Features.from_smiles([text]), ["two"], quick=True)["two"]
        assert (alone[0][0], alone[1][0]) == (together[0][i], together[1][i])


def test_it_survives_being_written(pool: Analogues, strangers: list[str]) -> None:
    again = Analogues.from_arrays(pool.to_arrays())
    features = Features.from_smiles(strangers[:50])
    for name, (similarity, place) in pool.search(features, ["one", "two", "three"], quick=True).items():
        found = again.search(features, [name], quick=True)[name]
        assert (found[0] == similarity).all() and (found[1] == place).all()
        assert again.of_endpoint(name).ids == pool.of_endpoint(name).ids


def test_arrays_for_a_model_of_its_own(pool: Analogues) -> None:
    kept = pool.of_endpoint("three")
    arrays = kept.to_arrays()
    assert arrays["ids"].tobytes().decode().split("\n") == kept.ids
    assert (arrays["value"] == kept.value).all() and (arrays["packed"] == kept.packed).all()


def test_series_that_overlap_are_searched_together(molecules: list[str]) -> None:
    packed = Features.from_smiles(molecules).packed

    def series(name: str, index: range) -> Series:
        at = np.array(index, np.int32)
        return Series((name,), at, [f"{name}{i}" for i in at], at[:, None] + 1, at[:, None].astype(np.float32))

    pool = Analogues.of(
        packed, [series("half", range(100)), series("whole", range(200)), series("else", range(200, 250))]
    )
    assert [sorted(family.places) for family in pool.families] == [["half", "whole"], ["else"]]
    assert [len(family.index) for family in pool.families] == [200, 50]
    places = pool.families[0].places["half"]
    assert places[:100].tolist() == list(range(100))
    assert (places[100:] == -1).all()
    found = pool.search(Features.from_smiles(molecules[:250]), ["half", "else"], quick=True)
    assert found["half"][1].max() < 100
    assert pool.of_endpoint("else").ids[found["else"][1][210]] == "else210"


def test_an_identifier_with_a_line_break_shifts_no_other():
    from pharmakon.predict.model import Training

    arrays = kept_arrays(
        np.zeros((3, 256), np.uint8), np.zeros(3), np.arange(3, dtype=np.int32), ["a\n1", "b", "c\r\n"]
    )
    assert Training.from_arrays(arrays).ids == ["a 1", "b", "c"]
    arrays["packed"] = arrays["packed"][:2]
    with pytest.raises(ModelError, match="names 3 training molecules and has 2"):
        Training.from_arrays(arrays)
