"""Practical Molecular Optimization: the 20 oracles that need no download, and its score, AUC of the top ten.

Gao et al., NeurIPS 2022 (arXiv 2206.12411); definitions as coded in GuacaMol 0.5.5 (Brown et al. 2019), which differ
from the paper's table in places. drd2, gsk3b and jnk3 are pickled classifiers that cannot be shipped: sums are over 20
tasks. Every molecule shown to an oracle is a call, those of the start among them; nothing is tuned for a task.
"""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from rdkit import Chem, DataStructs, rdBase
from rdkit.Chem import QED, Mol, rdFingerprintGenerator, rdMolDescriptors

from pharmakon.chem.pharmacophore import pharmacophores
from pharmakon.chem.scheduled import is_scheduled
from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.random import stream
from pharmakon.core.types import Progress, silent
from pharmakon.design.lineage import Evaluation, Journal
from pharmakon.store.places import path_of

Score = Callable[[Mol], float]
Shape = Callable[[float], float]

FREQUENCY = 100
"""The curve is read after every this many calls."""

SETTINGS: dict[str, Any] = {"proposals": 20, "early": 4, "patience": 2000, "until": 1.0}
"""What the benchmark runs with besides the search's defaults, on every task: calls are counted there, not seconds, and
a molecule that is found early counts longer. A search that stands still ends, as those of the benchmark's authors do,
and one whose ten best all score 1; they then count for all calls left."""


# ---------------------------------------------------------------- shapes and means


def clipped(upper: float) -> Shape:
    """Linear from 0 up to `upper`, then 1."""
    return lambda x: float(np.clip(x / upper, 0.0, 1.0))


def gaussian(mu: float, sigma: float) -> Shape:
    """1 at mu."""
    return lambda x: float(np.exp(-0.5 * np.power((x - mu) / sigma, 2.0)))


def at_most(mu: float, sigma: float) -> Shape:
    """1 up to mu, Gaussian above (GuacaMol's MinGaussianModifier)."""
    return lambda x: gaussian(mu, sigma)(max(x, mu))


def at_least(mu: float, sigma: float) -> Shape:
    """1 from mu on, Gaussian below (GuacaMol's MaxGaussianModifier)."""
    return lambda x: gaussian(mu, sigma)(min(x, mu))


def geometric(*parts: Score) -> Score:
    """The geometric mean."""
    return lambda mol: float(np.array([p(mol) for p in parts]).prod() ** (1.0 / len(parts)))


def arithmetic(*parts: Score) -> Score:
    """The arithmetic mean."""
    return lambda mol: float(np.array([p(mol) for p in parts]).sum() / len(parts))


# ---------------------------------------------------------------- components

_FINGERPRINTS: dict[str, Any] = {
    "ECFP4": rdFingerprintGenerator.GetMorganGenerator(radius=2),
    "ECFP6": rdFingerprintGenerator.GetMorganGenerator(radius=3),
    "FCFP4": rdFingerprintGenerator.GetMorganGenerator(
        radius=2, atomInvariantsGenerator=rdFingerprintGenerator.GetMorganFeatureAtomInvGen()
    ),
    "AP": rdFingerprintGenerator.GetAtomPairGenerator(maxDistance=10),
}


def _fingerprint(mol: Mol, kind: str) -> Any:
    if kind == "PHCO":
        return pharmacophores(mol)
    return _FINGERPRINTS[kind].GetSparseCountFingerprint(mol)


def similarity(target: str, kind: str, shape: Shape | None = None) -> Score:
    """Tanimoto similarity of counts to a molecule."""
    shaped = shape or clipped(1.0)
    reference = _fingerprint(Chem.MolFromSmiles(target), kind)
    return lambda mol: shaped(DataStructs.TanimotoSimilarity(_fingerprint(mol, kind), reference))


def descriptor(function: Callable[[Mol], float], shape: Shape) -> Score:
    """A shaped descriptor."""
    return lambda mol: shape(function(mol))


def has(smarts: str) -> Score:
    """1 with the substructure, 0 without."""
    query = Chem.MolFromSmarts(smarts)
    return lambda mol: float(mol.HasSubstructMatch(query))


def lacks(smarts: str) -> Score:
    """0 with the substructure, 1 without."""
    found = has(smarts)
    return lambda mol: 1.0 - found(mol)


def isomer(formula: str) -> Score:
    """Geometric mean over each element's count (sigma 1) and the number of all atoms (sigma 2)."""
    wanted = {e: int(n or 1) for e, n in re.findall(r"([A-Z][a-z]*)(\d*)", formula)}
    shapes = [gaussian(n, 1.0) for n in wanted.values()] + [gaussian(sum(wanted.values()), 2.0)]

    def score(mol: Mol) -> float:
        hydrogens = sum(a.GetTotalNumHs() for a in mol.GetAtoms())
        symbols = [a.GetSymbol() for a in mol.GetAtoms()]
        counts = [symbols.count(e) + (hydrogens if e == "H" else 0) for e in wanted]
        counts.append(len(symbols) + hydrogens)
        values = np.array([shape(n) for shape, n in zip(shapes, counts, strict=True)])
        return float(values.prod() ** (1.0 / len(values)))

    return score


def logp(mol: Mol) -> float:
    """Crippen's logP."""
    return float(rdMolDescriptors.CalcCrippenDescriptors(mol)[0])


tpsa = rdMolDescriptors.CalcTPSA
aromatic_rings = rdMolDescriptors.CalcNumAromaticRings
rings = rdMolDescriptors.CalcNumRings


def bertz(mol: Mol) -> float:
    """Bertz's complexity."""
    from rdkit.Chem.GraphDescriptors import BertzCT

    return float(BertzCT(mol))


def fluorines(mol: Mol) -> int:
    """How many."""
    return sum(a.GetAtomicNum() == 9 for a in mol.GetAtoms())


# ---------------------------------------------------------------- the tasks

CELECOXIB = "CC1=CC=C(C=C1)C1=CC(=NN1C1=CC=C(C=C1)S(N)(=O)=O)C(F)(F)F"
TROGLITAZONE = "Cc1c(C)c2OC(C)(COc3ccc(CC4SC(=O)NC4=O)cc3)CCc2c(C)c1O"
THIOTHIXENE = "CN(C)S(=O)(=O)c1ccc2Sc3ccccc3C(=CCCN4CCN(C)CC4)c2c1"
ALBUTEROL = "CC(C)(C)NCC(O)c1ccc(O)c(CO)c1"
MESTRANOL = "COc1ccc2[C@H]3CC[C@@]4(C)[C@@H](CC[C@@]4(O)C#C)[C@@H]3CCc2c1"
CAMPHOR = "CC1(C)C2CCC1(C)C(=O)C2"
MENTHOL = "CC(C)C1CCC(C)CC1O"
TADALAFIL = "O=C1N(CC(N2C1CC3=C(C2C4=CC5=C(OCO5)C=C4)NC6=C3C=CC=C6)=O)C"
SILDENAFIL = "CCCC1=NN(C2=C1N=C(NC2=O)C3=C(C=CC(=C3)S(=O)(=O)N4CCN(CC4)C)OCC)C"
OSIMERTINIB = "COc1cc(N(C)CCN(C)C)c(NC(=O)C=C)cc1Nc2nccc(n2)c3cn(C)c4ccccc34"
FEXOFENADINE = "CC(C)(C(=O)O)c1ccc(cc1)C(O)CCCN2CCC(CC2)C(O)(c3ccccc3)c4ccccc4"
RANOLAZINE = "COc1ccccc1OCC(O)CN2CCN(CC(=O)Nc3c(C)cccc3C)CC2"
PERINDOPRIL = "O=C(OCC)C(NC(C(=O)N1C(C(=O)O)CC2CCCCC12)C)CCC"
AMLODIPINE = r"Clc1ccccc1C2C(=C(/N/C(=C2/C(=O)OCC)COCCN)C)\C(=O)OC"
SITAGLIPTIN = "Fc1cc(c(F)cc1F)CC(N)CC(=O)N3Cc2nnc(n2CC3)C(F)(F)F"
ZALEPLON = "O=C(C)N(CC)C1=CC=CC(C2=CC=NC3=C(C=NN23)C#N)=C1"
HOP = "CCCOc1cc2ncnc(Nc3ccc4ncsc4c3)c2cc1S(=O)(=O)C(C)(C)C"
HOP_SCAFFOLD = "[#7]-c1n[c;h1]nc2[c;h1]c(-[#8])[c;h0][c;h1]c12"
HOP_DECORATION = "[#6]-[#6]-[#6]-[#8]-[#6]~[#6]~[#6]~[#6]~[#6]-[#7]-c1ccc2ncsc2c1"
VALSARTAN_SMARTS = "CN(C=O)Cc1ccc(c2ccccc2)cc1"


def _like_sitagliptin(function: Callable[[Mol], float], sigma: float) -> Score:
    return descriptor(function, gaussian(function(Chem.MolFromSmiles(SITAGLIPTIN)), sigma))


TASKS: dict[str, Callable[[], Score]] = {
    "albuterol_similarity": lambda: similarity(ALBUTEROL, "FCFP4", clipped(0.75)),
    "amlodipine_mpo": lambda: geometric(similarity(AMLODIPINE, "ECFP4"), descriptor(rings, gaussian(3, 0.5))),
    "celecoxib_rediscovery": lambda: similarity(CELECOXIB, "ECFP4"),
    "deco_hop": lambda: arithmetic(
        similarity(HOP, "PHCO", clipped(0.85)),
        lacks("CS([#6])(=O)=O"),
        lacks("[#7]-c1ccc2ncsc2c1"),
        has(HOP_SCAFFOLD),
    ),
    "fexofenadine_mpo": lambda: geometric(
        similarity(FEXOFENADINE, "AP", clipped(0.8)),
        descriptor(tpsa, at_least(90, 10)),
        descriptor(logp, at_most(4, 1)),
    ),
    "isomers_c7h8n2o2": lambda: isomer("C7H8N2O2"),
    "isomers_c9h10n2o2pf2cl": lambda: isomer("C9H10N2O2PF2Cl"),
    "median1": lambda: geometric(similarity(MENTHOL, "ECFP4"), similarity(CAMPHOR, "ECFP4")),
    "median2": lambda: geometric(similarity(TADALAFIL, "ECFP6"), similarity(SILDENAFIL, "ECFP6")),
    "mestranol_similarity": lambda: similarity(MESTRANOL, "AP", clipped(0.75)),
    "osimertinib_mpo": lambda: geometric(
        similarity(OSIMERTINIB, "FCFP4", clipped(0.8)),
        similarity(OSIMERTINIB, "ECFP6", at_most(0.85, 0.1)),
        descriptor(tpsa, at_least(100, 10)),
        descriptor(logp, at_most(1, 1)),
    ),
    "perindopril_mpo": lambda: geometric(
        similarity(PERINDOPRIL, "ECFP4"), descriptor(aromatic_rings, gaussian(2, 0.5))
    ),
    "qed": lambda: lambda mol: float(QED.qed(mol)),
    "ranolazine_mpo": lambda: geometric(
        similarity(RANOLAZINE, "AP", clipped(0.7)),
        descriptor(logp, at_least(7, 1)),
        descriptor(fluorines, gaussian(1, 1)),
        descriptor(tpsa, at_least(95, 20)),
    ),
    "scaffold_hop": lambda: arithmetic(
        similarity(HOP, "PHCO", clipped(0.75)), has(HOP_DECORATION), lacks(HOP_SCAFFOLD)
    ),
    "sitagliptin_mpo": lambda: geometric(
        similarity(SITAGLIPTIN, "ECFP4", gaussian(0, 0.1)),
        _like_sitagliptin(logp, 0.2),
        _like_sitagliptin(tpsa, 5),
        isomer("C16H15F6N5O"),
    ),
    "thiothixene_rediscovery": lambda: similarity(THIOTHIXENE, "ECFP4"),
    "troglitazone_rediscovery": lambda: similarity(TROGLITAZONE, "ECFP4"),
    "valsartan_smarts": lambda: geometric(
        has(VALSARTAN_SMARTS),
        _like_sitagliptin(logp, 0.2),
        _like_sitagliptin(tpsa, 5),
        _like_sitagliptin(bertz, 30),
    ),
    "zaleplon_mpo": lambda: geometric(similarity(ZALEPLON, "ECFP4"), isomer("C19H17N3O2")),
}


@cache
def oracle(task: str) -> Score:
    """The score of a molecule in a task, 0 to 1."""
    if task not in TASKS:
        raise UnknownName("PMO task", task, TASKS)
    return TASKS[task]()


# ---------------------------------------------------------------- the score of a run


def auc_top(scores: Sequence[float], *, calls: int = 10_000, top: int = 10) -> float:
    """Area under the curve of the mean of the `top` best so far, per call; `scores` in the order of the calls.

    A run that stopped early keeps its last value to the end.
    """
    best: list[float] = []
    area = previous = 0.0
    called = 0
    scores = list(scores)[:calls]
    for step in range(FREQUENCY, len(scores) + 1, FREQUENCY):
        best = sorted([*best, *scores[called:step]], reverse=True)[:top]
        now = float(np.mean(best))
        area += FREQUENCY * (now + previous) / 2
        previous, called = now, step
    best = sorted([*best, *scores[called:]], reverse=True)[:top]
    now = float(np.mean(best)) if best else 0.0
    area += (len(scores) - called) * (now + previous) / 2
    return (area + (calls - len(scores)) * now) / calls


def pool(path: Path | None = None) -> list[str]:
    """The starting molecules of the benchmark: ZINC250k."""
    try:
        with gzip.open(path or path_of("zinc250k"), "rt", encoding="utf-8") as lines:
            return [line.split()[0] for line in lines if line.strip()]
    except (OSError, DataError) as error:
        raise DataError(f"the PMO benchmark starts from ZINC250k: {error}") from None


def run_task(
    task: str,
    *,
    calls: int = 10_000,
    seed: int = 0,
    sane: bool = False,
    molecules: Sequence[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    journal: Journal | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """One task, one seed: the scores the benchmark reports. `settings` win over SETTINGS.

    `sane` lets no molecule be scored that has an absurd group or a ring system that ChEMBL lacks (objective.Sieve).

    With a `journal` a run that was killed goes on where it was; the seconds are then those since.
    Diversity (1 - mean Tanimoto similarity, ECFP4) and SA score are those of the best hundred.
    """
    from pharmakon.chem.synthesis import sa_score
    from pharmakon.design.diversity import internal_diversity
    from pharmakon.design.objective import Sieve
    from pharmakon.design.optimise import Optimiser, Settings

    score, sieve = oracle(task), Sieve() if sane else None

    def evaluate(smiles: Sequence[str]) -> list[Evaluation]:
        with rdBase.BlockLogs():
            return [Evaluation(score(Chem.MolFromSmiles(s))) for s in smiles]

    source = list(molecules if molecules is not None else pool())
    chosen = stream(seed, "pool").choice(len(source), min(len(source), 2000), replace=False)
    read = ((source[i], Chem.MolFromSmiles(source[i])) for i in chosen)
    some = [s for s, mol in read if not is_scheduled(mol) and (sieve is None or sieve(mol))]
    began = time.perf_counter()
    used = time.process_time()
    optimiser = Optimiser(
        evaluate,
        Settings(**(SETTINGS | dict(settings or {}) | {"calls": calls, "seed": seed})),
        start=some,
        strangers=some,
        prefilter=sieve,
        journal=journal,
        progress=progress,
    )
    archive = optimiser.run()
    scores = [r.score for r in archive]
    best = sorted(scores, reverse=True)
    hundred = [record.smiles for record in archive.ranked()[:100]]
    return {
        "task": task,
        "seed": seed,
        "calls": len(scores),
        "auc_top1": auc_top(scores, calls=calls, top=1),
        "auc_top10": auc_top(scores, calls=calls),
        "auc_top100": auc_top(scores, calls=calls, top=100),
        "top1": best[0],
        "top10": float(np.mean(best[:10])),
        "top100": float(np.mean(best[:100])),
        "diversity": internal_diversity(hundred),
        "sa_score": float(np.mean([sa_score(Chem.MolFromSmiles(smiles)) for smiles in hundred])),
        "seconds": time.perf_counter() - began,
        "core_seconds": time.process_time() - used,
        "best": archive.ranked()[0].smiles,
    }
