from __future__ import annotations

import numpy as np
from rdkit import Chem

from pharmakon.predict.features import HASHED_BITS, Features, featuriser, fold


def test_a_missing_molecule_is_an_empty_row() -> None:
    features = Features.from_smiles(["CCO", "not a molecule"])
    assert features.known.tolist() == [True, False]
    assert features.counts("ecfp4")[1].nnz == 0
    assert np.isnan(features.descriptors[1]).all()
    assert np.isfinite(features.descriptors[0]).all()


def test_salts_are_read_as_their_parent() -> None:
    salt, parent = Features.from_smiles(["CCN.Cl", "CCN"]).dense
    assert (salt == parent).all()


def test_a_part_equals_the_same_molecules_alone(molecules: list[str]) -> None:
    whole = Features.from_smiles(molecules[:12])
    _ = whole.dense, whole.packed
    rows = np.array([7, 2, 9])
    part, alone = whole.take(rows), Features([whole.mols[i] for i in rows])
    assert (part.dense == alone.dense).all()
    assert (part.packed == alone.packed).all()
    assert (part.counts("torsion") != alone.counts("torsion")).nnz == 0


def test_folding_keeps_every_count() -> None:
    counts = Features([Chem.MolFromSmiles("CCOc1ccccc1")]).counts("ecfp4")
    assert fold(counts, HASHED_BITS).sum() == counts.sum()


def test_the_featuriser_names_what_it_is() -> None:
    assert featuriser() == featuriser()
    assert featuriser()["descriptors"] == Features.from_smiles(["C"]).descriptors.shape[1]
