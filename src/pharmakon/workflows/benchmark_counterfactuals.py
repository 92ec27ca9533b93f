"""Whether the smallest edits found change the answer, are small, and touch the atoms that truly matter."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem import Mol, rdFingerprintGenerator

from pharmakon.chem.alerts import find as alerts_in
from pharmakon.chem.fingerprints import bits
from pharmakon.chem.plausible import Yardstick
from pharmakon.chem.similarity import tanimoto
from pharmakon.chem.standardize import standardize
from pharmakon.core.random import stream
from pharmakon.core.types import Floats
from pharmakon.design.edits import edits
from pharmakon.explain.counterfactual import Answers, Counterfactual, Goal, Search, find
from pharmakon.store.places import path_of
from pharmakon.store.tables import open_table

from .attribution_models import LINEAR_RADII, EnvironmentModel, best, candidates, simplest
from .attribution_tasks import Truth, place, read
from .benchmark import BenchmarkConfig, Learner, Say
from .benchmark_attribution import FOR_FITTING, Molecules, mean_of, single
from .counterfactuals_result import CounterfactualsResult

TASKS = ("benzene", "logic7", "logic8", "logic10")
SHIPPED = "shipped models"
MODELS = ("herg", "ames", "dili", "solubility")
"""Shipped models that are asked for edits, across their own threshold."""
DRUGS, SIZES, ASKED = "chembl_approved_drugs", (12, 40), 5
"""What shipped models are asked about: their heavy atoms, and how many for each model."""
MOST = 60
"""Molecules of a task that are edited."""
OTHER_ALERTS = ("nih", "glaxo", "surechembl", "mlsmr")
"""Sets of alerts that the search does not look at."""


class Counterfactuals:
    """The shipped search on planted rules, of which the true atoms are known."""

    what = "counterfactuals of planted rules: do they change the answer, are they small, do they touch the true atoms"
    protocol = (
        "a model of each task as in the attribution benchmark (chosen on a fifth of the training molecules); of the "
        f"test positives that it calls positive {MOST} at most, by seed; the search as shipped, with its default "
        "options. validity: share with an edit that the model calls negative; similarity: Tanimoto of ECFP4 between "
        "the molecule and the first edit, median; true atoms: share of first edits that touch an atom of a true mask "
        "(remove it, alter it or its bonds, or hang something on it), and strictly without the last; diversity: one "
        "less the mean similarity of the edits of a molecule to each other; no other alert: edits without a new alert "
        f"of sets that the search does not look at ({', '.join(OTHER_ALERTS)}); seconds: processor time a molecule. "
        "The settings were chosen on training molecules. shipped models: "
        f"{ASKED} approved drugs by seed for each of {', '.join(MODELS)}, on the poor side of its threshold and inside "
        "its domain, one by one, models warm, nothing written; seconds: processor time"
    )
    published = "none under this protocol; the tasks are those of Sanchez-Lengeling et al., NeurIPS 2020"
    needs = "xai"
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [*TASKS, SHIPPED]

    def files(self, task: str, root: Path) -> list[Path]:
        return [path_of(DRUGS)] if task == SHIPPED else [root / place(task)]

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        random = stream(config.seed, "counterfactuals", task)
        if task == SHIPPED:
            return {"anchors": {}, "scores": shipped(config.limit or ASKED, random, say)}
        truth = read(task, root)
        model = fitted_model(truth, config, random, say)
        test = random.permutation(np.flatnonzero(~truth.train & (truth.y > 0)))
        return {
            "anchors": {},
            "scores": judge(truth, model, test, config.limit or MOST, say),
            "said": f"{model.family}, radius {model.radius}",
        }

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The worst of each score over the tasks."""
        lowest = {
            name: min(r["scores"][name]["value"] for r in results.values() if name in r["scores"])
            for name in ("validity", "similarity", "true atoms")
            if {*results} - {SHIPPED}
        }
        return lowest | {"seconds": max(r["scores"]["seconds"]["value"] for r in results.values())}


def fitted_model(truth: Truth, config: BenchmarkConfig, random: np.random.Generator, say: Say) -> EnvironmentModel:
    """A model of a task, chosen as the attribution benchmark does."""
    training = random.permutation(np.flatnonzero(truth.train))[: config.limit]
    fitted, validation = np.split(training, [int(FOR_FITTING * len(training))])
    say("reads the molecules")
    seen = Molecules(truth, max(LINEAR_RADII))
    models = []
    for family in ("linear", "trees"):
        say(f"fits {family}")
        some = candidates(seen[fitted], truth.y[fitted], truth.kind, family)
        models.append(best(some, seen[validation], truth.y[validation], truth.kind))
    return simplest(models, seen[validation], truth.y[validation], truth.kind, random)[0]


def judge(
    truth: Truth, model: EnvironmentModel, rows: NDArray[np.intp], most: int, say: Say
) -> dict[str, dict[str, Any]]:
    """The scores over the first molecules of `rows` that the model calls positive, `most` of them."""
    silence = rdBase.BlockLogs()
    found: list[list[Counterfactual]] = []
    seconds, touched, strictly, clean, apart = list[float](), list[float](), list[float](), list[float](), list[float]()
    for i in map(int, rows):
        mol = Chem.MolFromSmiles(truth.smiles[i])
        if len(found) == most or values(model, [mol])[0] <= 0:
            continue
        say(f"{len(found):,} molecules edited")
        before = time.process_time()
        some = counterfactuals(model, mol)
        seconds.append(time.process_time() - before)
        found.append(some)
        if some:
            true = frozenset(np.flatnonzero(truth.masks[i].max(axis=0) > 0).tolist())
            touched.append(float(bool(some[0].difference.touched & true)))
            strictly.append(float(bool(some[0].difference.core & true)))
            had = {alert.name for alert in alerts_in(mol, sets=OTHER_ALERTS)}
            clean += [float(had.issuperset(a.name for a in alerts_in(one.mol, sets=OTHER_ALERTS))) for one in some]
        if len(some) > 1:
            alike = tanimoto(*[bits([one.mol for one in some])] * 2)
            apart.append(1.0 - float(alike[np.triu_indices(len(some), 1)].mean()))
    del silence
    first = [some[0].similarity for some in found if some]
    return {
        "validity": mean_of([float(bool(some)) for some in found]),
        "similarity": single(float(np.median(first)), len(first)),
        "true atoms": mean_of(touched),
        "true atoms, strictly": mean_of(strictly),
        "of one edit": mean_of([float(len(some[0].steps) == 1) for some in found if some]),
        "atoms changed": single(float(np.median([some[0].difference.n_atoms for some in found if some])), len(first)),
        "edits found": single(float(np.mean([len(some) for some in found])), len(found)),
        "diversity": mean_of(apart),
        "no other alert": mean_of(clean),
        "seconds": single(float(np.mean(seconds)), len(seconds)),
        "seconds, slowest": single(max(seconds), len(seconds)),
    }


def shipped(n: int, random: np.random.Generator, say: Say) -> dict[str, dict[str, Any]]:
    """The verb itself on drugs that shipped models call poor: how long a molecule takes, and what is found."""
    from .counterfactuals import CounterfactualsConfig, run

    seconds: list[float] = []
    found: list[CounterfactualsResult] = []
    for model in MODELS:
        say(f"edits drugs for {model}")
        drugs = _poor(model, n + 1, random)
        run(CounterfactualsConfig(smiles=drugs[0], model=model))  # reads the models
        for smiles in drugs[1:]:
            before = time.process_time()
            found.append(run(CounterfactualsConfig(smiles=smiles, model=model)))
            seconds.append(time.process_time() - before)
    first = [one.found[0] for one in found if one.found]
    return {
        "validity": mean_of([float(bool(one.found)) for one in found]),
        "sure": mean_of([float(one.sure) for one in first]),
        "similarity": single(float(np.median([one.similarity for one in first])), len(first)),
        "edits found": single(float(np.mean([len(one.found) for one in found])), len(found)),
        "seconds": single(float(np.mean(seconds)), len(seconds)),
        "seconds, slowest": single(max(seconds), len(seconds)),
    }


def _poor(model: str, n: int, random: np.random.Generator) -> list[str]:
    """Drugs, by chance, on the poor side of a model's threshold and inside its domain."""
    from .counterfactuals import loaded

    drugs = [row.structure for row in open_table(path_of(DRUGS), smiles="smiles").rows() if not row.problem]
    panel, out = loaded(model, "full"), list[str]()
    for i in random.permutation(len(drugs)):
        done = standardize(drugs[i])
        if done.mol is None or not SIZES[0] <= done.mol.GetNumAtoms() <= SIZES[1]:
            continue
        got = panel.predict([done.smiles])[model]
        what = got.property
        good = (got.value[0] >= (what.threshold or 0.0)) == (what.better == "high")
        if got.in_domain[0] and not good:
            out.append(done.smiles)
        if len(out) == n:
            break
    return out


def counterfactuals(model: EnvironmentModel, mol: Mol) -> list[Counterfactual]:
    """The edits of a molecule that a model calls negative, by the shipped search."""

    def told(smiles: Sequence[str]) -> Answers:
        value = values(model, [Chem.MolFromSmiles(text) for text in smiles])
        sure = value < 0
        return Answers(value, value, value, np.ones(len(value), bool), sure)

    search = Search(Goal(0.0, above=False), edits, lambda mols: values(model, mols), told, Yardstick(mol).objection)
    return find(mol, search)[0]


def values(model: EnvironmentModel, mols: Sequence[Mol]) -> Floats:
    """The model's log-odds, (m,)."""
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=model.radius)
    held = (generator.GetSparseCountFingerprint(mol).GetNonzeroElements() for mol in mols)
    rows = [np.repeat(np.array(list(one), np.int64), list(one.values())) for one in held]
    return model.output(rows)


COUNTERFACTUALS = Counterfactuals()
