"""Count the ring systems of public collections, for the check that a design stands on rings somebody has made.

    PHARMAKON_DATA=... python recipes/ring_systems.py

Writes src/pharmakon/chem/tables/ring_systems.csv: ring systems (no molecules) found at least 10 times in ZINC250k
(Irwin et al. 2012, via mol_opt, MIT) and in two samples of ChEMBL (CC BY-SA 3.0).
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from pathlib import Path

from rdkit import Chem, rdBase

from pharmakon.chem.precedent import ring_systems
from pharmakon.core.files import write_atomic
from pharmakon.store.places import path_of

TABLE = Path(__file__).parents[1] / "src" / "pharmakon" / "chem" / "tables" / "ring_systems.csv"
SETS = ("zinc250k", "chembl31_s4dd_mini_train", "chembl_reinvent_validation")
LEAST = 10


def main() -> None:
    """Count and write."""
    counts: Counter[str] = Counter()
    molecules = 0
    rdBase.DisableLog("rdApp.*")
    for name in SETS:
        with gzip.open(path_of(name), "rt", encoding="utf-8") as stream:
            for line in stream:
                mol = Chem.MolFromSmiles(line.split()[0]) if line.strip() else None
                if mol is not None:
                    molecules += 1
                    counts.update(set(ring_systems(mol)))
    kept = sorted(((n, key) for key, n in counts.items() if n >= LEAST), key=lambda pair: (-pair[0], pair[1]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["ring_system", "count"])
    writer.writerows((key, n) for n, key in kept)
    write_atomic(TABLE, out.getvalue())
    print(f"{molecules:,} molecules, {len(counts):,} ring systems, {len(kept):,} kept: {TABLE}")


if __name__ == "__main__":
    main()
