"""A signature as a folder: numbers, card, and the corrections its blocks go through. It is applied, never refitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.batch import ComBat, Unseen
from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.risks import Risks
from pharmakon.biomarkers.signature import Signature
from pharmakon.core.errors import DataError, UsageError
from pharmakon.store.models import load_folder, save_folder

from .study import corrected, logged
from .study_known import KnownPatients

KIND = "signature"
NUMBERS, CORRECTION = "signature", "correction"


@dataclass(frozen=True, slots=True)
class Frozen:
    """A signature that was read: what it says of new patients, and no way to change it."""

    signature: Signature
    corrections: Mapping[str, ComBat]
    card: Mapping[str, Any]
    known: KnownPatients = field(default_factory=KnownPatients)
    """The patients it was made with, as far as they can be known again."""

    def apply(self, blocks: Mapping[str, Block], batch: NDArray[np.str_] | None = None) -> Risks:
        """Risks of new patients; blocks that were corrected in training need the `batch` of each patient (n,).

        Features that a block lacks are an error; blocks that are not there are done without, where the signature knows
        how. Raises DataError for a batch that was not seen, if the signature refuses such.
        """
        risks = self.signature.apply(self.prepared(blocks, batch))
        return replace(risks, seen=risks.seen | self.known.alike(blocks))

    def prepared(self, blocks: Mapping[str, Block], batch: NDArray[np.str_] | None = None) -> dict[str, Block]:
        """The blocks as the signature takes them."""
        ready = {}
        for name, block in blocks.items():
            if name not in self.signature.models:
                continue
            ready[name] = block = logged(block)
            if name in self.corrections:
                if batch is None:
                    raise DataError(f"block {name!r} was corrected for batches: declare the batch (design.batch)")
                features = self.card["corrected"][name]
                ready[name] = corrected(_ordered(block, features), self.corrections[name], batch)
        return ready

    def with_policy(self, unseen: Unseen) -> Frozen:
        """The same signature with another policy for batches that it has not seen."""
        steps = {name: ComBat.from_arrays(step.to_arrays()) for name, step in self.corrections.items()}
        for step in steps.values():
            step.unseen = unseen
        return replace(self, corrections=steps)


def save(
    path: Path,
    signature: Signature,
    *,
    corrections: Mapping[str, ComBat],
    features: Mapping[str, tuple[str, ...]],
    known: KnownPatients | None = None,
    **facts: Any,
) -> Path:
    """Write the folder. `features` are those of the corrected blocks, in the order of their correction."""
    arrays = {NUMBERS: signature.to_arrays(), **(known.to_arrays() if known is not None else {})}
    for name, step in corrections.items():
        arrays[f"{CORRECTION}-{name}"] = step.to_arrays()
    card = {
        "kind": KIND,
        "signature": signature.card(),
        "corrected": {name: list(features[name]) for name in corrections},
        **({"known again": known.card()} if known is not None else {}),
        **facts,
    }
    return save_folder(path, card=card, arrays=arrays, texts={}).path


def load(path: str | Path) -> Frozen:
    """Read a folder that `save` wrote, after checking every file.

    Raises ModelError for a damaged one, UsageError for the folder of something else.
    """
    folder = load_folder(path)
    if folder.card.get("kind") != KIND:
        raise UsageError(f"{path} is not a signature: pharmakon discover makes one")
    signature = Signature.from_arrays(folder.arrays(NUMBERS), folder.card["signature"])
    steps = {name: ComBat.from_arrays(folder.arrays(f"{CORRECTION}-{name}")) for name in folder.card["corrected"]}
    return Frozen(signature, steps, folder.card, KnownPatients.of_folder(folder))


def _ordered(block: Block, features: list[str]) -> Block:
    place = {name: j for j, name in enumerate(block.features)}
    if missing := [name for name in features if name not in place]:
        raise DataError(
            f"block {block.name!r} lacks {len(missing)} of the {len(features)} features that its batches are corrected "
            f"in, such as {missing[0]!r}"
        )
    return replace(block, values=block.values[:, [place[name] for name in features]], features=tuple(features))
