"""When are two drawings one molecule? Four keys, each coarser than the one before it.

`exact` is the canonical SMILES of what was drawn; `parent` the standard form (salt, solvent, charge and isotope gone,
functional groups in one form); `stereo` the parent without stereochemistry; `tautomer` the canonical tautomer of that
(Sitzmann et al., J. Comput.-Aided Mol. Des. 2010, 24, 521, as RDKit has it). Molecules that share a key share every
coarser one, so the first key that two share says in what they differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from rdkit import Chem, rdBase
from rdkit.Chem import Mol, rdMolDescriptors, rdMolHash
from rdkit.Chem.MolStandardize import rdMolStandardize

from pharmakon.core.types import Progress, silent

from .parse import canonical
from .standardize import standardize

Level = Literal["exact", "parent", "stereo", "tautomer"]
LEVELS: tuple[Level, ...] = ("exact", "parent", "stereo", "tautomer")

SAME_STRUCTURE = "the same structure"
MOST_ATOMS = 100
"""Heavy atoms beyond which no canonical tautomer is looked for: a peptide's take minutes."""
_MOST_TAUTOMERS, _MOST_STEPS = 500, 1000


@dataclass(frozen=True, slots=True)
class Identity:
    """The keys of one drawing and what standardising changed; "" and the `problem` where it cannot be read."""

    exact: str = ""
    parent: str = ""
    stereo: str = ""
    tautomer: str = ""
    changes: tuple[str, ...] = ()
    problem: str = ""

    def key(self, level: Level) -> str:
        """The key of that level."""
        found: str = getattr(self, level)
        return found


def identify(texts: Sequence[str], *, progress: Progress = silent) -> list[Identity]:
    """The keys of each SMILES, in order. Never raises.

    A canonical tautomer takes milliseconds to seconds, so it is looked for only where two different molecules share
    formula and heavy-atom graph; elsewhere the key is the stereo-free parent, which then no other molecule has.
    """
    known: dict[str, Identity] = {}
    families: dict[tuple[str, str], set[str]] = defaultdict(set)
    silence = rdBase.BlockLogs()
    for done, text in enumerate(texts):
        if done % 500 == 0:
            progress(done, len(texts), "standardising structures")
        if text not in known:
            known[text] = _identity(text, families)
    mixed = [sorted(flats) for flats in families.values() if len(flats) > 1]
    tautomers: dict[str, str] = {}
    for done, flats in enumerate(mixed):
        if done % 20 == 0:
            progress(done, len(mixed), "comparing tautomers")
        tautomers.update((flat, _canonical_tautomer(flat)) for flat in flats)
    del silence
    return [replace(known[text], tautomer=tautomers.get(known[text].stereo, known[text].stereo)) for text in texts]


def first_shared(a: Identity, b: Identity) -> Level | None:
    """The finest level at which two drawings are one molecule; None where they are not, or cannot be read."""
    return next((level for level in LEVELS if a.key(level) and a.key(level) == b.key(level)), None)


def difference(a: Identity, b: Identity) -> str:
    """In what two drawings of one molecule differ, in words; "" where they are not one."""
    level = first_shared(a, b)
    if level == "exact":
        return SAME_STRUCTURE
    if level == "parent":
        changes = sorted({*a.changes} ^ {*b.changes})
        return "; ".join(changes) or "drawn differently"
    if level == "stereo":
        bare = a.stereo in (a.parent, b.parent)
        return "one is drawn without stereochemistry" if bare else "stereoisomers"
    return "tautomers" if level else ""


def _identity(text: str, families: dict[tuple[str, str], set[str]]) -> Identity:
    done = standardize(text)
    if done.mol is None:
        return Identity(problem=done.problem)
    flat = Chem.Mol(done.mol)
    Chem.RemoveStereochemistry(flat)
    stereo = Chem.MolToSmiles(flat)
    families[_family(flat)].add(stereo)
    exact = canonical(text) if done.changes or text != done.smiles else text
    return Identity(exact, done.smiles, stereo, stereo, done.changes)


def _family(flat: Mol) -> tuple[str, str]:
    """What tautomers have in common: formula with charge, and which atoms are joined."""
    graph: str = rdMolHash.MolHash(Chem.RWMol(flat), rdMolHash.HashFunction.ElementGraph)
    return rdMolDescriptors.CalcMolFormula(flat), graph


def _canonical_tautomer(flat: str) -> str:
    """The canonical tautomer's SMILES; the molecule's own where it is too large or cannot be done."""
    mol = Chem.MolFromSmiles(flat)
    if mol is None or mol.GetNumHeavyAtoms() > MOST_ATOMS:
        return flat
    enumerator: Any = rdMolStandardize.TautomerEnumerator()
    enumerator.SetMaxTautomers(_MOST_TAUTOMERS)
    enumerator.SetMaxTransforms(_MOST_STEPS)
    try:
        found = enumerator.Canonicalize(mol)
        Chem.RemoveStereochemistry(found)
        return str(Chem.MolToSmiles(found))
    except (RuntimeError, ValueError):
        return flat
