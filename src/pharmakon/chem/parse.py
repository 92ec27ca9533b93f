"""SMILES to molecules; an unreadable one comes back with a sentence for a chemist, never as an exception."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from pharmakon.core.limits import limit

EMPTY = "an empty structure"

_VALENCE = re.compile(r"Explicit valence for atom # (\d+) (\w+), (\d+), is greater than permitted")
_POSITION = re.compile(r"check for mistakes around position (\d+)")
_BRACKET = re.compile(r"\[[^\]]*\]")
_STRANGE = re.compile(r"[^!-~]", re.DOTALL)
_RING_BOND = re.compile(r"%\(\d+\)|%\d\d|\d")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a SMILES became: a sanitised molecule, or None and the `problem`."""

    text: str
    mol: Mol | None
    problem: str = ""


def parse(text: str | None, *, max_atoms: int | None = None) -> Parsed:
    """Read one SMILES (a CXSMILES extension is allowed). Never raises and never prints.

    One of more than `max_atoms` heavy atoms (the limit ATOMS where none are given) has a problem.
    """
    if text is None or (isinstance(text, float) and math.isnan(text)):
        return Parsed("", None, EMPTY)
    if not isinstance(text, str):
        return Parsed(repr(text)[:80], None, f"not text but {type(text).__name__}")
    text = text.strip()
    problem = _before_reading(text)
    max_atoms = limit("ATOMS") if max_atoms is None else max_atoms
    if problem:
        return Parsed(text[: limit("SMILES")], None, problem)
    silence = rdBase.BlockLogs()
    try:
        # A text no longer than the limit cannot hold more atoms than it; a longer one is counted before
        # the costly part of reading.
        if len(text) > max_atoms:
            heavy = _count_heavy_atoms(text)
            if heavy > max_atoms:
                return Parsed(text, None, f"{heavy:,} heavy atoms; the limit is {max_atoms:,}")
        mol = Chem.MolFromSmiles(text)
        if mol is None:
            return Parsed(text, None, _explain(text))
    except (RuntimeError, ValueError) as error:
        return Parsed(text, None, f"not a SMILES: {str(error).strip().splitlines()[0][:120]}")
    finally:
        del silence
    if all(atom.GetAtomicNum() == 0 for atom in mol.GetAtoms()):
        return Parsed(text, None, "no atoms")
    return Parsed(text, mol)


def to_mol(text: str | None) -> Mol | None:
    """The molecule, or None where `parse` would report a problem."""
    return parse(text).mol


def canonical(molecule: str | Mol | None) -> str:
    """Canonical isomeric SMILES; "" when there is nothing readable."""
    mol = parse(molecule).mol if isinstance(molecule, str) else molecule
    return Chem.MolToSmiles(mol) if mol is not None else ""


def _before_reading(text: str) -> str:
    """Problems that show in the text itself, among them those RDKit would read past in silence."""
    if not text:
        return EMPTY
    if len(text) > (longest := limit("SMILES")):
        return f"{len(text):,} characters; the limit is {longest:,}"
    smiles, _, rest = text.replace("\t", " ").partition(" ")
    if strange := _STRANGE.search(smiles):
        return f"not a SMILES: {strange[0]!r} at position {strange.start() + 1} is not a SMILES character"
    if rest and not rest.lstrip().startswith("|"):
        return f"not a SMILES: it goes on after a blank ({rest.strip()[:40]!r})"
    return ""


def _count_heavy_atoms(text: str) -> int:
    mol = Chem.MolFromSmiles(text, sanitize=False)
    return 0 if mol is None else int(mol.GetNumHeavyAtoms())


def _explain(text: str) -> str:
    """Why RDKit refused, in a chemist's words. RDKit says it only in its log, so the log is read."""
    with rdBase.CaptureErrorLog() as log:
        Chem.MolFromSmiles(text)
    said = str(log.messages)
    valence = _VALENCE.search(said)
    if valence:
        number, element, bonds = valence.groups()
        return f"impossible valence: atom {int(number) + 1} ({element}) has {bonds} bonds"
    if "kekulize" in said:
        return "impossible aromatic ring: no alternating double bonds fit (is an [nH] missing?)"
    if "non-ring atom" in said:
        return "impossible aromatic ring: an aromatic atom is not in a ring"
    return f"not a SMILES: {_syntax(text, said)}"


def _syntax(text: str, said: str) -> str:
    smiles = text.split(maxsplit=1)[0]
    if "unclosed ring" in said:
        return f"unclosed ring {', '.join(_open_rings(smiles))}".rstrip()
    if "extra open parenthes" in said:
        return "a parenthesis is not closed"
    if "extra close parenthes" in said:
        return "a parenthesis closes that was never opened"
    if smiles.count("[") > smiles.count("]"):
        return "a bracket [ is not closed"
    if ">" in smiles:
        return "a reaction, not a molecule"
    if "duplicated ring closure" in said:
        return "a ring closes on the atom that opens it"
    place = _POSITION.search(said)
    if place and 0 < int(place[1]) <= len(smiles):
        position = int(place[1])
        return f"{smiles[position - 1]!r} at position {position} cannot be read"
    return "it cannot be read"


def _open_rings(smiles: str) -> list[str]:
    """The ring numbers opened and not closed, in order of opening."""
    still_open: dict[str, None] = {}
    for label in _RING_BOND.findall(_BRACKET.sub("*", smiles)):
        number = label.strip("%()")
        if number in still_open:
            del still_open[number]
        else:
            still_open[number] = None
    return list(still_open)
