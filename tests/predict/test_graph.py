from __future__ import annotations

import pickle

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.graphs import graph
from pharmakon.core.errors import ModelError
from pharmakon.predict.features import Features
from pharmakon.predict.graph import GraphNetwork, inputs


def test_an_arrow_hears_those_before_it_but_not_its_reverse() -> None:
    given = inputs(graph(Chem.MolFromSmiles("CCO")), np.zeros(57, np.float32))
    # arrows: 0 C0>C1, 1 C1>C0, 2 C1>O, 3 O>C1
    assert given["before"].tolist() == [[0, 0, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert given["into"].tolist() == [[0, 1, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0]]


def test_an_answer_does_not_depend_on_its_batch(graph_network: GraphNetwork, molecules: list[str]) -> None:
    together = graph_network.read(Features.from_smiles(molecules[:40]))
    for place in (0, 7, 39):
        assert (graph_network.read(Features.from_smiles([molecules[place]]))[0] == together[place]).all()


def test_missing_molecules_are_missing_and_classes_are_probabilities(graph_network: GraphNetwork) -> None:
    got = graph_network.read(Features.from_smiles(["CCO", "no molecule", "O", "c1ccccc1"]))
    assert np.isnan(got[1]).all() and np.isfinite(got[[0, 2, 3]]).all()
    assert ((got[[0, 2, 3], 1] > 0) & (got[[0, 2, 3], 1] < 1)).all()


def test_the_same_molecule_written_otherwise_gets_the_same_answer(graph_network: GraphNetwork) -> None:
    one, other = graph_network.read(Features.from_smiles(["CC(=O)Oc1ccccc1C(=O)O", "OC(=O)c1ccccc1OC(C)=O"]))
    assert one == pytest.approx(other, abs=1e-5)


def test_it_survives_being_written(graph_network: GraphNetwork, molecules: list[str]) -> None:
    features = Features.from_smiles(molecules[:9])
    again = GraphNetwork.from_arrays(graph_network.to_arrays())
    assert again.tasks_ == graph_network.tasks_
    assert (again.read(features) == graph_network.read(features)).all()


def test_it_crosses_to_another_process(graph_network: GraphNetwork, molecules: list[str]) -> None:
    """A pool of processes sends models as pickles; the session stays where it was made."""
    features = Features.from_smiles(molecules[:3])
    want = graph_network.read(features)
    assert (pickle.loads(pickle.dumps(graph_network)).read(features) == want).all()  # noqa: S301


def test_a_broken_file_is_a_model_error(graph_network: GraphNetwork) -> None:
    arrays = graph_network.to_arrays()
    arrays["onnx"] = arrays["onnx"][:40]
    with pytest.raises(ModelError, match="ONNX"):
        GraphNetwork.from_arrays(arrays).read(Features.from_smiles(["CCO"]))


def test_a_network_of_other_numbers_is_refused(graph_network: GraphNetwork) -> None:
    arrays = graph_network.to_arrays()
    arrays["featuriser"] = arrays["featuriser"][::-1]
    with pytest.raises(ModelError, match="other atoms"):
        GraphNetwork.from_arrays(arrays)
