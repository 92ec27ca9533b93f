"""Make src/pharmakon/design/tables: the parts of drug-like molecules, and how they join.

    PHARMAKON_DATA=... python recipes/design_vocabulary.py

Reads the first 100,000 molecules of zinc250k and all of chembl31_s4dd_mini_train (names of the data catalogue). A
fragment must occur twice in both; its count is the sum of its counts per 100,000 molecules of each, so that the larger
set does not drown the other. Three minutes.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from rdkit import Chem, rdBase

from pharmakon.design.fragment import extract, kind, pieces, ring_cuts
from pharmakon.design.graph import Limits, flat, kekule
from pharmakon.store.places import path_of

SOURCES = ("zinc250k", "chembl31_s4dd_mini_train")
WANTED = {"rings": 400, "linkers": 150, "substituents": 250}
MOST = 100_000
LARGEST = {"rings": 15, "linkers": 8, "substituents": 8}
TABLES = Path(__file__).parents[1] / "src/pharmakon/design/tables"
REFUSED = [
    Chem.MolFromSmarts(s)
    for s in (
        "[+,-]",  # nitro among them
        "[#7,#8,#16]-[#8;!$([#8]-[#7;R])]-[#7,#8,#16]",
        "[OX2][OX2]",
        "[F,Cl,Br,I][#7,#8,#16,#15,#5]",
        "[CX3]=[CX2]=[*]",
        "[#6]=[#7]-[OX2H]",
        "[NX3;!R][NX3;!R]",
        "[$([CX4;!$(C(F)F)]([O,N,S;!R])[O,N,S;!R;H])]",
        "C(=O)[F,Cl,Br,I]",
        "[CX3H1](=O)[#6]",
        "[#7]=[#7,#8;!R]",
        "[CX3;!R]=[NX2;!R;!$(N-C(=[N,O,S])N);!$(N=C(N)N)]",
        "[NX2]-[NX3;!R]",
        "C(Cl)(Cl)Cl",
        "[SX2;!R][SX2;!R]",
        "[Si,Se,B,P]",
    )
]


def molecules(path: Path) -> Iterator[Chem.Mol]:
    """The readable, allowed molecules of a file."""
    limits = Limits(max_atoms=70)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in islice(lines, MOST):
            mol = flat(line.split()[0])
            if mol is not None and limits.allow(mol, Chem.MolToSmiles(mol)):
                yield mol


def sort_of(ends: int, *, ring: bool) -> str:
    """Which table a piece belongs to; "" for none."""
    if ring:
        return "rings" if 1 <= ends <= 3 else ""
    return {1: "substituents", 2: "linkers"}.get(ends, "")


def count(path: Path) -> tuple[dict[str, Counter[str]], Counter[tuple[str, str]], Counter[tuple[str, int]], int]:
    """Fragments by table, joins by kinds, elements by bonds used, and the number of molecules."""
    found = {name: Counter[str]() for name in WANTED}
    joins, elements, n = Counter[tuple[str, str]](), Counter[tuple[str, int]](), 0
    for mol in molecules(path):
        n += 1
        for atom in kekule(mol).GetAtoms():
            if not atom.GetFormalCharge():
                elements[atom.GetSymbol(), round(sum(b.GetBondTypeAsDouble() for b in atom.GetBonds()))] += 1
        for a, b in ring_cuts(mol):
            one, two = kind(mol.GetAtomWithIdx(a), across=b), kind(mol.GetAtomWithIdx(b), across=a)
            joins[min(one, two), max(one, two)] += 1
        for piece in pieces(mol):
            name = sort_of(len(piece.ends), ring=piece.ring)
            if name and len(piece.atoms) <= LARGEST[name] and (smiles := extract(mol, piece)):
                found[name][smiles] += 1
    return found, joins, elements, n


def acceptable(smiles: str) -> bool:
    """No group that a chemist would not put on purpose."""
    mol = Chem.MolFromSmiles(smiles)
    return mol is not None and not any(mol.HasSubstructMatch(p) for p in REFUSED)


def write(name: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A small CSV table."""
    with (TABLES / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main() -> None:
    """Count both sources and write the five tables."""
    TABLES.mkdir(exist_ok=True)
    with rdBase.BlockLogs():
        counted = [count(path_of(name)) for name in SOURCES]
    sizes = [c[3] for c in counted]
    for table, wanted in WANTED.items():
        tables = [c[0][table] for c in counted]
        common = [s for s in tables[0] if all(t[s] > 1 for t in tables) and acceptable(s)]
        scaled = {s: round(sum(1e5 * t[s] / n for t, n in zip(tables, sizes, strict=True))) for s in common}
        best = sorted(scaled, key=lambda s: (-scaled[s], s))[:wanted]
        write(table, ("smiles", "ends", "count"), ((s, s.count("*"), scaled[s]) for s in best))
        print(table, len(common), "common to both; kept", len(best), "down to", scaled[best[-1]], file=sys.stderr)
    joins = sum((c[1] for c in counted), Counter[tuple[str, str]]())
    write("joins", ("one", "two", "count"), ((*pair, n) for pair, n in sorted(joins.items()) if n >= 5))
    elements = sum((c[2] for c in counted), Counter[tuple[str, int]]())
    usual = ((e, b, n) for (e, b), n in sorted(elements.items()) if 1 <= b <= 4)
    write("elements", ("element", "bonds", "count"), usual)


if __name__ == "__main__":
    main()
