"""Reading SMILES: a molecule or a sentence, never an exception, never a word on stderr."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from pharmakon.chem.parse import canonical, parse, to_mol


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "an empty structure"),
        (math.nan, "an empty structure"),
        ("", "an empty structure"),
        (" \t ", "an empty structure"),
        (5, "not text but int"),
        ("C1CC", "not a SMILES: unclosed ring 1"),
        ("C1CC%12[13C]", "not a SMILES: unclosed ring 1, 12"),
        ("C(C", "not a SMILES: a parenthesis is not closed"),
        ("CC)", "not a SMILES: a parenthesis closes that was never opened"),
        ("C[Na", "not a SMILES: a bracket [ is not closed"),
        ("CC>>CO", "not a SMILES: a reaction, not a molecule"),
        ("C[Xx]C", "not a SMILES: 'X' at position 3 cannot be read"),
        ("Cé", "not a SMILES: 'é' at position 2 is not a SMILES character"),
        ("\x00C", "not a SMILES: '\\x00' at position 1 is not a SMILES character"),
        ("CCO ethanol", "not a SMILES: it goes on after a blank ('ethanol')"),
        ("CN(C)(C)(C)C", "impossible valence: atom 2 (N) has 5 bonds"),
        ("c1cccc1", "impossible aromatic ring: no alternating double bonds fit (is an [nH] missing?)"),
        ("cC", "impossible aromatic ring: an aromatic atom is not in a ring"),
        ("*", "no atoms"),
        ("C" * 1204, "1,204 heavy atoms; the limit is 1,000"),
        ("C" * 20_000, "20,000 characters; the limit is 10,000"),
    ],
)
def test_what_cannot_be_read_says_why(text, problem, capfd):
    parsed = parse(text)
    assert parsed.mol is None
    assert parsed.problem == problem
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("text", ["CCO", "  CCO\n", "CC |$R1;$|", "[H][H]", "[Na+].[Cl-]", "*CC", "[13CH4]", "C[Mg]Br"])
def test_what_can_be_read(text, capfd):
    parsed = parse(text)
    assert parsed.mol is not None
    assert parsed.problem == ""
    assert capfd.readouterr() == ("", "")


def test_the_limit_counts_heavy_atoms_not_characters():
    assert parse("[C@H](O)" * 5 + "C", max_atoms=11).mol is not None
    assert parse("[C@H](O)" * 5 + "C", max_atoms=10).problem == "11 heavy atoms; the limit is 10"


@given(st.text(max_size=60))
def test_no_text_raises(text):
    parsed = parse(text)
    assert (parsed.mol is None) == bool(parsed.problem)


@given(st.text(alphabet="CNOc1()[]=#+-@/\\%.H", max_size=30))
def test_no_almost_smiles_raises(text):
    parsed = parse(text)
    assert (parsed.mol is None) == bool(parsed.problem)


def test_canonical_is_one_text_for_one_molecule():
    assert canonical("OCC") == canonical("C(O)C") == "CCO"
    assert canonical(Chem.MolFromSmiles("N[C@@H](C)C(=O)O")) == "C[C@H](N)C(=O)O"
    assert canonical("C(") == canonical(None) == canonical("") == ""
    assert to_mol("C(") is None
