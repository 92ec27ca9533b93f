"""The nearest molecule of a collection, exactly."""

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.collection import Collection
from pharmakon.chem.fingerprints import bits
from pharmakon.chem.similarity import tanimoto
from pharmakon.core.random import stream

PIECES = ("c1ccccc1", "C(=O)N", "CC", "N1CCOCC1", "c1ccncc1", "S(=O)(=O)N", "OC", "C1CC1", "C(F)F", "C#N")


def some(n, label):
    random = stream(0, "collection", label)
    texts = ("C" + "".join(random.choice(PIECES, size=random.integers(1, 8))) for _ in range(20 * n))
    return list(dict.fromkeys(s for s in texts if Chem.MolFromSmiles(s)))[:n]


@pytest.fixture
def molecules():
    return some(400, "known")


def test_it_finds_what_comparing_with_all_finds(molecules, monkeypatch):
    monkeypatch.setattr("pharmakon.chem.collection.BLOCK", 37)
    queries = [Chem.MolFromSmiles(s) for s in some(60, "asked")]
    similarity, index = Collection((f"M{i}", s) for i, s in enumerate(molecules)).nearest(queries)
    table = tanimoto(bits(queries), bits([Chem.MolFromSmiles(s) for s in molecules]))
    np.testing.assert_allclose(similarity, table.max(axis=1), atol=1e-6)
    assert index.tolist() == table.argmax(axis=1).tolist()


def test_it_gives_back_ids_and_structures(molecules):
    known = Collection((f"M {i}", s) for i, s in enumerate(molecules))
    assert len(known) == 400
    assert [known[i] for i in (0, 1, 399)] == [(f"M {i}", molecules[i]) for i in (0, 1, 399)]


def test_salts_are_known_by_their_parent_and_the_unreadable_are_counted():
    known = Collection([("salt", "C[NH2+]Cc1ccccc1.[Cl-]"), ("bad", "C1CC"), ("none", "")])
    assert (len(known), known.unreadable) == (1, 2)
    assert known.nearest([Chem.MolFromSmiles("CNCc1ccccc1")])[0][0] == 1.0


def test_nothing_in_common_is_similarity_zero():
    similarity, index = Collection([("a", "CCO"), ("b", "CCN")]).nearest([Chem.MolFromSmiles("[SiH4]")])
    assert (similarity[0], index[0]) == (0.0, 0)
