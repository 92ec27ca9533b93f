"""Make src/pharmakon/design/tables/fragments.npz: how many drug-like molecules have each part.

    PHARMAKON_DATA=... python recipes/fragment_counts.py

The sources are those of design_vocabulary.py, and a part is what design/fragment.py cuts a molecule into. Kept are a
hash of each part's SMILES and the number of molecules that have it: no structure. Four minutes.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
from design_vocabulary import SOURCES, molecules
from rdkit import rdBase

from pharmakon.design.origins import key_of, parts
from pharmakon.store.places import path_of

TABLE = Path(__file__).parents[1] / "src/pharmakon/design/tables/fragments.npz"


def main() -> None:
    """Count both sources together and write the table."""
    counts, n = Counter[int](), 0
    with rdBase.BlockLogs():
        for source in SOURCES:
            for mol in molecules(path_of(source)):
                n += 1
                counts.update({key_of(smiles) for smiles, _ in parts(mol)})
                if n % 10_000 == 0:
                    print(source, n, len(counts), file=sys.stderr)
    keys = np.array(sorted(counts), np.uint64)
    np.savez_compressed(
        TABLE,
        keys=keys,
        counts=np.array([counts[int(key)] for key in keys], np.uint32),
        molecules=np.array(n),
        sources=np.frombuffer("\n".join(SOURCES).encode(), np.uint8),
    )
    print(f"{n:,} molecules, {len(keys):,} parts", file=sys.stderr)


if __name__ == "__main__":
    main()
