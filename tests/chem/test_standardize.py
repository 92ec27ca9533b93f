"""One molecule, one form, and every change told."""

import csv

import pytest
from chembl_structure_pipeline import standardizer
from rdkit import Chem, rdBase

from pharmakon.chem.standardize import inchikey, is_plain, standardize

CASES = [
    ("CCO", "CCO", ()),
    ("C(O)C", "CCO", ()),
    ("[H]C([H])([H])O", "CO", ()),
    ("CC(=O)Oc1ccccc1C(=O)[O-].[Na+]", "CC(=O)Oc1ccccc1C(=O)O", ("removed salt: [Na+]", "neutralised")),
    ("[Na]OC(=O)CC", "CCC(=O)O", ("functional group redrawn", "removed salt: [Na+]", "neutralised")),
    ("CCN(CC)CC.Cl.Cl.O", "CCN(CC)CC", ("removed solvent: O", "removed salt: Cl")),
    ("[NH3+]CC(=O)[O-]", "NCC(=O)O", ("neutralised",)),
    ("C[N+](C)(C)CCO.[Br-]", "C[N+](C)(C)CCO", ("removed salt: [Br-]",)),
    ("[13CH3]C[2H]", "CC", ("removed isotopes",)),
    ("CS(C)=O", "C[S+](C)[O-]", ("functional group redrawn",)),
    ("OC(=N)c1ccccc1", "NC(=O)c1ccccc1", ("functional group redrawn",)),
    ("N(=O)(=O)c1ccccc1", "O=[N+]([O-])c1ccccc1", ()),
    ("CCO.CCN", "CCN", ("removed solvent: CCO",)),
    ("c1ccccc1.CC1CCCCC1", "CC1CCCCC1", ("kept largest of 2 fragments",)),
    ("C1CCCCC1.C1CCCCC1", "C1CCCCC1", ("kept one of 2 identical fragments",)),
    ("[Na+].[O-]C(=O)c1ccccc1", "O=C(O)c1ccccc1", ("removed salt: [Na+]", "neutralised")),
    ("[Na+].[Cl-]", "[Cl-].[Na+]", ("inorganic: kept whole",)),
    ("O", "O", ()),
    ("c1cc[cH-]c1.c1cc[cH-]c1.[Fe+2]", "[Fe+2].c1cc[cH-]c1.c1cc[cH-]c1", ("metal compound (Fe): kept as drawn",)),
    ("Cl[Pt](Cl)(N)N", "[NH2][Pt]([NH2])([Cl])[Cl]", ("metal compound (Pt): kept as drawn",)),
    ("C[Mg]Br", "[CH3][Mg][Br]", ("metal bond (Mg): kept",)),
    ("CC[O]", "CC[O]", ("radical: kept",)),
    ("*CC", "*CC", ("attachment point (*): kept",)),
    ("OC(=O)[C@H](O)[C@@H](O)C(=O)O", "O=C(O)C(O)C(O)C(=O)O", ("stereochemistry of tartrate removed",)),
    ("F/C=C/[C@H](N)O", "N[C@H](O)/C=C/F", ()),
]


@pytest.mark.parametrize(("text", "smiles", "changes"), CASES)
def test_the_form_and_the_changes(text, smiles, changes, capfd):
    found = standardize(text)
    assert (found.smiles, found.changes, found.problem) == (smiles, changes, "")
    assert Chem.MolToSmiles(found.mol) == smiles
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("text", [text for text, _, _ in CASES])
def test_standardising_twice_changes_nothing_more(text):
    once = standardize(text)
    twice = standardize(once.smiles)
    assert twice.smiles == once.smiles
    assert not [change for change in twice.changes if "kept" not in change]


@pytest.mark.parametrize("text", ["", "CC(", None, "C" * 1200])
def test_what_cannot_be_read_has_a_problem(text):
    found = standardize(text)
    assert (found.smiles, found.mol, found.changes) == ("", None, ())
    assert found.problem


def test_hundreds_of_groups_do_not_hang():
    found = standardize("CS(=O)" * 200 + "C")
    assert found.changes == ("200 functional groups left as drawn: too many to redraw",)
    assert standardize(".".join(["CCO"] * 200)).smiles == "CCO"


def test_a_failure_inside_the_pipeline_is_the_rows_problem(monkeypatch):
    def fail(mol):
        raise RuntimeError("boom\nmore")

    monkeypatch.setattr(standardizer, "normalize_mol", fail)
    assert standardize("CC(=O)[O-].[Na+]").problem == "cannot be standardised: boom"


def _pipeline(mol: Chem.Mol) -> str:
    parent, _ = standardizer.get_parent_mol(standardizer.standardize_mol(mol))
    return Chem.CanonSmiles(Chem.MolToSmiles(parent))


def test_the_short_way_agrees_with_the_pipeline(molecules):
    extra = ["CC#N", "O=[N+]([O-])CC", "C[C@H](O)/C=C/c1cc[nH]c1", "CS(=O)(=O)NC(=O)P(O)(O)=O", "FC(Cl)(Br)I", "C=NO"]
    plain = 0
    with rdBase.BlockLogs():
        for smiles in [*molecules[::2], *extra]:
            mol = Chem.MolFromSmiles(smiles)
            if is_plain(mol, Chem.MolToSmiles(mol)):
                plain += 1
                assert _pipeline(mol) == Chem.MolToSmiles(mol)
    assert plain > 100


@pytest.mark.data
def test_the_short_way_agrees_with_the_pipeline_on_drugs(data):
    with (data / "admet/reference_drugs/chembl_approved_drugs.csv").open(encoding="utf-8") as table:
        texts = [row["smiles"] for row in csv.DictReader(table)][::6]
    plain = 0
    with rdBase.BlockLogs():
        for text in texts:
            mol = Chem.MolFromSmiles(text)
            if mol is not None and is_plain(mol, Chem.MolToSmiles(mol)):
                plain += 1
                assert _pipeline(mol) == Chem.MolToSmiles(mol), text
    assert plain > 200


def test_inchikey():
    assert inchikey(Chem.MolFromSmiles("CCO")) == "LFQSCWFLJHTTHZ-UHFFFAOYSA-N"
    assert inchikey(None) == inchikey(Chem.MolFromSmiles("*C")) == ""


@pytest.mark.parametrize("group", ["&1:1", "o1:1"])
def test_relative_stereochemistry_is_taken_out_and_told(group):
    found = standardize(f"C[C@H](N)c1ccccc1 |{group}|")
    assert found.smiles == "CC(N)c1ccccc1" and "racemate" in found.changes[0]
    assert standardize("C[C@H](N)c1ccccc1 |a:1|").smiles == "C[C@H](N)c1ccccc1"
