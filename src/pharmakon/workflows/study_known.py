"""What a frozen signature keeps of its patients to know them again: sketches of their blocks, hashes of their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.cohort import Cohort
from pharmakon.biomarkers.identifiers import Hashes, hashed, salt_of
from pharmakon.biomarkers.sketch import Sketch, sketch_of
from pharmakon.store.models import ModelFolder

from .study import logged

HASHES, SKETCH = "identifiers", "sketch"
SAID = (
    "To know its patients again the signature keeps of each: a digest of the exact values; of up to 128 features of a "
    "block whether the value lay above or below the median, in no order; and salted hashes of the identifiers. No "
    "value can be read back. Whoever has a patient's values, or guesses an identifier, can see that the patient was in "
    "the cohort."
)


@dataclass(frozen=True, slots=True)
class KnownPatients:
    """Sketches by block, and hashes of the ids of samples and patients under a salt."""

    sketches: Mapping[str, Sketch] = field(default_factory=dict)
    hashes: Hashes = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    salt: str = ""

    @classmethod
    def of(cls, cohort: Cohort, *, seed: int = 0) -> Self:
        """Those of a cohort. The salt follows from its files, so that the same study gives the same bytes."""
        salt = salt_of(cohort.hash, str(seed))
        made = {
            name: sketch_of(logged(block), cohort.patients, random_state=seed) for name, block in cohort.blocks.items()
        }
        sketches = {name: sketch for name, sketch in made.items() if sketch is not None}
        names = {*cohort.ids, *cohort.patients.tolist()}
        return cls(sketches, np.sort(hashed(names, salt)), salt)

    def alike(self, blocks: Mapping[str, Block]) -> NDArray[np.bool_]:
        """Which patients look like one of these in any block, taken before batches are corrected; shape (n,)."""
        found = [sketch.knows(logged(blocks[name])) for name, sketch in self.sketches.items() if name in blocks]
        return np.any(found, axis=0) if found else np.zeros(len(next(iter(blocks.values()))), dtype=bool)

    def named_alike(self, cohort: Cohort) -> NDArray[np.bool_]:
        """Which samples of a cohort, or their patients, bear the identifier of one of these; shape (n,)."""
        names = (hashed(ids, self.salt) for ids in (cohort.ids, cohort.patients.tolist()))
        found: NDArray[np.bool_] = np.any([np.isin(one, self.hashes) for one in names], axis=0)
        return found

    def to_arrays(self) -> dict[str, dict[str, NDArray[Any]]]:
        """Everything `of_folder` needs beside the card, by file."""
        files = {f"{SKETCH}-{name}": sketch.to_arrays() for name, sketch in self.sketches.items()}
        return files | {HASHES: {"hashes": self.hashes}}

    def card(self) -> dict[str, Any]:
        """What is kept, in words and numbers."""
        return {
            "what": SAID,
            "salt": self.salt,
            "features sketched": {name: len(sketch.features) for name, sketch in self.sketches.items()},
        }

    @classmethod
    def of_folder(cls, folder: ModelFolder) -> Self:
        """What `to_arrays` and `card` saved; nobody for the folder of a version that kept none."""
        card = folder.card.get("known again")
        if card is None:
            return cls()
        sketches = {name: Sketch.from_arrays(folder.arrays(f"{SKETCH}-{name}")) for name in card["features sketched"]}
        return cls(sketches, folder.arrays(HASHES)["hashes"], card["salt"])
