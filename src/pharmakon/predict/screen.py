"""The fast profile: one network and one pool of measured molecules answer for every endpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from numpy.typing import NDArray

from pharmakon.core.files import sha256
from pharmakon.learn.domain import Domain
from pharmakon.store.models import CARD, SUMS, load_folder, save_folder

from .analogues import Analogues, Pooled
from .features import network_featuriser
from .model import FORMAT, Model, refuse_strange
from .network import Network, Output
from .uncertainty import Calibration

NAME = "screen"
"""The folder of the shipped one of the endpoints; no endpoint may have this name."""
TARGETS = "targets"
"""The folder of the shipped one of protein targets, which are asked for by name or together."""


class Screen:
    """A network, the molecules it learnt from, and each endpoint's card, calibration and domain."""

    def __init__(
        self,
        network: Network,
        analogues: Analogues,
        cards: Mapping[str, dict[str, Any]],
        calibrations: Mapping[str, Calibration],
        domains: Mapping[str, Domain],
        *,
        digest: str = "",
    ) -> None:
        self.digest = digest
        """The SHA-256 of what it was read from."""
        self.network, self.analogues = network, analogues
        self.cards, self.calibrations, self.domains = dict(cards), dict(calibrations), dict(domains)

    def model(self, name: str) -> Model:
        """One endpoint as a model like any other."""
        return Model(
            self.cards[name],
            self.output(name),
            self.calibrations[name],
            self.domains[name],
            self.training(name),
        )

    def output(self, name: str) -> Output:
        """One endpoint's output of the network."""
        return Output(self.network, name)

    def training(self, name: str) -> Pooled:
        """The molecules measured for one endpoint."""
        return self.analogues.of_endpoint(name)

    def save(self, folder: str | Path) -> None:
        """Write the folder: network, pool, calibrations, and a card for each endpoint."""
        cards = {
            f"{name}.json": json.dumps(
                card | {"calibration": self.calibrations[name].to_dict(), "domain": self.domains[name].to_dict()},
                ensure_ascii=False,
                indent=1,
            )
            for name, card in self.cards.items()
        }
        calibration = {
            f"{name}/{key}": array
            for name, found in self.calibrations.items()
            for key, array in found.to_arrays().items()
        }
        save_folder(
            folder,
            card={
                "name": Path(folder).name,
                "format": FORMAT,
                "featuriser": network_featuriser(),
                "endpoints": list(self.cards),
            },
            arrays={
                "network": self.network.to_arrays(),
                "analogues": self.analogues.to_arrays(),
                "calibration": calibration,
            },
            texts=cards,
        )

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read the folder. Raises ModelError when a file is missing, altered, or of another version."""
        stored = load_folder(folder)
        refuse_strange(stored.card, folder, expected=network_featuriser())
        arrays: dict[str, dict[str, NDArray[Any]]] = {}
        for key, array in stored.arrays("calibration").items():
            name, _, part = key.partition("/")
            arrays.setdefault(name, {})[part] = array
        cards = {name: json.loads(stored.text(f"{name}.json")) for name in stored.card["endpoints"]}
        calibrations = {
            name: Calibration.from_parts(card["calibration"], arrays.get(name, {}), kind=card["property"]["kind"])
            for name, card in cards.items()
        }
        return cls(
            Network.from_arrays(stored.arrays("network")),
            Analogues.from_arrays(stored.arrays("analogues")),
            cards,
            calibrations,
            {name: Domain.from_dict(card["domain"]) for name, card in cards.items()},
            digest=sha256(Path(folder) / SUMS),
        )


def screened_names(folder: Path) -> frozenset[str]:
    """The endpoints of a screen, without reading it; none where there is no such folder."""
    return frozenset(file.stem for file in folder.glob("*.json") if file.name != CARD)
