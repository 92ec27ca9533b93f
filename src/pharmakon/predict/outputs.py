"""What networks of many endpoints say of one: members of a blend, or a model by themselves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.types import Floats

from .features import Features
from .graph import GraphNetwork
from .network import Network

AnyNetwork = Network | GraphNetwork
NETWORKS: Mapping[str, type[AnyNetwork]] = {made.kind: made for made in (Network, GraphNetwork)}
"""The kinds, by the name that a member has in blends and cards, and a file in a model folder."""


class Output:
    """One endpoint's output of a network: a member."""

    def __init__(self, network: AnyNetwork, name: str) -> None:
        self.network, self.name = network, name
        self.kind = network.kind
        self.column = network.tasks_.index(name)
        """Its place among the network's outputs."""

    def predict(self, features: Features) -> Floats:
        """The output, (m,), on the model's own scale; NaN for missing molecules."""
        return features.through(self.network)[:, self.column]


class Weighted(ABC):
    """Members and their weights: what a blend and a model of networks alone have in common."""

    weights_: Floats

    @abstractmethod
    def members(self, features: Features) -> Floats:
        """What each member says, (m, k); NaN rows for missing molecules."""

    def blended(self, members: Floats) -> Floats:
        """The members (m, k) by their weights, (m,); each row summed by itself, as BLAS does not."""
        value: Floats = np.sum(members * self.weights_, axis=1)
        return value

    def predict(self, features: Features) -> Floats:
        """Blended values, shape (m,); uncalibrated scores for a classification."""
        return self.blended(self.members(features))


class Outputs(Weighted):
    """One endpoint's outputs of k networks, weighted: where a model has its blend.

    `weights`, by kind of network, sum to 1.
    """

    def __init__(self, lent: Sequence[Output], weights: Mapping[str, float]) -> None:
        self.lent = tuple(lent)
        self.names_ = tuple(one.kind for one in lent)
        self.weights_ = np.array([weights[name] for name in self.names_])

    def members(self, features: Features) -> Floats:
        """What each says, (m, k); NaN for missing molecules."""
        return np.column_stack([one.predict(features) for one in self.lent])

    def to_arrays(self) -> dict[str, dict[str, NDArray[Any]]]:
        """Nothing: the card has the weights, and networks are borrowed or written beside."""
        return {}
