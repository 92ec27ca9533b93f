"""A trained model in a folder: predicts one property with interval, domain, verdict and nearest measured molecule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.chem.similarity import nearest
from pharmakon.core.errors import ModelError
from pharmakon.core.types import Estimates, Floats, Property
from pharmakon.learn.domain import Domain
from pharmakon.store.models import load_folder, save_folder

from .analogues import Found, Pooled, kept_arrays
from .blend import Blend
from .endpoints import Transform
from .features import Features, featuriser, network_featuriser
from .outputs import NETWORKS, Output, Outputs
from .scale import backward
from .uncertainty import Calibration

FORMAT = 1
BORROWS = "screen"
"""In the card of a model that borrows a network and its molecules: the SHA-256 of the folder that lends them."""
NETWORK_SAW = "network_featuriser"
"""In the card of a model with a network of its own: what that one's inputs were."""
UNSURE = "don't know"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A measured molecule close to a query. `row` is its 1-based row in the training file."""

    id: str
    value: float
    similarity: float
    row: int


@dataclass(frozen=True, slots=True)
class Training:
    """What a model keeps of its training molecules: fingerprints, identifiers, values; never structures."""

    packed: NDArray[np.uint8]
    value: Floats
    row: NDArray[np.int32]
    ids: list[str]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays for the model folder."""
        return kept_arrays(self.packed, self.value, self.row, self.ids)

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """The inverse of `to_arrays`."""
        ids = arrays["ids"].tobytes().decode().split("\n")
        if len(ids) != len(arrays["packed"]):
            raise ModelError(f"the model names {len(ids):,} training molecules and has {len(arrays['packed']):,}")
        return cls(arrays["packed"], arrays["value"].astype(np.float64), arrays["row"], ids)


class ScreenLender(Protocol):
    """A screen, for models that borrow from it."""

    digest: str

    def lent(self, name: str) -> tuple[Output, ...]: ...

    def training(self, name: str) -> Pooled: ...


class Model:
    """One property's model; a core.types.Predictor.

    `card` is everything a reader needs to judge it: property, data, method, scores, coverage, domain, limits.
    """

    def __init__(
        self,
        card: dict[str, Any],
        blend: Blend | Outputs,
        calibration: Calibration,
        domain: Domain,
        training: Training | Pooled,
    ) -> None:
        self.card = card
        self.name: str = card["name"]
        self.property = Property(**card["property"])
        self.transform: Transform = card.get("transform", "none")
        self.blend = blend
        self.calibration = calibration
        self.domain = domain
        self.training = training

    def values(self, features: Features) -> Floats:
        """Point predictions only, on the model's own scale, shape (m,): what explanations take apart."""
        return self.calibration.point(self.blend.predict(features))

    def predict(
        self,
        smiles: Sequence[str],
        *,
        features: Features | None = None,
        near: Found | None = None,
        brief: bool = False,
    ) -> Estimates:
        """Estimates for each SMILES; `brief` ones lack verdict, percentile and what the nearest molecule is.

        What a panel has already saves the work: `features` of the same molecules, and `near`, the similarity and
        place of a training molecule near each.
        """
        features = Features.from_smiles(smiles) if features is None else features
        members = self.blend.members(features)
        value = self.blend.blended(members)
        if near is None:
            alike, found = nearest(features.packed, self.training.packed, k=1)
            near = alike[:, 0], found[:, 0]
        similarity = np.where(features.known, near[0], np.nan).astype(np.float64)
        index = near[1]
        answer = self.calibration.answer(members, value, similarity)
        what = self.property
        bounds = (what.low if what.low is not None else -np.inf, what.high if what.high is not None else np.inf)
        point, low, high = (
            np.clip(backward(x, self.transform), *bounds) for x in (answer.value, answer.low, answer.high)
        )
        inside = features.organic & self.domain.in_domain(np.nan_to_num(similarity))
        if brief:
            none, nan = [""] * len(point), np.full(len(point), np.nan)
            return Estimates(what, self.name, point, low, high, inside, none, nan, similarity, none, nan)
        known = features.known.tolist()  # a list is walked faster than an array
        verdicts = [
            verdict if ok else UNSURE if readable and verdict else ""
            for verdict, ok, readable in zip(
                _verdicts(what, low, high, answer.labels), inside.tolist(), known, strict=True
            )
        ]
        return Estimates(
            property=what,
            model=self.name,
            value=point,
            low=low,
            high=high,
            in_domain=inside,
            verdict=verdicts,
            percentile=self._percentile(point),
            nearest_similarity=similarity,
            nearest_id=[self.training.ids[i] if ok else "" for i, ok in zip(index.tolist(), known, strict=True)],
            nearest_value=np.where(features.known, self.training.value[index], np.nan),
        )

    def _percentile(self, value: Floats) -> Floats:
        reference = self.card.get("reference")
        if not reference:
            return np.full(len(value), np.nan)
        quantiles = np.array(reference["quantiles"])
        rank = np.interp(value, quantiles, np.linspace(0, 100, len(quantiles)))
        return np.where(np.isfinite(value), rank, np.nan)

    def neighbours(self, features: Features, *, k: int = 5, good: bool = False) -> list[list[Neighbour]]:
        """For each molecule its `k` nearest training molecules with their measured values, nearest first.

        `good` keeps to those measured on the good side of the threshold: the nearest known actives.
        """
        kept, what = self.training, self.property
        among = np.arange(len(kept.ids))
        if good and what.threshold is not None and what.better != "none":
            sign = 1 if what.better == "high" else -1
            among = np.flatnonzero(sign * kept.value >= sign * what.threshold)
        if not len(among):
            return [[] for _ in range(len(features))]
        similarity, found = nearest(features.packed, kept.packed[among], k=min(k, len(among)))
        index = among[found]
        return [
            [
                Neighbour(kept.ids[i], float(kept.value[i]), float(s), int(kept.row[i]))
                for s, i in zip(ss, ii, strict=True)
            ]
            if known
            else []
            for ss, ii, known in zip(similarity, index, features.known, strict=True)
        ]

    def save(self, folder: str | Path, *, weights: str | Path | None = None, set_aside: str = "") -> Path:
        """Write the model folder: weights, featuriser facts, calibration, card and SHA-256 of each file.

        `weights` is a folder of a model with the same weights: its files are copied, byte for byte. `set_aside` is
        the CSV text of the table's rows that were not used, kept beside the model. What the card says is borrowed
        stays where it is; without that a model gets its own copy.
        """
        copied = {} if weights is None else load_folder(weights).contents(without="calibration.npz")
        arrays: dict[str, dict[str, NDArray[Any]]] = {} if copied else self.blend.to_arrays()
        if BORROWS not in self.card:
            if "training.npz" not in copied:
                arrays["training"] = self.training.to_arrays()
            arrays |= {o.kind: o.network.to_arrays() for o in self.blend.lent if f"{o.kind}.npz" not in copied}
        calibration = self.calibration.to_arrays()
        if calibration:
            arrays["calibration"] = calibration
        card = self.card | {
            "format": FORMAT,
            "featuriser": featuriser(),
            **({NETWORK_SAW: network_featuriser()} if self.blend.lent else {}),
            "calibration": self.calibration.to_dict(),
            "domain": self.domain.to_dict(),
        }
        save_folder(folder, card=card, arrays=arrays, texts={}, copied=copied, set_aside=set_aside)
        return Path(folder)

    @classmethod
    def load(cls, folder: str | Path, *, lender: Callable[[], ScreenLender] | None = None) -> Self:
        """Read a model folder. Raises ModelError when a file is missing, altered, or of a newer format.

        `lender` gives the screen, where the model borrows its network and molecules from one.
        """
        stored = load_folder(folder)
        card = stored.card
        if "endpoints" in card:
            some = ", ".join([*card.get("endpoints", [])][:3])
            raise ModelError(
                f"{folder} answers for many endpoints and is no model of one; ask for them by name ({some} ...)"
            )
        refuse_strange(card, folder)
        kind = card["property"]["kind"]
        calibration = stored.arrays("calibration") if kind == "classification" else {}
        weights, output = card["learned"]["weights"], card["learned"].get("output")
        lent: tuple[Output, ...]
        training: Training | Pooled
        if BORROWS in card:
            if lender is None or (screen := lender()).digest != card[BORROWS]:
                raise ModelError(f"{folder} belongs to another network than this version has; make it again")
            lent, training = screen.lent(output), screen.training(output)
        else:
            kinds = [kind for kind in NETWORKS if f"{kind}.npz" in stored.files]
            if kinds:
                refuse_strange({**card, "featuriser": card.get(NETWORK_SAW)}, folder, expected=network_featuriser())
            lent = tuple(Output(NETWORKS[kind].from_arrays(stored.arrays(kind)), output) for kind in kinds)
            training = Training.from_arrays(stored.arrays("training"))
        blend: Blend | Outputs
        if {*weights} <= {*NETWORKS}:
            blend = Outputs(lent, weights)
        else:
            blend = Blend.from_arrays(stored.arrays, kind=kind, names=tuple(weights), lent=lent)
        calibrated = Calibration.from_parts(card["calibration"], calibration, kind=kind)
        return cls(card, blend, calibrated, Domain.from_dict(card["domain"]), training)


def refuse_strange(card: Mapping[str, Any], folder: str | Path, *, expected: Mapping[str, Any] | None = None) -> None:
    """Raise ModelError for a folder that this version cannot read; `expected` is what its featuriser must be."""
    if card.get("format") != FORMAT:
        raise ModelError(f"{folder} has model format {card.get('format')}, this version reads {FORMAT}; train it again")
    if card.get("featuriser") != (expected or featuriser()):
        raise ModelError(f"{folder} was trained on other descriptors than this version computes; train it again")


def _verdicts(what: Property, low: Floats, high: Floats, labels: NDArray[np.bool_]) -> list[str]:
    """Whether the whole answer lies on one side of the threshold; "" where nobody set one.

    Of classes the other one must be excluded, too: an interval of a probability does not tell how often it is right,
    and a set of labels alone calls 5 % high where positives are rare.
    """
    if what.threshold is None or what.better == "none":
        return [""] * len(low)
    above, below = low >= what.threshold, high < what.threshold
    if what.kind == "classification":
        above, below = above & labels[:, 1] & ~labels[:, 0], below & labels[:, 0] & ~labels[:, 1]
    good, poor = (above, below) if what.better == "high" else (below, above)
    verdicts: list[str] = np.where(good, "good", np.where(poor, "poor", UNSURE)).tolist()
    return verdicts
