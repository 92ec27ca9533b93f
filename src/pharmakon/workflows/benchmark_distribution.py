"""Distribution learning: what a prior writes, beside molecules of ChEMBL that nobody learnt, by GuacaMol's metrics.

Held out is one molecule in 50 by its hash (design.corpus), the same that `pharmakon train-prior` keeps from every
prior. A sample of what was learnt is judged in the same way: no model can be expected to do better.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.core.errors import DataError
from pharmakon.store.catalogue import data_set
from pharmakon.store.places import path_of

from .benchmark import BenchmarkConfig, Learner, Say, anchors, told
from .benchmark_coverage import wilson
from .train_prior import SHIPPED, load_prior, prior_folder

if TYPE_CHECKING:
    from pharmakon.design.language import LanguageModel

SAMPLES, CEILING = "samples", "training_set"
SIZE = 10_000
TRIES = 2
"""Texts for each different molecule that is wanted, at most."""
ROUND = 1_000
RIVALS = {"lstm": "SMILES LSTM", "gpt2": "GPT-2 3M", "random_sampler": "random sampler"}
NO_FCD = "FCD was not measured: the package fcd is not installed (pip install fcd)"


class Distribution:
    """One task for the prior, one for what it could at best be."""

    what = "what a prior writes beside held-out ChEMBL: valid, different, new, and distributed alike"
    protocol = "10,000 texts, and 10,000 different molecules beside 10,000 held out; GuacaMol's metrics"
    published = "SMILES LSTM, a small GPT-2 and the random sampler, on another collection of ChEMBL"
    needs = data_set("chembl22_bimodal").file().path
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return (SAMPLES, CEILING)

    def files(self, task: str, root: Path) -> list[Path]:
        from pharmakon.design.collection import CHEMBL

        shipped = prior_folder(SHIPPED) / "language.npz"
        return [path_of(name) for name in CHEMBL] + [shipped] * (task == SAMPLES and shipped.is_file())

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        from pharmakon.core.random import stream
        from pharmakon.design.collection import collected

        size = config.limit or SIZE
        language = _prior(config.prior) if task == SAMPLES else None
        learnt, held = _parted(collected(config.workplace, progress=told(say)))
        random = stream(config.seed, "distribution", task)
        reference = [held[i] for i in random.choice(len(held), min(size, len(held)), replace=False)]
        if language is not None:
            found = _judged(partial(language.sample, random=random), reference, learnt, size, say)
        else:

            def drawn(n: int) -> list[str]:
                return [learnt[i] for i in random.integers(len(learnt), size=n)]

            found = _judged(drawn, reference, learnt, size, say)
            found["scores"].pop("molecules_per_second")
        found["elsewhere"] = True
        published = anchors()["distribution"][task]
        found["anchors"] = {
            metric: {RIVALS[who]: value for who, value in published.get(metric, {}).items()}
            for metric in found["scores"]
        }
        return found

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Each metric, of the samples and of the training set."""
        out: dict[str, Any] = {}
        for task, found in results.items():
            out[task] = {metric: score["value"] for metric, score in found["scores"].items()}
            if "note" in found:
                out[f"{task}, note"] = found["note"]
        return out


def _prior(folder: Path | None) -> LanguageModel:
    if folder is None and not prior_folder(SHIPPED).is_dir():
        raise DataError("no prior is shipped with this version: give --prior FOLDER, made by pharmakon train-prior")
    return load_prior(folder or SHIPPED)


def _parted(path: Path) -> tuple[list[str], list[str]]:
    """What may be learnt from, and what is held out."""
    from pharmakon.design.collection import read
    from pharmakon.design.corpus import held_out

    parts: tuple[list[str], list[str]] = ([], [])
    for smiles in read(path):
        parts[held_out(smiles)].append(smiles)
    return parts


def _judged(
    draw: Callable[[int], list[str]], reference: Sequence[str], learnt: Sequence[str], size: int, say: Say
) -> dict[str, Any]:
    """Every metric of what `draw` writes; more is drawn until `size` different molecules are there."""
    from pharmakon.design.distribution import (
        Profile,
        divergences,
        fcd_score,
        kl_score,
        share_novel,
        share_unique,
        share_valid,
        written,
    )

    texts: list[str] = []
    molecules: list[str] = []
    seconds = 0.0
    while len(texts) < TRIES * size and len(set(molecules) - {""}) < size:
        began = time.perf_counter()
        some = draw(min(ROUND, size))
        texts += some
        molecules += written(some)
        seconds += time.perf_counter() - began
        say(f"{len(texts):,} texts")
    valid = [smiles for smiles in molecules if smiles]
    different = list(dict.fromkeys(valid))[:size]
    if len(different) < 2:
        raise DataError(f"of {len(texts):,} texts, {len(different)} are molecules: this prior has learnt nothing yet")
    scores = {
        "validity": _share(share_valid(molecules[:size]), size),
        "uniqueness": _share(share_unique(valid[:size]), len(valid[:size])),
        "novelty": _share(share_novel(different, set(learnt)), len(different)),
    }
    say("descriptors")
    found = divergences(Profile.of(reference), Profile.of(different))
    scores["kl"] = _plain(kl_score(found), len(different))
    more: dict[str, Any] = {"divergences": {name: round(value, 4) for name, value in found.items()}}
    say("FCD")
    distance = _fcd(valid[:size], reference)
    if distance is None:
        more["note"] = NO_FCD
    else:
        scores["fcd"] = _plain(fcd_score(distance), len(valid[:size]))
        more["fcd distance"] = round(distance, 4)
    scores["molecules_per_second"] = _plain(round(len(valid) / seconds, 1), len(valid))
    return {"scores": scores, "texts": len(texts), "held out": len(reference), **more}


def _fcd(molecules: Sequence[str], reference: Sequence[str]) -> float | None:
    """The Fréchet ChemNet distance (Preuer et al. 2018) by the package of its authors; None where that is absent."""
    try:
        fcd = importlib.import_module("fcd")
    except ImportError:
        return None
    return float(fcd.get_fcd(list(molecules), list(reference), device="cpu"))


def _share(value: float, n: int) -> dict[str, Any]:
    low, high = wilson(value, n)
    return {"value": round(value, 4), "low": low, "high": high, "n": n}


def _plain(value: float, n: int) -> dict[str, Any]:
    return {"value": round(value, 4), "low": None, "high": None, "n": n}


DISTRIBUTION = Distribution()
