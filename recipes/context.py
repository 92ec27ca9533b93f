"""Make src/pharmakon/design/tables/arms.npz: which arms hang in which surroundings, in ZINC and in ChEMBL.

    PHARMAKON_DATA=... python recipes/context.py WORK

Reads WORK/zinc.smi and WORK/chembl.smi, which recipes/prior.py writes (this one does where they are missing): flat,
standardised, and from ChEMBL without the targets of the benchmarks and their neighbours. Some 75,000
molecules all over them are counted. Molecules held out from the priors are left out here too: `share_known` judges by
them. An arm is kept where it was seen in LEAST molecules in a context, and in both collections somewhere.
Two minutes on one core.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from design_vocabulary import TABLES, acceptable
from numpy.typing import NDArray
from prior import CHEMBL, TARGETS, ZINC, write
from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.chem.alerts import unwanted
from pharmakon.design.context import LARGEST, RADIUS, arms, atom_codes, contexts, mix
from pharmakon.design.corpus import held_out
from pharmakon.design.fragment import Piece, extract

STEPS = {"zinc": 8, "chembl": 16}
"""Every eighth molecule of ZINC and every sixteenth of ChEMBL: 75,000."""
LEAST = 2
"""Molecules that an arm must have been seen in, in a context."""
BOTH = 3
"""Molecules of each collection that an arm must have been seen in, somewhere."""
FEWEST = 2
"""Arms of a context at least: one with fewer has no other to offer."""
BENZENE = Chem.MolFromSmiles("c1ccccc1")


class Seen(NamedTuple):
    """One row for each arm of each molecule: context and arm, as numbers, and an example of each arm."""

    contexts: NDArray[np.uint32]
    arms: NDArray[np.uint64]
    examples: dict[int, tuple[str, int, int]]


def lines(path: Path, step: int) -> Iterator[str]:
    """Every so manieth SMILES of a file, none of those held out."""
    with path.open(encoding="utf-8") as text:
        for line in islice(text, 1, None, step):
            if not held_out(line.strip()):
                yield line.strip()


def read(text: str) -> Mol:
    """A molecule of a file of canonical, flat SMILES, as far as is needed here: four times as fast as in full."""
    mol = Chem.MolFromSmiles(text, sanitize=False)
    mol.UpdatePropertyCache(strict=False)
    Chem.FastFindRings(mol)
    return mol


def arm_numbers(mol: Mol, pairs: NDArray[np.intp], inside: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """A number for each arm, the same wherever it hangs.

    It is made of the arm's atoms, their distances from the cut and from each other: a canonical SMILES of each would
    take ten times as long.
    """
    some = np.argsort(~inside, axis=1, kind="stable")[:, :LARGEST]
    there = np.take_along_axis(inside, some, axis=1).astype(np.uint64)
    distance = Chem.GetDistanceMatrix(mol).astype(np.uint64)
    bonds = (2 * Chem.GetAdjacencyMatrix(mol, useBO=True)).astype(np.uint64)
    codes = (atom_codes(mol) << np.array([0, 16, 20, 24], np.uint64)).sum(axis=1)
    rooted = mix(codes[some] + (distance[pairs[:, :1], some] << np.uint64(32)))
    between = mix(distance + (bonds << np.uint64(16)))[some[:, :, None], some[:, None, :]]
    both = mix(rooted[:, :, None] + rooted[:, None, :] + between)
    return (both * there[:, :, None] * there[:, None, :]).sum(axis=(1, 2))


def count(smiles: Iterator[str], *, radius: int = RADIUS) -> Seen:
    """Every arm of every molecule with its context, each pair once a molecule."""
    found: list[NDArray[np.uint64]] = []
    examples: dict[int, tuple[str, int, int]] = {}
    for text in smiles:
        mol = read(text)
        pairs, inside = arms(mol)
        numbers = arm_numbers(mol, pairs, inside)
        here = contexts(mol, radius=radius)[0][pairs[:, 0], pairs[:, 1]]
        once = {pair: i for i, pair in enumerate(zip(here.tolist(), numbers.tolist(), strict=True))}
        found.append(np.array(list(once), np.uint64).reshape(-1, 2))
        for (_, number), i in once.items():
            if number not in examples:
                examples[number] = (text, int(pairs[i, 0]), int(pairs[i, 1]))
    context, arm = np.concatenate(found).T
    return Seen(context.astype(np.uint32), arm, examples)


def smiles_of(example: tuple[str, int, int]) -> str:
    """An arm as "*c1ccccc1"; "" for one that a chemist would not put on purpose."""
    text, core, first = example
    mol = Chem.MolFromSmiles(text)
    pairs, inside = arms(mol)
    row = next(i for i, pair in enumerate(pairs.tolist()) if pair == [core, first])
    arm = extract(mol, Piece(frozenset(np.flatnonzero(inside[row]).tolist()), ((first, core),), ring=False))
    return arm if arm and acceptable(arm) and not unwanted(on_phenyl(arm)) else ""


def on_phenyl(arm: str) -> Mol:
    """An arm on a benzene ring: by itself, a halogen on nothing would look like one on a hetero-atom."""
    whole = Chem.ReplaceSubstructs(Chem.MolFromSmiles(arm), Chem.MolFromSmarts("[#0]"), BENZENE)[0]
    Chem.SanitizeMol(whole)
    return whole


def common(seen: Sequence[Seen]) -> dict[int, str]:
    """The arms that are usual in every collection, by number."""
    usual: set[int] | None = None
    for one in seen:
        numbers, counts = np.unique(one.arms, return_counts=True)
        here = set(numbers[counts >= BOTH].tolist())
        usual = here if usual is None else usual & here
    named = {number: smiles_of(seen[0].examples[number]) for number in sorted(usual or ())}
    return {number: smiles for number, smiles in named.items() if smiles}


def tabulate(seen: Sequence[Seen], *, least: int = LEAST) -> dict[str, NDArray[np.generic]]:
    """The arrays of design.context.Table."""
    kept = common(seen)
    order = sorted(set(kept.values()), key=lambda s: (len(s), s))
    rank = {smiles: i for i, smiles in enumerate(order)}
    numbers = np.array(sorted(kept), np.uint64)
    ranks = np.array([rank[kept[n]] for n in numbers.tolist()], np.uint64)
    arm = np.concatenate([one.arms for one in seen])
    place = np.minimum(np.searchsorted(numbers, arm), len(numbers) - 1)
    known = numbers[place] == arm
    context = np.concatenate([one.contexts for one in seen])[known].astype(np.uint64)
    pairs, counts = np.unique((context << np.uint64(32)) + ranks[place[known]], return_counts=True)
    pairs, counts = pairs[counts >= least], counts[counts >= least]
    context, begins, several = np.unique(pairs >> np.uint64(32), return_index=True, return_counts=True)
    useful = np.repeat(several >= FEWEST, several)
    context, begins = np.unique((pairs >> np.uint64(32))[useful], return_index=True)
    used, arm = np.unique((pairs & np.uint64(0xFFFFFFFF))[useful], return_inverse=True)
    return {
        "contexts": context.astype(np.uint32),
        "begins": np.append(begins, len(arm)).astype(np.uint32),
        "arms": arm.astype(np.uint16),
        "weights": np.minimum(np.rint(counts[useful] ** 0.5), 255).astype(np.uint8),
        "smiles": np.frombuffer("\n".join(order[int(i)] for i in used).encode(), np.uint8),
    }


def share_known(smiles: Iterator[str], known: NDArray[np.uint32], *, radius: int = RADIUS) -> float:
    """The share of the arms of molecules whose context is in the table."""
    hits = total = 0
    for text in smiles:
        mol = read(text)
        pairs, _ = arms(mol)
        here = contexts(mol, radius=radius)[0][pairs[:, 0], pairs[:, 1]]
        hits, total = hits + int(np.isin(here, known).sum()), total + len(here)
    return hits / total


def main(work: Path) -> None:
    """Count both collections, write the table and say how much of held-out molecules it knows."""
    for name, sets, apart in (("zinc", ZINC, ()), ("chembl", CHEMBL, TARGETS)):
        if not (work / f"{name}.smi").exists():
            write(sets, work / f"{name}.smi", apart=apart)
    with rdBase.BlockLogs():
        made = tabulate([count(lines(work / f"{name}.smi", step)) for name, step in STEPS.items()])
        np.savez_compressed(TABLES / "arms.npz", **made)
        print(len(made["contexts"]), "contexts", len(made["arms"]), "arms in them; radius", RADIUS, "largest", LARGEST)
        for name in STEPS:
            some = islice(filter(held_out, (work / f"{name}.smi").read_text(encoding="utf-8").split()), 2000)
            print(name, f"{share_known(some, made['contexts']):.3f} of held-out cuts known")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
