"""The shipped explanations: is a part worth what its atoms add up to, how long does one take, is a shortcut seen."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import fsum
from pathlib import Path
from typing import Any

import numpy as np
from rdkit.Chem import Mol

from pharmakon.chem.standardize import standardize
from pharmakon.core.random import stream
from pharmakon.core.types import Floats, Profile
from pharmakon.explain.attribution import without
from pharmakon.explain.methods import MASKING, methods
from pharmakon.predict.features import Features
from pharmakon.predict.panel import Panel, own_names
from pharmakon.store.places import path_of
from pharmakon.store.tables import open_table

from .benchmark import BenchmarkConfig, Learner, Say
from .benchmark_attribution import mean_of, single
from .explain_members import Seen, explain, explain_panel, said_by, shares_by
from .explanation_cuts import Compared, cuts
from .explanation_shortcuts import SETS, place, read, shown

MOLECULES = "chembl31_s4dd_valid"
MEMBERS, SPEED = "members", "speed"
DRAWN, TIMED = 16, 20
SIZES = (12, 40)
"""Heavy atoms of a molecule that is drawn."""
MASKED_SHARE, RANDOM_ORDERS = 0.2, 3
WHOLE = "whole models"


class Explanations:
    """Ways of explaining beside masking, on every model of an endpoint's own; speed; planted shortcuts."""

    what = "explanations of the shipped models: what a part is worth, how fast they are, whether a shortcut is seen"
    protocol = (
        f"members: {DRAWN} drug-like molecules of ChEMBL, every part that hangs on a single bond (at most half of the"
        " atoms) replaced by hydrogen; Spearman's correlation between what the model loses and what the part's atoms"
        " add up to, by the shipped way and by masking, mean over the endpoints' own models; deletion: how often the"
        " output falls further when the highest fifth of the atoms is masked than when a random fifth is (it masks,"
        f" and so favours masking); speed: {TIMED} molecules one by one, whole panel, warm, one thread, with the"
        " machine's other load beside; shortcuts: the label is group A, of the positives 0 to 100 % also have B;"
        " Kendall's correlation over 12 models between how far a model goes by B and how much its explanation points"
        " at B; the published score of these sets (parc) is not defined by what is published with the data"
    )
    published = "Sanchez-Lengeling et al., NeurIPS 2020 (the shortcuts)"
    needs = "xai"
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [MEMBERS, SPEED, *SETS]

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(MOLECULES)] if task in (MEMBERS, SPEED) else [root / path for path in place(task)]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        random = stream(config.seed, "explanations", task)
        if task == MEMBERS:
            return {"scores": _members(_drawn(config.limit or DRAWN, random), random, say), "anchors": {}}
        if task == SPEED:
            return _speed(_drawn(config.limit or TIMED, random), say)
        say("fits models and explains them")
        return {"scores": _shortcut(task, root, config.limit, random), "anchors": {}}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Each kind of member's way."""
        return {name: way.name for name, way in methods().items()} if MEMBERS in results else {}


def _drawn(n: int, random: np.random.Generator) -> list[Mol]:
    smiles = [row.structure for row in open_table(path_of(MOLECULES)).rows()]
    found: list[Mol] = []
    for i in random.permutation(len(smiles)):
        mol = standardize(smiles[i]).mol
        if mol is not None and SIZES[0] <= mol.GetNumAtoms() <= SIZES[1] and cuts(mol):
            found.append(mol)
        if len(found) == n:
            break
    return found


def _members(mols: Sequence[Mol], random: np.random.Generator, say: Say) -> dict[str, dict[str, Any]]:
    panel = Panel.load(own_names())
    compared: dict[tuple[str, str], Compared] = defaultdict(Compared)
    deeper: dict[str, list[float]] = {"ours": [], MASKING: []}
    error = 0.0
    for i, mol in enumerate(mols):
        say(f"explains molecule {i + 1} of {len(mols)}")
        seen, found = Seen(mol), cuts(mol)
        rest = Features([cut.rest for cut in found])
        orders = [random.permutation(mol.GetNumAtoms()) for _ in range(RANDOM_ORDERS)]
        for name, model in panel.models.items():
            blend = model.blend
            weights = dict(zip(blend.names_, blend.weights_.tolist(), strict=True))
            total: dict[str, Floats] = {"lost": np.zeros(len(found)), "ours": np.zeros(len(seen.ranks))}
            total[MASKING] = total["ours"].copy()
            for member, weight in weights.items():
                masked = shares_by(MASKING, blend, member, seen)
                ours = shares_by(methods()[member].name, blend, member, seen)
                lost = said_by(blend, member, seen.whole) - said_by(blend, member, rest)
                compared[member, name].add(found, lost, ours, masked)
                for key, value in (("lost", lost), ("ours", ours), (MASKING, masked)):
                    total[key] = total[key] + weight * value
            compared[WHOLE, name].add(found, total["lost"], total["ours"], total[MASKING])
            explained = explain(model, seen)
            if explained.weights is not None:
                score = float(model.values(Features([mol]))[0])
                error = max(error, abs(score - fsum([*explained.weights, explained.base])))
            fifth = max(round(MASKED_SHARE * len(seen.ranks)), 1)
            asked = [np.argsort(-total[key], kind="stable") for key in deeper] + orders
            variants = Features([without(mol, order[:fifth].tolist()) for order in asked])
            falls = -blend.predict(variants)
            for key, fall in zip(deeper, falls, strict=False):
                deeper[key].append(float(fall > falls[len(deeper) :].mean()))
    scores: dict[str, dict[str, Any]] = {}
    for member in (WHOLE, *methods()):
        pairs = np.array([each.agreement for (kind, _), each in compared.items() if kind == member])
        if len(pairs):
            scores[f"faithfulness, {member}"] = mean_of(pairs[:, 0])
            scores[f"faithfulness, {member}, by masking"] = mean_of(pairs[:, 1])
    scores["deletion"] = mean_of(np.array(deeper["ours"]))
    scores["deletion, by masking"] = mean_of(np.array(deeper[MASKING]))
    scores["additivity error"] = {"value": error, "low": None, "high": None, "n": len(mols) * len(panel.models)}
    return scores


def _speed(mols: Sequence[Mol], say: Say) -> dict[str, Any]:
    profiles: tuple[Profile, ...] = ("fast", "full")
    scores: dict[str, dict[str, Any]] = {}
    load = [os.getloadavg()[0]]
    for profile in profiles:
        say(f"times the {profile} profile")
        panel = Panel.load(profile=profile)
        walls, cores = [], []
        for i, mol in enumerate([mols[0], *mols]):
            wall, core = time.perf_counter(), time.process_time()
            found = panel.predict([""], features=Features([mol]))
            explain_panel(panel, [mol], {name: got.in_domain.tolist() for name, got in found.items()})
            if i:  # the first is for warming up
                walls.append(time.perf_counter() - wall)
                cores.append(time.process_time() - core)
        for what, seconds in (("seconds", walls), ("seconds of one core", cores)):
            low, middle, high = (round(float(x), 4) for x in np.quantile(seconds, [0, 0.5, 1]))
            scores[f"{what}, {profile}"] = {"value": middle, "low": low, "high": high, "n": len(seconds)}
            slow = round(float(np.quantile(seconds, 0.95)), 4)
            scores[f"{what}, {profile}, slowest in 20"] = {"value": slow, "low": None, "high": None, "n": len(seconds)}
    load.append(os.getloadavg()[0])
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    note = f"{cpus} cores, load average {load[0]:.1f} before and {load[1]:.1f} after: other work ran beside"
    return {"scores": scores, "anchors": {}, "note": note}


def _shortcut(task: str, root: Path, limit: int | None, random: np.random.Generator) -> dict[str, dict[str, Any]]:
    from scipy.stats import kendalltau

    found = shown(read(task, root), random, limit=limit)
    tau = float(kendalltau([one.fooled for one in found], [one.pointed for one in found]).statistic)
    scores = {"rank correlation": single(tau, len(found))}
    for share, words in ((0.0, "no shortcut"), (1.0, "shortcut")):
        some = [one for one in found if one.share == share]
        scores[f"fooled, {words}"] = single(float(np.mean([one.fooled for one in some])), len(some))
        scores[f"points at it, {words}"] = single(float(np.mean([one.pointed for one in some])), len(some))
    return scores


EXPLANATIONS = Explanations()
