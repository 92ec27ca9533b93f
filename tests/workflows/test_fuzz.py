import pytest

from pharmakon.store.keys import KEY
from pharmakon.workflows.fuzz import LONGEST, WAYS, fuzzed, kinds, seeds

CHEAP = ("SMILES", "SDF", "SMILES file", "table", "matrix", "JSON", "TOML", "vault", "Parquet")


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(KEY, "0123456789abcdef" * 4)


@pytest.mark.parametrize("kind", CHEAP)
def test_the_same_number_is_the_same_input(kind):
    inputs = [fuzzed(kind, i) for i in range(60)]
    assert inputs == [fuzzed(kind, i) for i in range(60)]
    assert len(set(inputs)) > 20
    assert inputs != [fuzzed(kind, i, seed=1) for i in range(60)]
    assert all(len(content) <= LONGEST for content in inputs)
    assert kind in kinds()


def test_good_inputs_are_among_them():
    """A benchmark that only ever sees what is refused says nothing of the parsers."""
    assert {fuzzed("table", i) for i in range(200)} & {*seeds("table")}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_takes_anything(way):
    import numpy as np

    random = np.random.default_rng(0)
    for content in (b"", b"x", b"id,smiles\n1,CCO\n"):
        for _ in range(50):
            assert isinstance(way(content, (b"abc", b""), random), bytes)
