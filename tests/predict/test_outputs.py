from __future__ import annotations

import numpy as np

from pharmakon.predict.features import Features
from pharmakon.predict.graph import GraphNetwork
from pharmakon.predict.network import Network
from pharmakon.predict.outputs import Output, Outputs


def test_an_output_is_one_column_and_missing_where_the_molecule_is(network: Network, molecules: list[str]) -> None:
    features = Features.from_smiles([molecules[0], "not a molecule", molecules[1]])
    value = Output(network, "soluble").predict(features)
    assert np.isnan(value[1]) and np.isfinite(value[[0, 2]]).all()
    assert value[0] == network.read(Features.from_smiles(molecules[:1]))[0, 1]


def test_networks_are_weighed_by_kind(network: Network, graph_network: GraphNetwork, molecules: list[str]) -> None:
    features = Features.from_smiles(molecules[:5])
    one, other = Output(network, "logs"), Output(graph_network, "logs")
    both = Outputs([one, other], {"graph": 0.75, "network": 0.25})
    assert both.names_ == ("network", "graph") == (network.kind, graph_network.kind)
    assert (both.predict(features) == 0.25 * one.predict(features) + 0.75 * other.predict(features)).all()
    assert both.members(features).shape == (5, 2)
