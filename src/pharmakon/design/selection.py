"""Which evaluated molecules are put out as designs: the best that differ, or a front that is spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rdkit import Chem

from pharmakon.chem.scaffolds import scaffold
from pharmakon.design.diversity import differing, packed
from pharmakon.design.lineage import Record
from pharmakon.design.pareto import fronts, points_of, spread_first


def select(records: Sequence[Record], n: int, *, max_similarity: float = 0.7, per_scaffold: int = 0) -> list[Record]:
    """The first feasible molecules, none more similar to one before it than allowed, no scaffold above its share."""
    best = [r for r in records if r.evaluation.feasible]
    scaffolds = [scaffold(Chem.MolFromSmiles(r.smiles)) for r in best] if per_scaffold else None
    rows = differing(
        packed([r.smiles for r in best]), n, max_similarity=max_similarity, groups=scaffolds, per_group=per_scaffold
    )
    return [best[i] for i in rows]


def by_front(ranked: Sequence[Record], keys: Sequence[str]) -> tuple[list[Record], dict[str, int]]:
    """The feasible molecules front by front, each front from its middle and then spread; and the front of each.

    `ranked` come best first; `keys` name the goals.
    """
    best = [r for r in ranked if r.evaluation.feasible]
    points = points_of(best, keys)
    number = fronts(points)
    order = []
    for front in sorted(set(number.tolist())):
        rows = [i for i in range(len(best)) if number[i] == front]
        order += [rows[i] for i in spread_first(points[rows])]
    return [best[i] for i in order], {r.smiles: int(k) for r, k in zip(best, number, strict=True)}


def uncrowded(order: Sequence[int], groups: Sequence[str], share: int) -> list[int]:
    """Of an order, those whose group has not had its share before them; all of them where the share is 0."""
    taken: Counter[str] = Counter()
    kept = []
    for i in order:
        taken[groups[i]] += 1
        if not share or taken[groups[i]] <= share:
            kept.append(i)
    return kept
