"""Train the graph network that answers beside the fast one in the full profile, and judge them together.

    PHARMAKON_DATA=... python recipes/graph.py

Needs the extra `deep`. recipes/screen.py comes first: the same molecules, folds and endpoints, and its network is the
other half of every answer. Sixteen graph networks are trained, two at a time: one for each of five folds of three
splits, and the shipped one; an hour and a half on two cores. What is done is kept in build/graph and taken up again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np
import screen
from screen import N_FOLDS, OUT_OF_FOLD, Pool, judge, parts_of, ship, whole_pool

from pharmakon.chem import descriptors
from pharmakon.chem.graphs import Graph, Joined
from pharmakon.predict.endpoints import endpoints
from pharmakon.predict.features import Features, graph_featuriser
from pharmakon.predict.graph import GraphNetwork
from pharmakon.predict.graph_training import GraphRecipe, train_graph_network
from pharmakon.predict.lending import Lend, Lent
from pharmakon.predict.panel import shipped_pair, shipped_screen
from pharmakon.predict.screen import GRAPH, Screen

BUILD = Path(__file__).parents[1] / "build" / "graph"
SHIPPED = Path(__file__).parents[1] / "src" / "pharmakon" / "models" / GRAPH
SPLITS = ("scaffold", "cluster", "random")
METHOD = (
    "Two neural networks, each of all endpoints at once, weighed by what they predicted out of fold: the network of "
    "the fast profile, and a graph network (directed message passing over bonds, beside quick descriptors; it learns "
    "to tell others, too). Judged by networks of the same kinds that saw no molecule of the fold, in any endpoint."
)
RECIPE = GraphRecipe()
ALL = "all"
"""The fold that no molecule is in: the network that learns from every one."""


def described(smiles: Sequence[str]) -> tuple[list[Graph], np.ndarray]:
    """Graphs and descriptors of a few molecules."""
    features = Features.from_smiles(smiles)
    return [one for one in features.graphs if one is not None], features.descriptors


class Graphs:
    """The molecules of a pool as graphs, and networks of them, kept in `build` as they are trained."""

    def __init__(self, pool: Pool, build: Path, *, known: np.ndarray | bool = True) -> None:
        self.pool, self.build = pool, build
        self.known = np.broadcast_to(known, len(pool.smiles))
        blocks = [pool.smiles[start : start + 1000] for start in range(0, len(pool.smiles), 1000)]
        with ProcessPoolExecutor() as workers:
            found, numbers = zip(*workers.map(described, blocks), strict=True)
        self.molecules = Joined.of([one for part in found for one in part])
        self.descriptors = np.concatenate(numbers)
        if not len(self.molecules.n_atoms) == len(self.descriptors) == len(pool.smiles):
            raise SystemExit("a molecule of the pool cannot be read again")
        self.key = pool.key(self.known, asdict(RECIPE), graph_featuriser(), list(descriptors.NAMES))

    def train(self, rows: np.ndarray, note: str) -> GraphNetwork:
        """A graph network of some molecules, on one core."""
        pool = self.pool
        return train_graph_network(
            self.molecules.take(rows),
            pool.quick[rows],
            self.descriptors[rows],
            pool.y[rows],
            tasks=pool.tasks,
            classes=pool.classes,
            recipe=RECIPE,
            threads=1,
            progress=lambda said: print(f"  {note}: {said}", flush=True),
        )

    def make(self, split: str, held: int) -> None:
        """Train and keep what a fold needs: its predictions by the others' network; or the network of all."""
        kept = self._file(split, held)
        if kept.exists():
            return
        if split == ALL:
            network = self.train(np.flatnonzero(self.known), "all molecules")
            _keep(kept, network.to_arrays())
            return
        fold = self.pool.folds[split]
        network = self.train(np.flatnonzero((fold != held) & self.known), f"{split} fold {held + 1}")
        mine = np.flatnonzero(fold == held)
        value = network.answer(self.molecules.take(mine).each(), self.pool.quick[mine])
        _keep(kept, {"value": value.astype(np.float32)})

    def _file(self, split: str, held: int) -> Path:
        return self.build / f"{split}-{held}-{self.key}.npz"

    def out_of_fold(self, split: str) -> np.ndarray:
        """(n, t): each molecule as a network sees it that learnt from the other folds' known molecules."""
        out = np.empty(self.pool.y.shape, np.float32)
        for held in range(N_FOLDS):
            with np.load(self._file(split, held)) as kept:
                out[self.pool.folds[split] == held] = kept["value"]
        return out

    @property
    def network(self) -> GraphNetwork:
        """The one that learnt from all known molecules."""
        with np.load(self._file(ALL, 0)) as arrays:
            return GraphNetwork.from_arrays(dict(arrays))


def _keep(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Written whole or not at all: what is there counts as done."""
    part = path.with_name(f"part-{path.name}")
    np.savez(part, **arrays)
    part.replace(path)


_mine: Graphs


def _train(job: tuple[str, int]) -> None:
    _mine.make(*job)


def train_all(graphs: Graphs, splits: Sequence[str]) -> None:
    """Every network of the splits and the one of all molecules, two at a time, in processes that share the pool."""
    import multiprocessing

    global _mine  # noqa: PLW0603  a forked process finds its parent's pool there, uncopied
    _mine = graphs
    graphs.build.mkdir(parents=True, exist_ok=True)
    started = time.time()
    jobs = [(split, held) for split in splits for held in range(N_FOLDS)]
    jobs.append((ALL, 0))
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as workers:
        for job, _ in zip(jobs, workers.map(_train, jobs), strict=True):
            print(f"{job} {time.time() - started:.0f} s", flush=True)


def fast_predictions(pool: Pool, base: Screen) -> dict[str, np.ndarray]:
    """(n, t) by split: what networks like the fast one say of molecules they never saw."""
    with np.load(screen.BUILD / screen.OUT_OF_FOLD) as kept:
        same = np.array_equal(kept["first_layer"], base.networks[0].weights_[0])
        if not same or kept["tasks"].tolist() != pool.tasks or kept["smiles"].tolist() != pool.smiles:
            raise SystemExit(f"{screen.BUILD} is not of the network in {screen.SHIPPED}: run recipes/screen.py")
        return {split: kept[split] for split in SPLITS}


def pair(graphs: Graphs, fast: np.ndarray, split: str) -> np.ndarray:
    """(n, t, 2): what the fast network and the graph network say of molecules they never saw."""
    return np.stack([fast, graphs.out_of_fold(split)], axis=2)


def lender(name: str) -> Lend:
    """What the shipped networks, and those that judged them, know of one endpoint's molecules."""
    shipped = shipped_pair()
    with np.load(BUILD / OUT_OF_FOLD) as kept:
        if str(kept["screen"]) != shipped.digest:
            raise SystemExit(f"{BUILD / OUT_OF_FOLD} is not of the networks in {SHIPPED}: run recipes/graph.py")
        place = {text: i for i, text in enumerate(kept["smiles"].tolist())}
        column = kept["tasks"].tolist().index(name)
        folds = {split: kept[f"{split}.fold"] for split in SPLITS}
        value = {split: kept[f"{split}.value"][:, column].astype(np.float64) for split in SPLITS}

    def lend(smiles: Sequence[str]) -> Lent:
        rows = np.array([place[text] for text in smiles])
        return Lent(
            shipped.lent(name),
            {split: fold[rows] for split, fold in folds.items()},
            {split: found[rows] for split, found in value.items()},
            shipped.training(name),
            shipped.digest,
        )

    return lend


def main() -> None:
    """Train, judge and write."""
    pool, base = whole_pool(), shipped_screen(screen.NAME)
    fast = fast_predictions(pool, base)
    graphs = Graphs(pool, BUILD)
    train_all(graphs, SPLITS)
    members = {split: pair(graphs, fast[split], split) for split in SPLITS}
    judged = {
        name: judge(pool, facts, members, kinds=("network", "graph"), how=METHOD) for name, facts in endpoints().items()
    }
    ship(Screen([*base.networks, graphs.network], base.analogues, *parts_of(judged), base=base), SHIPPED)
    np.savez(
        BUILD / OUT_OF_FOLD,
        screen=np.array(Screen.load(SHIPPED, lender=lambda: base).digest),
        smiles=np.array(pool.smiles),
        tasks=np.array(pool.tasks),
        **{f"{split}.fold": pool.folds[split] for split in SPLITS},
        **{f"{split}.value": members[split] for split in SPLITS},
    )


if __name__ == "__main__":
    main()
