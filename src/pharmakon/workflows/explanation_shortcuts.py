"""Whether an explanation reveals a shortcut: sets in which one group may stand for another.

The sets are those of Sanchez-Lengeling et al. (NeurIPS 2020). The label is group A. Of the positives that a model
learns from a share also has group B: where all have it, B tells the classes apart as well as A does. Molecules with B
alone then show how far the model goes by B, and an explanation should point at B as much as the model does.

The published score "parc" (F5_datasetbias_summary.csv of google-research/graph-attribution) has no definition and no
code there. Those of its figures that were looked at (of CAM) are fractions of 300 pairs or fewer: a Kendall
correlation over 25 models at most. What it ranks is not said; the tasks that the code sets up judge A, B and both
apart, for several mixes. Ours ranks reliance on B with pointing at B over 12 models: of that form, and not comparable.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase

from pharmakon.core.types import Floats
from pharmakon.explain.environments import Environments, environments
from pharmakon.learn.metrics import auroc

from .attribution_models import ADDITIVE, EnvironmentModel, fit_linear, fit_trees

SETS = ("ester-benzene", "ester-phenyl", "morpholine-benzene", "piperdine-benzene", "unbrch_alkane-benzene")
FOLDER = Path("xai/graph_attribution/dataset_bias")
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
"""Of the positives, how many have the shortcut."""
TAUGHT, ASKED = 500, 200
"""Molecules of either class that a model learns from, and of each kind that it is asked about."""
RADIUS = 2


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A set: molecules (n,), which of them have A and B, which are for training, and each one's atoms of B."""

    smiles: list[str]
    a: NDArray[np.bool_]
    b: NDArray[np.bool_]
    train: NDArray[np.bool_]
    shortcut: Chem.Mol


def place(name: str) -> list[Path]:
    """The two files of a set."""
    return [FOLDER / f"{name}_smiles.csv.gz", FOLDER / f"{name}_smarts.csv"]


def read(name: str, root: Path) -> Shortcut:
    """A set's tables."""
    table, patterns = (root / path for path in place(name))
    with gzip.open(table, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with patterns.open(encoding="utf-8") as file:
        smarts = {row["role"]: row["smarts"] for row in csv.DictReader(file)}

    def column(key: str) -> NDArray[np.bool_]:
        return np.array([row[key] == "True" for row in rows])

    return Shortcut(
        [row["smiles"] for row in rows], column("A"), column("B"), column("train"), Chem.MolFromSmarts(smarts["B"])
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """One model's reliance on B, and what its explanation says of it."""

    share: float
    family: str
    fooled: float
    """ROC area of its output: molecules with B alone against those with neither group."""
    pointed: float
    """ROC area of its atoms' scores: B's atoms against the others, mean over molecules with both groups."""


def shown(found: Shortcut, random: np.random.Generator, *, limit: int | None = None) -> list[Shown]:
    """A linear model and trees for every share of the shortcut."""
    taught, asked = min(TAUGHT, limit or TAUGHT), min(ASKED, limit or ASKED)
    neither = random.permutation(np.flatnonzero(found.train & ~found.a & ~found.b))
    negative, strangers = neither[:taught], neither[taught:][:asked]
    both, alone = (
        random.permutation(np.flatnonzero(found.train & found.a & (found.b == with_b))) for with_b in (True, False)
    )
    judged, fooling = (
        random.permutation(np.flatnonzero(~found.train & (found.a == with_a) & found.b))[:asked]
        for with_a in (True, False)
    )
    masks = [_atoms(found, i) for i in judged]
    out = []
    for share in SHARES:
        n = round(share * taught)
        rows = np.concatenate([negative, both[:n], alone[: taught - n]])
        y = np.repeat([0.0, 1.0], [len(negative), len(rows) - len(negative)])
        molecules = _seen(found, rows)
        models = (
            fit_linear(molecules, y, "classification", RADIUS, 1.0),
            fit_trees(molecules, y, "classification", RADIUS),
        )
        out += [
            Shown(share, model.family, _fooled(model, found, fooling, strangers), _pointed(model, found, judged, masks))
            for model in models
        ]
    return out


def _seen(found: Shortcut, rows: Sequence[int] | NDArray[np.intp]) -> list[Environments]:
    silence = rdBase.BlockLogs()
    read = [environments(Chem.MolFromSmiles(found.smiles[i]), RADIUS) for i in rows]
    del silence
    return read


def _atoms(found: Shortcut, row: int) -> NDArray[np.bool_]:
    mol = Chem.MolFromSmiles(found.smiles[row])
    mask = np.zeros(mol.GetNumAtoms(), dtype=bool)
    for match in mol.GetSubstructMatches(found.shortcut):
        mask[list(match)] = True
    return mask


def _fooled(model: EnvironmentModel, found: Shortcut, fooling: NDArray[np.intp], strangers: NDArray[np.intp]) -> float:
    rows = np.concatenate([fooling, strangers])
    output = model.output([one.features for one in model.seen(_seen(found, rows))])
    return auroc(np.repeat([1.0, 0.0], [len(fooling), len(strangers)]), output)


def _pointed(
    model: EnvironmentModel, found: Shortcut, judged: NDArray[np.intp], masks: Sequence[NDArray[np.bool_]]
) -> float:
    scores: list[Floats] = model.scores(_seen(found, judged), ADDITIVE)
    areas = [auroc(mask.astype(np.float64), score) for mask, score in zip(masks, scores, strict=True)]
    return float(np.nanmean(areas))
