"""Networks and one pool of measured molecules that answer for every endpoint.

In the fast profile it is one network; the graph network's screen answers with both, and borrows the rest of the first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from numpy.typing import NDArray

from pharmakon.core.errors import ModelError
from pharmakon.core.files import sha256
from pharmakon.learn.domain import Domain
from pharmakon.store.models import CARD, SUMS, load_folder, save_folder
from pharmakon.store.plain import line

from .analogues import Analogues, Pooled
from .features import network_featuriser
from .model import BORROWS, FORMAT, Model, refuse_strange
from .outputs import NETWORKS, AnyNetwork, Output, Outputs
from .uncertainty import Calibration

NAME = "screen"
"""The folder of the shipped one of the endpoints; no endpoint may have this name."""
GRAPH = "graph"
"""That of the graph network, which borrows from it."""
TARGETS = "targets"
"""The folder of the shipped one of protein targets, which are asked for by name or together."""


class Screen:
    """Networks, the molecules they learnt from, and each endpoint's card, calibration and domain.

    One with a `base` adds a network to the base's, and shares its molecules.
    """

    def __init__(
        self,
        networks: Sequence[AnyNetwork],
        analogues: Analogues,
        cards: Mapping[str, dict[str, Any]],
        calibrations: Mapping[str, Calibration],
        domains: Mapping[str, Domain],
        *,
        base: Screen | None = None,
        digest: str = "",
    ) -> None:
        self.base, self.digest = base, digest
        """The SHA-256 of what it was read from."""
        self.networks, self.analogues = tuple(networks), analogues
        self.cards, self.calibrations, self.domains = dict(cards), dict(calibrations), dict(domains)

    def model(self, name: str) -> Model:
        """One endpoint as a model like any other."""
        return Model(
            self.cards[name],
            Outputs(self.lent(name), self.cards[name]["learned"]["weights"]),
            self.calibrations[name],
            self.domains[name],
            self.training(name),
        )

    def lent(self, name: str) -> tuple[Output, ...]:
        """One endpoint's outputs of the networks."""
        return tuple(Output(network, name) for network in self.networks)

    def training(self, name: str) -> Pooled:
        """The molecules measured for one endpoint."""
        return self.analogues.of_endpoint(name)

    def save(self, folder: str | Path) -> None:
        """Write the folder: what is not the base's, calibrations, and a card for each endpoint."""
        cards = {
            f"{name}.json": line(
                card | {"calibration": self.calibrations[name].to_dict(), "domain": self.domains[name].to_dict()}
            )
            for name, card in self.cards.items()
        }
        calibration = {
            f"{name}/{key}": array
            for name, found in self.calibrations.items()
            for key, array in found.to_arrays().items()
        }
        own = self.networks[len(self.base.networks) if self.base else 0 :]
        save_folder(
            folder,
            card={
                "name": Path(folder).name,
                "format": FORMAT,
                "featuriser": network_featuriser(),
                "endpoints": list(self.cards),
                **({BORROWS: self.base.digest} if self.base else {}),
            },
            arrays={
                **{network.kind: network.to_arrays() for network in own},
                **({} if self.base else {"analogues": self.analogues.to_arrays()}),
                "calibration": calibration,
            },
            texts=cards,
        )

    @classmethod
    def load(cls, folder: str | Path, *, lender: Callable[[], Screen] | None = None) -> Self:
        """Read the folder. Raises ModelError when a file is missing, altered, or of another version.

        `lender` gives the base, where there is one.
        """
        stored = load_folder(folder)
        refuse_strange(stored.card, folder, expected=network_featuriser())
        base = None
        if BORROWS in stored.card and (lender is None or (base := lender()).digest != stored.card[BORROWS]):
            raise ModelError(f"{folder} belongs to another network than this version has; make it again")
        own = [
            made.from_arrays(stored.arrays(kind)) for kind, made in NETWORKS.items() if f"{kind}.npz" in stored.files
        ]
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
            [*(base.networks if base else ()), *own],
            base.analogues if base else Analogues.from_arrays(stored.arrays("analogues")),
            cards,
            calibrations,
            {name: Domain.from_dict(card["domain"]) for name, card in cards.items()},
            base=base,
            digest=sha256(Path(folder) / SUMS),
        )


def screened_names(folder: Path) -> frozenset[str]:
    """The endpoints of a screen, without reading it; none where there is no such folder."""
    return frozenset(file.stem for file in folder.glob("*.json") if file.name != CARD)
