"""A made-up library in two files: cores with arms on them, at random, and a few rows that nobody can read."""

import sys
from pathlib import Path

import duckdb
import numpy as np

CORES = ["c1ccc({a})cc1{b}", "c1cc({a})ncc1{b}", "C1CN({a})CCN1{b}", "c1sc({a})cc1{b}", "O=C({a})NC1CCCCC1{b}"]
ARMS = ["C", "CC", "OC", "F", "C(F)(F)F", "N(C)C", "CO", "C(=O)O", "S(C)(=O)=O", "[N+](=O)[O-]", "CCc1ccccc1", "C(=O)N"]

draw = np.random.default_rng(0)
rows = []
for number in range(int(sys.argv[1])):
    core, a, b = draw.integers(len(CORES)), draw.integers(len(ARMS)), draw.integers(len(ARMS))
    rows.append((f"L{number:05d}", "C1CC" if number % 997 == 5 else CORES[core].format(a=ARMS[a], b=ARMS[b])))

folder = Path("library")
folder.mkdir(exist_ok=True)  # one that this script made before is replaced
if any(path.name not in {"a.csv", "b.csv", "b.parquet"} for path in folder.iterdir()):
    sys.exit(f"{folder} holds other files: try this in another folder")
half = len(rows) // 2
for name, some in (("a.csv", rows[:half]), ("b.csv", rows[half:])):
    (folder / name).write_text("id,smiles\n" + "".join(f"{id},{smiles}\n" for id, smiles in some))
duckdb.read_csv(str(folder / "b.csv")).write_parquet(str(folder / "b.parquet"))
(folder / "b.csv").unlink()
