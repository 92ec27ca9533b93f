"""One molecule, one form: salts, solvents, isotopes, charges and mixtures resolved, and every change told.

The steps are those of the ChEMBL structure pipeline (Bento et al., J. Cheminform. 2020, 12, 51): standardise, then
parent. What it leaves as several fragments is cut to the largest, because every model here is of one molecule.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from chembl_structure_pipeline import standardizer
from chembl_structure_pipeline.exclude_flag import METAL_LIST, exclude_flag
from rdkit import Chem, rdBase
from rdkit.Chem import Mol, rdqueries

from .parse import parse

# In SMILES an atom without brackets is neutral, of natural isotopes, of normal valence and an organic element.
# So a plain molecule's canonical SMILES has no dot, no boron, and no bracket but for [nH], stereo centres and nitro.
_NOT_PLAIN = re.compile(r"\.|B(?!r)|\*|\[(?!nH\]|[CNPS]@{1,2}H?\])")
# What the pipeline would rewrite in such a molecule: sulfoxides to S+-O-, imidic acids to amides; tartaric acid
# loses its stereochemistry.
_REWRITTEN = [
    Chem.MolFromSmarts(smarts)
    for smarts in (
        "[#16;!v6]=[#8]",
        "[OX2H1]C=[N]",
        "[OH]C(=O)C([OH])C([OH])C(=O)[OH]",
        "[#7v5,#8v3,#17v3,#35v3,#53v3]",
    )
]
_SOLVENTS = frozenset({"O", "ClCCl", "ClC(Cl)Cl", "CCOC(C)=O", "CO", "CC(C)O", "CC(C)=O", "C[S+](C)[O-]", "CCO"})
_NON_METALS = frozenset({0, 1, 2, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 32, 33, 34, 35, 36, 51, 52, 53, 54, 85, 86})
# Questions about atoms, asked of RDKit: a Python loop over atoms takes as long as a step of the pipeline.
_ELEMENTS = Chem.GetPeriodicTable()
_RADICAL = rdqueries.NumRadicalElectronsGreaterQueryAtom(0)
_DUMMY, _HYDROGEN, _CARBON = (Chem.MolFromSmarts(f"[#{number}]") for number in (0, 1, 6))
_ABSOLUTE = Chem.StereoGroupType.STEREO_ABSOLUTE
_CHARGED, _ISOTOPE = Chem.MolFromSmarts("[!+0]"), Chem.MolFromSmarts("[!0*]")
_METAL = Chem.MolFromSmarts(f"[{';'.join(f'!#{number}' for number in sorted(_NON_METALS))}]")
_MAYBE_EXCLUDED = Chem.MolFromSmarts(
    f"[#5,{','.join(f'#{_ELEMENTS.GetAtomicNumber(name)}' for name in sorted(METAL_LIST))}]"
)
_TARTRATE = Chem.MolFromSmarts("OC(=O)C(O)C(O)C(=O)O")
_PASSES = 4
_MOST_GROUPS = 30


@dataclass(frozen=True, slots=True)
class Standardized:
    """The standard form as canonical isomeric SMILES and molecule, or "" and None with the `problem`.

    `changes` are what was done, or noticed, in words; empty when the input was already standard.
    """

    smiles: str
    mol: Mol | None
    changes: tuple[str, ...]
    problem: str = ""


def standardize(text: str | None, *, max_atoms: int = 1000) -> Standardized:
    """The standard form of a SMILES. Never raises; standardising the result again changes nothing."""
    parsed = parse(text, max_atoms=max_atoms)
    if parsed.mol is None:
        return Standardized("", None, (), parsed.problem)
    silence = rdBase.BlockLogs()
    try:
        return _until_settled(parsed.mol)
    except Exception as error:  # noqa: BLE001  whatever the pipeline cannot do, the row must say so and go on
        said = str(error).strip() or type(error).__name__
        return Standardized("", None, (), f"cannot be standardised: {said.splitlines()[0][:120]}")
    finally:
        del silence


def inchikey(mol: Mol | None) -> str:
    """The InChIKey; "" where InChI cannot describe the molecule."""
    if mol is None:
        return ""
    silence = rdBase.BlockLogs()
    try:
        return str(Chem.MolToInchiKey(mol))
    finally:
        del silence


def is_plain(mol: Mol, smiles: str) -> bool:
    """Whether the pipeline would leave the molecule as it is: one neutral organic fragment, nothing to rewrite."""
    written = smiles.replace("[N+](=O)[O-]", "N").replace("O=[N+]([O-])", "N")
    return _NOT_PLAIN.search(written) is None and not any(mol.HasSubstructMatch(query) for query in _REWRITTEN)


def _until_settled(mol: Mol) -> Standardized:
    """Repeat: dropping a fragment can free a charge, and neutralising can free a group to rewrite."""
    changes: dict[str, None] = {}
    if relative := [group for group in mol.GetStereoGroups() if group.GetGroupType() != _ABSOLUTE]:
        for atom in (atom for group in relative for atom in group.GetAtoms()):
            atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
        mol = Chem.MolFromSmiles(Chem.MolToSmiles(mol))
        changes["stereochemistry of a racemate, or relative, removed"] = None
    smiles = Chem.MolToSmiles(mol)
    for _ in range(_PASSES):
        if is_plain(mol, smiles):
            break
        run = _Run(mol)
        changes.update(dict.fromkeys(run.changes))
        before, smiles = smiles, Chem.MolToSmiles(run.mol)
        again = Chem.MolFromSmiles(smiles)
        if again is None:
            raise ValueError("the standard form cannot be read back")
        mol = again
        if smiles == before:
            break
        smiles = Chem.MolToSmiles(mol)
    return Standardized(smiles, mol, tuple(changes))


@dataclass(slots=True)
class _Run:
    """One pass over one molecule; `mol` is replaced step by step and `changes` records what each step did."""

    mol: Any
    changes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self._is_kept_as_drawn():
            return
        self._clean()
        self._drop_isotopes()
        if self._has_carbon(self.mol):
            self._choose_fragment()
        else:
            self.changes.append("inorganic: kept whole")
        self._uncharge()
        metals = _metals(self.mol, bonded=True)
        if metals:
            self.changes.append(f"metal bond ({metals}): kept")
        Chem.SanitizeMol(self.mol)
        Chem.AssignStereochemistry(self.mol, cleanIt=True, force=True)

    def _is_kept_as_drawn(self) -> bool:
        if any(atom.GetAtomicNum() in _NON_METALS for atom in self.mol.GetAtomsMatchingQuery(_RADICAL)):
            self.changes.append("radical: kept")
        if self.mol.HasSubstructMatch(_DUMMY):
            self.changes.append("attachment point (*): kept")
        if self.mol.HasSubstructMatch(_MAYBE_EXCLUDED) and exclude_flag(self.mol, includeRDKitSanitization=False):
            metals = _metals(self.mol)
            self.changes.append(f"{f'metal compound ({metals})' if metals else 'boron cluster'}: kept as drawn")
            return True
        return False

    def _clean(self) -> None:
        """`chembl_structure_pipeline.standardize_mol`, step by step so that each change can be told."""
        mol = standardizer.update_mol_valences(self.mol)
        mol = standardizer.remove_sgroups_from_mol(mol)
        mol = standardizer.kekulize_mol(mol)
        self.mol = standardizer.remove_hs_from_mol(mol) if mol.HasSubstructMatch(_HYDROGEN) else mol
        self._redraw()
        self._uncharge()
        if self.mol.HasSubstructMatch(_TARTRATE):
            stereo = _stereo(self.mol)
            self.mol = standardizer.flatten_tartrate_mol(self.mol)
            if _stereo(self.mol) != stereo:
                self.changes.append("stereochemistry of tartrate removed")
        Chem.SanitizeMol(self.mol)

    def _redraw(self) -> None:
        """Functional groups in one form. RDKit's normaliser takes time in the cube of their number: 200 are hours."""
        groups = sum(len(self.mol.GetSubstructMatches(query)) for query in _REWRITTEN)
        if groups > _MOST_GROUPS:
            self.changes.append(f"{groups} functional groups left as drawn: too many to redraw")
            return
        smiles = Chem.MolToSmiles(self.mol)
        self.mol = standardizer.normalize_mol(self.mol)
        if smiles != Chem.MolToSmiles(self.mol):
            self.changes.append("functional group redrawn")

    def _uncharge(self) -> None:
        before = _charges(self.mol)
        self.mol = standardizer.uncharge_mol(self.mol)
        if _charges(self.mol) != before and "neutralised" not in self.changes:
            self.changes.append("neutralised")

    def _drop_isotopes(self) -> None:
        if self.mol.HasSubstructMatch(_ISOTOPE):
            self.mol = standardizer.get_isotope_parent_mol(self.mol)
            self.changes.append("removed isotopes")

    def _choose_fragment(self) -> None:
        if len(Chem.GetMolFrags(self.mol)) == 1:
            return
        before = _fragments(self.mol)
        self.mol, _ = standardizer.get_fragment_parent_mol(self.mol, check_exclusion=True, neutralize=False)
        left = _fragments(self.mol)
        gone = Counter(smiles for smiles, _ in before) - Counter(smiles for smiles, _ in left)
        kept, self.mol = max(left, key=lambda pair: (*_size(pair[1]), pair[0]))
        rest = Counter(smiles for smiles, _ in left) - Counter([kept])
        copies = gone.pop(kept, 0) + rest.pop(kept, 0)
        # With nothing left to strip the pipeline keeps all; beside an organic fragment a bare ion is still a salt.
        for smiles in [s for s in rest if not self._has_carbon(Chem.MolFromSmiles(s, sanitize=False))]:
            gone[smiles] = rest.pop(smiles)
        for word, chosen in (
            ("solvent", [s for s in gone if s in _SOLVENTS]),
            ("salt", [s for s in gone if s not in _SOLVENTS]),
        ):
            if chosen:
                self.changes.append(f"removed {word}: {', '.join(sorted(chosen))}")
        if rest:
            self.changes.append(f"kept largest of {1 + rest.total()} fragments")
        if copies:
            self.changes.append(f"kept one of {1 + copies} identical fragments")

    @staticmethod
    def _has_carbon(mol: Any) -> bool:
        return bool(mol.HasSubstructMatch(_CARBON))


def _fragments(mol: Any) -> list[tuple[str, Any]]:
    """Canonical SMILES and molecule of each fragment."""
    pieces = Chem.GetMolFrags(mol, asMols=True, sanitizeFrags=False)
    for piece in pieces:
        Chem.SanitizeMol(piece)
    return [(Chem.MolToSmiles(piece), piece) for piece in pieces]


def _size(mol: Any) -> tuple[bool, int, float]:
    """What makes a fragment the one that matters: carbon, then heavy atoms, then mass."""
    carbon = bool(mol.HasSubstructMatch(_CARBON))
    return carbon, mol.GetNumHeavyAtoms(), round(sum(atom.GetMass() for atom in mol.GetAtoms()), 3)


def _matching(mol: Any, query: Mol) -> Iterable[Any]:
    """The atoms that a query of one atom matches."""
    return (mol.GetAtomWithIdx(i) for (i,) in mol.GetSubstructMatches(query, maxMatches=mol.GetNumAtoms()))


def _metals(mol: Any, *, bonded: bool = False) -> str:
    found = (atom for atom in _matching(mol, _METAL) if atom.GetDegree() or not bonded)
    return ", ".join(sorted({atom.GetSymbol() for atom in found}))


def _charges(mol: Any) -> list[tuple[int, int]]:
    return [(atom.GetIdx(), atom.GetFormalCharge()) for atom in _matching(mol, _CHARGED)]


def _stereo(mol: Any) -> list[Any]:
    return [atom.GetChiralTag() for atom in mol.GetAtoms()]
