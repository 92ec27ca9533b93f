"""Train the network of the fast profile on every endpoint at once, and judge it.

    PHARMAKON_DATA=... python recipes/screen.py

Needs the extra `deep`. Sixteen networks are trained: one for each of five folds of the scaffold, the cluster and the
random split, whose predictions for their held-out molecules calibrate and judge; and the shipped one, on everything.
What is done is kept in build/screen and taken up again; half an hour on two cores. The out-of-fold predictions stay
there for recipes/graph.py and recipes/panel.py, whose models take the network as one of their members.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.chem.clusters import leader
from pharmakon.chem.scaffolds import scaffold
from pharmakon.core.random import stream
from pharmakon.learn.splits import group_folds, random_folds
from pharmakon.predict.analogues import Analogues, Series
from pharmakon.predict.blend import weighed
from pharmakon.predict.curate import TrainingSet, curate
from pharmakon.predict.endpoints import Endpoint, endpoint, endpoints
from pharmakon.predict.features import Features, network_featuriser
from pharmakon.predict.judging import METRICS, Assessment, Facts, assess, beaten, neighbour_rival
from pharmakon.predict.network import Network
from pharmakon.predict.network_training import Recipe, train_network
from pharmakon.predict.scale import forward
from pharmakon.predict.screen import NAME, Screen
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import paths_of
from pharmakon.store.tables import open_table
from pharmakon.workflows.structures import chained
from pharmakon.workflows.train import endpoint_dataset, endpoint_rows, reference_quantiles

BUILD = Path(__file__).parents[1] / "build" / "screen"
SHIPPED = Path(__file__).parents[1] / "src" / "pharmakon" / "models" / NAME
OUT_OF_FOLD = "out_of_fold.npz"
HELPERS = (
    "pharmabench_logd",
    "pharmabench_solubility",
    "pharmabench_human_clearance",
    "pharmabench_rat_clearance",
    "pharmabench_mouse_clearance",
)
"""Sets learnt beside the endpoints and not shipped: they teach the hidden layers."""
N_FOLDS = 5
JUDGED = 5_000
RECIPE = Recipe()
METHOD = (
    "One neural network for all endpoints: hashed ECFP4 and atom-pair counts and quick descriptors, two hidden layers, "
    "quantised to whole numbers; trained on all endpoints' measurements at once. Judged by networks of the same kind "
    "that saw no molecule of the fold, in any endpoint."
)


def read(name: str) -> TrainingSet:
    """The clean measurements of an endpoint or a helper."""
    if name in HELPERS:
        item = data_set(name)
        rows = chained([open_table(path, smiles=item.structure) for path in paths_of(name)])
        return curate(rows, value=next(iter(item.values)), kind="regression")
    facts = endpoint(name)
    source = facts.data
    return curate(
        endpoint_rows(facts),
        value=source.value,
        kind=facts.kind,
        positive=source.positive,
        minimum=source.minimum,
        maximum=source.maximum,
    )


def featured(smiles: list[str]) -> tuple[Any, ...]:
    """What networks and folds need of a few molecules."""
    features = Features.from_smiles(smiles)
    frames = [scaffold(mol) if mol is not None else "" for mol in features.mols]
    return features.hashed, features.quick, features.packed, frames


def scaled(name: str, one: TrainingSet) -> np.ndarray:
    """The values on the scale of the endpoint's model."""
    return forward(np.asarray(one.y), "none" if name in HELPERS else endpoint(name).transform)


class Pool:
    """All molecules of all sets, each once, with features, folds and values on the models' scales.

    What takes long is kept in `build` and taken up again there.
    """

    def __init__(
        self,
        sets: dict[str, TrainingSet],
        build: Path = BUILD,
        *,
        values: Callable[[str, TrainingSet], np.ndarray] = scaled,
        recipe: Recipe = RECIPE,
    ) -> None:
        self.sets, self.build, self.recipe = sets, build, recipe
        self.tasks = list(sets)
        kept = build / "features.npz"
        smiles = list(dict.fromkeys(text for one in sets.values() for text in one.smiles))
        if kept.exists() and {*(stored := np.load(kept)["smiles"].tolist())} == {*smiles}:
            smiles = stored  # in the order of the folds that are kept
        else:
            self._compute(smiles, kept)
        self.smiles = smiles
        self.place = {text: i for i, text in enumerate(smiles)}
        self.y = np.full((len(smiles), len(sets)), np.nan, np.float32)
        for column, (name, one) in enumerate(sets.items()):
            self.y[[self.place[text] for text in one.smiles], column] = values(name, one)
        self.classes = np.array([one.kind == "classification" for one in sets.values()])
        with np.load(kept) as arrays:
            self.hashed, self.quick, self.packed = arrays["hashed"], arrays["quick"], arrays["packed"]
            self.folds = {split: arrays[split] for split in ("scaffold", "cluster", "random")}

    def _compute(self, smiles: list[str], kept: Path) -> None:
        blocks = [smiles[start : start + 1000] for start in range(0, len(smiles), 1000)]
        with ProcessPoolExecutor() as workers:
            hashed, quick, packed, frames = zip(*workers.map(featured, blocks), strict=True)
        groups = np.array([frame or f"acyclic {i}" for i, frame in enumerate(f for part in frames for f in part)])
        bits = np.concatenate(packed)
        for old in self.build.glob("*.npy"):
            old.unlink()
        np.savez(
            kept,
            smiles=np.array(smiles),
            hashed=np.concatenate(hashed),
            quick=np.concatenate(quick),
            packed=bits,
            scaffold=group_folds(groups, n_folds=N_FOLDS),
            cluster=group_folds(leader(bits), n_folds=N_FOLDS),
            random=random_folds(len(bits), n_folds=N_FOLDS),
        )

    def key(self, known: Any, *facts: Any) -> str:
        """A hash of everything that decides what a network learns: molecules, values, folds, and its own facts."""
        digest = hashlib.sha256(json.dumps([self.tasks, self.classes.tolist(), *facts], default=str).encode())
        for array in (self.hashed, self.quick, self.y, np.asarray(known), *self.folds.values()):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]

    def train(self, rows: np.ndarray, note: str) -> Network:
        """A network of some molecules."""
        return train_network(
            self.hashed[rows],
            self.quick[rows],
            self.y[rows],
            tasks=self.tasks,
            classes=self.classes,
            recipe=self.recipe,
            progress=lambda said: print(f"  {note}: {said}", flush=True),
        )

    def out_of_fold(self, split: str, *, known: np.ndarray | bool = True) -> np.ndarray:
        """(n, t): each molecule as a network sees it that learnt from the other folds' `known` molecules."""
        out = np.empty(self.y.shape, np.float32)
        key = self.key(known, asdict(self.recipe), network_featuriser())
        for held in range(N_FOLDS):
            kept, mine = self.build / f"{split}-{held}-{key}.npy", np.flatnonzero(self.folds[split] == held)
            if not kept.exists():
                network = self.train(np.flatnonzero((self.folds[split] != held) & known), f"{split} fold {held + 1}")
                np.save(kept, network.predict(self.hashed[mine], self.quick[mine]).astype(np.float32))
            out[mine] = np.load(kept)
        return out


def series_of(pool: Pool, facts: Mapping[str, Endpoint]) -> tuple[np.ndarray, list[Series]]:
    """The molecules of the endpoints (rows of the pool), and the endpoints that share identifiers, together."""
    groups: list[list[str]] = []
    ids = {name: dict(zip(pool.sets[name].smiles, pool.sets[name].ids, strict=True)) for name in facts}
    rows = {name: dict(zip(pool.sets[name].smiles, pool.sets[name].rows, strict=True)) for name in facts}
    values = {name: dict(zip(pool.sets[name].smiles, pool.sets[name].y, strict=True)) for name in facts}
    for name in facts:
        for group in groups:
            alike = all(facts[name].data.citation == facts[other].data.citation for other in group)
            if alike and all(ids[o].get(text, own) == own for o in group for text, own in ids[name].items()):
                group.append(name)
                break
        else:
            groups.append([name])
    used = np.unique([pool.place[text] for name in facts for text in ids[name]])
    place = {row: i for i, row in enumerate(used.tolist())}
    made = []
    for group in groups:
        texts = list(dict.fromkeys(text for name in group for text in ids[name]))
        named = {text: own for name in group for text, own in ids[name].items()}
        made.append(
            Series(
                endpoints=tuple(group),
                index=np.array([place[pool.place[text]] for text in texts], np.int32),
                ids=[named[text] for text in texts],
                row=np.array([[rows[name].get(text, 0) for name in group] for text in texts], np.int32),
                value=np.array([[values[name].get(text, np.nan) for name in group] for text in texts], np.float32),
            )
        )
    return used, made


def judge(
    pool: Pool,
    facts: Endpoint,
    predicted: Mapping[str, np.ndarray],
    *,
    kinds: Sequence[str] = ("network",),
    how: str = METHOD,
) -> tuple[dict[str, Any], Assessment]:
    """The card of one endpoint, and what out-of-fold predictions (n, t, k) of k kinds of network teach."""
    name = facts.name
    one, column = pool.sets[name], pool.tasks.index(name)
    rows = np.array([pool.place[text] for text in one.smiles])
    target = pool.y[rows, column].astype(np.float64)
    chosen = np.arange(len(rows))
    if len(rows) > JUDGED:
        chosen = np.sort(stream(0, "judged", name).choice(len(rows), JUDGED, replace=False))
    asked = rows[chosen]
    weights, found = weighed(
        {split: value[asked, column].astype(np.float64) for split, value in predicted.items()},
        target[chosen],
        folds={split: pool.folds[split][asked] for split in predicted},
        rows=chosen,
    )
    dataset = endpoint_dataset(facts) | {"rows": one.read, "used": len(one.smiles), "set_aside": one.set_aside}
    said = Facts(facts.property(), dataset, facts.transform, facts.what, facts.data.limits, one.notes)
    folds = {split: fold[rows] for split, fold in pool.folds.items()}
    got = assess(found, pool.packed[rows], target, folds, said, rival=neighbour_rival)
    notes = [f"scores and coverage are of {JUDGED:,} of the {len(rows):,} molecules, a random sample"]
    learned = dict(zip(kinds, weights.tolist(), strict=True))
    card = {
        "name": name,
        "what": facts.what,
        "property": asdict(facts.property()),
        "transform": facts.transform,
        "dataset": dataset,
        "method": how,
        "learned": {"weights": learned, "output": name, "molecules_of_all_endpoints": len(pool.y)},
        "scores": got.scores,
        "coverage": got.coverage,
        "limits": [
            *facts.data.limits,
            *(notes if len(rows) > JUDGED else []),
            *beaten(got.scores, METRICS[facts.kind][0]),
        ],
        "notes": one.notes,
        "seed": pool.recipe.seed,
        "versions": {name: version(name) for name in ("numpy", "scipy", "rdkit", "torch", "pharmakon")},
    }
    return card, got


def screen_of(
    pool: Pool, network: Network, judged: Mapping[str, tuple[dict[str, Any], Assessment]], facts: Mapping[str, Endpoint]
) -> Screen:
    """A screen of the named endpoints: network, molecules, cards."""
    used, series = series_of(pool, facts)
    return Screen([network], Analogues.of(pool.packed[used], series), *parts_of(judged))


def parts_of(judged: Mapping[str, tuple[dict[str, Any], Assessment]]) -> tuple[dict[str, Any], ...]:
    """Cards, calibrations and domains, by endpoint."""
    cards = {name: card for name, (card, _) in judged.items()}
    found = {name: got for name, (_, got) in judged.items()}
    return cards, {n: got.calibration for n, got in found.items()}, {n: got.domain for n, got in found.items()}


def ship(screen: Screen, folder: Path) -> None:
    """Write it, its cards with what approved drugs get."""
    for name, card in screen.cards.items():
        reference = reference_quantiles(screen.model(name))
        if reference:
            card["reference"] = reference
        scores = {s: {m: round(v[0], 3) for m, v in got["model"].items()} for s, got in card["scores"].items()}
        print(name, scores, {s: round(c["observed"], 3) for s, c in card["coverage"].items()}, flush=True)
    screen.save(folder)
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    print(f"{folder}: {len(screen.cards)} endpoints, {size:.2f} MB")


def whole_pool() -> Pool:
    """Every endpoint and helper."""
    BUILD.mkdir(parents=True, exist_ok=True)
    names = [*sorted(endpoints()), *HELPERS]
    with ProcessPoolExecutor() as workers:
        return Pool(dict(zip(names, workers.map(read, names), strict=True)))


def main() -> None:
    """Train, judge and write the screen."""
    started = time.time()
    pool = whole_pool()
    print(f"{len(pool.y):,} molecules, {len(pool.tasks)} tasks, {time.time() - started:.0f} s", flush=True)
    predicted = {split: pool.out_of_fold(split) for split in pool.folds}
    network = pool.train(np.arange(len(pool.y)), "all molecules")
    np.savez(
        BUILD / OUT_OF_FOLD,
        smiles=np.array(pool.smiles),
        tasks=np.array(pool.tasks),
        first_layer=network.weights_[0],
        **predicted,
    )
    members = {split: value[:, :, None] for split, value in predicted.items()}
    judged = {name: judge(pool, facts, members) for name, facts in endpoints().items()}
    ship(screen_of(pool, network, judged, endpoints()), SHIPPED)
    print(f"{time.time() - started:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
