"""Modes of design: whether every output keeps what it must, is a molecule, and one that was not there before.

The modes are those that slicing proposes for a few approved drugs. What is kept is checked here by other means than the
search's own guard: exact hydrogens on both sides, maximum freedom only where a point was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from rdkit import Chem, DataStructs
from rdkit.Chem import Mol, rdFingerprintGenerator, rdMMPA
from rdkit.Chem.Scaffolds import MurckoScaffold

from pharmakon.chem.descriptors import named
from pharmakon.design.guard import Parts
from pharmakon.design.modes import Mode, guard_of
from pharmakon.design.objective import Goal, Objective
from pharmakon.design.oddities import NONE
from pharmakon.design.optimise import Optimiser, Settings
from pharmakon.design.slicing import proposals
from pharmakon.engine.threads import one_thread

from .benchmark import BenchmarkConfig, Learner, Say
from .benchmark_coverage import wilson

DRUGS = {
    "gefitinib": "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1",
    "imatinib": "Cc1ccc(NC(=O)c2ccc(CN3CCN(C)CC3)cc2)cc1Nc1nccc(-c2cccnc2)n1",
    "apixaban": "COc1ccc(-n2nc(C(N)=O)c3c2C(=O)N(c2ccc(N4CCCCC4=O)cc2)CC3)cc1",
    "sitagliptin": "NC(CC(=O)N1CCn2c(nnc2C(F)(F)F)C1)Cc1cc(F)c(F)cc1F",
}
TASKS = ("decorate", "link", "grow", "hop", "analogues", "matched_pairs", "keep")
OUTPUTS = 1_000
"""Molecules asked for in each mode, the same number from each drug."""
LIPINSKI = {"mw": 500, "logp": 5, "hbd": 5, "hba": 10}
"""Most of each (Lipinski, Adv. Drug Deliv. Rev. 1997)."""
ANY_BOND = "[*]!@!=!#[*]"
CUTS = 3


class Modes:
    """The constraint modes of `pharmakon design`."""

    what = "seven modes of design on four drugs: is the required part kept, is every output valid, new and druglike"
    protocol = (
        "1,000 molecules a mode, 250 from each drug, from the design search without its surrogate, QED as the goal; "
        "the mode is slicing's best proposal; what is kept is checked with RDKit's adjusted queries, apart from the "
        "search's own guard; shares are of the molecules asked for"
    )
    published = "none: the figure to reach is kept 1.0, valid and unique 0.95"
    needs = ""
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return TASKS

    def files(self, task: str, root: Path) -> list[Path]:
        return []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        asked = min(config.paid, OUTPUTS) // len(DRUGS)
        found: dict[str, dict[str, int]] = {}
        for drug, smiles in DRUGS.items():
            mode = mode_of(task, smiles)
            say(drug)
            found[drug] = judged(written(mode, asked, seed=config.seed), mode)
        n = asked * len(DRUGS)
        scores = {}
        for metric in ("kept", "valid", "unique", "druglike"):
            value = sum(one[metric] for one in found.values()) / n
            low, high = wilson(value, n)
            scores[metric] = {"value": round(value, 4), "low": low, "high": high, "n": n}
        return {"scores": scores, "anchors": {}, "drugs": found}

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """The least share of each metric over the modes."""
        metrics = next(iter(results.values()))["scores"]
        return {f"least {m}": min(r["scores"][m]["value"] for r in results.values()) for m in metrics}


MODES = Modes()


def mode_of(task: str, smiles: str) -> Mode:
    """A drug's mode: slicing's best proposal of the kind; for analogues the drug, for keep its largest ring system."""
    if task in ("analogues", "matched_pairs"):
        return Mode(kind="analogues", molecule=smiles, one_place=task == "matched_pairs")
    if task == "keep":
        mol = Chem.MolFromSmiles(smiles)
        rings = {frozenset(ring) for ring in mol.GetRingInfo().AtomRings()}
        systems = [frozenset.union(*(r for r in rings if r & ring)) for ring in rings]
        largest = max(systems, key=lambda atoms: (len(atoms), sorted(atoms)))
        return Mode(kind="keep", substructure=Chem.MolFragmentToSmiles(mol, sorted(largest)).replace("[nH]", "n"))
    return next(p.mode for p in proposals(smiles) if p.mode.kind == task)


def written(mode: Mode, n: int, *, seed: int) -> list[str]:
    """`n` molecules of the design search in a mode, in the order they were scored; fewer where it finds no more."""
    guard = guard_of(mode)
    allowed = guard.allowed if guard is not None else NONE
    objective = Objective([Goal(property="qed", want=">= 0.9")], allowed=allowed)
    settings = Settings(calls=n, seed=seed, initial=min(40, n), surrogate=False)
    search = Optimiser(objective.evaluate, settings, prefilter=objective.sieve, guard=guard)
    with one_thread():
        return [record.smiles for record in search.run()]


def judged(outputs: Sequence[str], mode: Mode) -> dict[str, int]:
    """How many outputs keep what they must, are valid, valid and different, and inside Lipinski's ranges."""
    mols = [mol for smiles in outputs if "." not in smiles and (mol := Chem.MolFromSmiles(smiles)) is not None]
    return {
        "kept": sum(keeps(mol, mode) for mol in mols),
        "valid": len(mols),
        "unique": len({Chem.MolToInchiKey(mol) for mol in mols}),
        "druglike": sum(map(_druglike, mols)),
    }


def _druglike(mol: Mol) -> bool:
    return all(named([mol], name)[0] <= most for name, most in LIPINSKI.items())


# ------------------------------------------------------------------ what is kept, checked apart from the guard


def keeps(mol: Mol, mode: Mode) -> bool:
    """Whether a molecule keeps what its mode asks for."""
    if mode.kind in ("decorate", "grow"):
        return _together(mol, [mode.scaffold or mode.fragment])
    if mode.kind == "link":
        return _together(mol, mode.fragments)
    if mode.kind == "hop":
        given = Chem.MolFromSmiles(mode.molecule)
        return _scaffold(mol) != _scaffold(given) and _together(mol, _arms_of(mode))
    if mode.kind == "analogues":
        return _in_band(mol, mode) and (
            not mode.one_place or any(_together(mol, stays) for stays in _constants(mode.molecule))
        )
    return mode.kind == "de_novo" or mol.HasSubstructMatch(Chem.MolFromSmarts(mode.substructure))


def _together(mol: Mol, fragments: Sequence[str]) -> bool:
    """Whether all fragments are there, no two on the same atoms, with nothing new but at their points."""
    whole = Chem.AddHs(mol)
    taken: list[set[int]] = [set()]
    for query, heavy in map(_exact, fragments):
        places = [{match[i] for i in heavy} for match in whole.GetSubstructMatches(query, maxMatches=1_000)]
        taken = [before | place for before in taken for place in places if not before & place]
    return bool(taken)


@lru_cache(maxsize=8192)
def _exact(fragment: str) -> tuple[Mol, list[int]]:
    """A fragment as a query with every hydrogen, so that only its points are free; and its heavy atoms."""
    query = Chem.AddHs(_flat(fragment))
    heavy = [atom.GetIdx() for atom in query.GetAtoms() if atom.GetAtomicNum() > 1]
    return Chem.AdjustQueryProperties(query, _EXACT), heavy


_EXACT: Any = Chem.AdjustQueryParameters()
_EXACT.makeDummiesQueries = True
_EXACT.adjustDegree = True
_EXACT.adjustDegreeFlags = Chem.ADJUST_IGNOREDUMMIES
_EXACT.adjustRingCount = False


def _flat(smiles: str) -> Mol:
    mol = Chem.MolFromSmiles(smiles)
    Chem.RemoveStereochemistry(mol)
    for atom in mol.GetAtoms():
        atom.SetAtomMapNum(0)
    return mol


def _scaffold(mol: Mol) -> str:
    return str(Chem.MolToSmiles(MurckoScaffold.GetScaffoldForMol(mol), isomericSmiles=False))


def _arms_of(mode: Mode) -> Sequence[str]:
    """What a hop keeps; where it is cut is the mode's definition, which nothing else can know."""
    guard = guard_of(mode)
    return guard.variants[0].fragments if isinstance(guard, Parts) else ()


def _in_band(mol: Mol, mode: Mode) -> bool:
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2048)
    one, two = (generator.GetFingerprint(m) for m in (mol, Chem.MolFromSmiles(mode.molecule)))
    low, high = map(float, mode.similarity.split(".."))
    return low - 1e-6 <= DataStructs.TanimotoSimilarity(one, two) <= high + 1e-6


@lru_cache(maxsize=64)
def _constants(smiles: str) -> list[tuple[str, ...]]:
    """What may stay in a matched pair: half of a molecule or more, one to three bonds or a hydrogen around one part."""
    given = Chem.MolFromSmiles(smiles)
    found: dict[tuple[str, ...], None] = {}
    for hydrogen in [atom.GetIdx() for atom in Chem.AddHs(given).GetAtoms() if atom.GetAtomicNum() == 1]:
        opened = Chem.AddHs(given)
        opened.GetAtomWithIdx(hydrogen).SetAtomicNum(0)
        found[Chem.MolToSmiles(Chem.RemoveHs(opened)),] = None
    for cuts in range(1, CUTS + 1):
        for core, chains in rdMMPA.FragmentMol(given, cuts, cuts, 100, ANY_BOND, False):
            parts = [_flat(part) for part in chains.split(".")]
            for stays in [parts] if core else [[part] for part in parts]:
                if 2 * sum(part.GetNumHeavyAtoms() for part in stays) >= given.GetNumHeavyAtoms():
                    found[tuple(sorted(map(Chem.MolToSmiles, stays)))] = None
    return list(found)
