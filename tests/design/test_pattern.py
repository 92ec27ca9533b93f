import pytest
from rdkit import Chem

from pharmakon.core.errors import ConfigError
from pharmakon.design.pattern import as_smarts, drawn, example, refuse_elements, written


@pytest.mark.parametrize("text", ["[#6]C(=O)[#7]", "[C]S(=O)(=O)[N]", "[CH2]C", "C~N", "CC*", "[C,N]C", "CC.O"])
def test_what_leaves_an_atom_or_a_bond_open_is_no_smiles(text):
    assert written(text) is None


def test_a_smiles_is_read_and_a_pattern_that_is_one_is_its_own_example():
    assert Chem.MolToSmiles(written("C(=O)N")) == "NC=O" == example("C(=O)N")
    assert example("C1=CC=CC=C1") == ""  # as a pattern, a ring of aliphatic atoms


def test_a_kekule_form_is_the_ring_that_it_draws_and_a_pattern_stays_as_it_is():
    assert as_smarts("C1=CC=CC=C1") == "c1ccccc1"
    assert as_smarts("O=C1C=CC=CN1") == "O=c1cccc[nH]1"
    for text in ("c1ccccc1", "[#6]C(=O)[#7]", "C1CCCCC1", "[NX3;H0]C=O", "[c,n]1ccccc1"):
        assert as_smarts(text) == text
    assert as_smarts("C1CC") == ""


@pytest.mark.parametrize(
    ("smarts", "smiles"),
    [
        ("[#6]C(=O)[#7]", "CC(N)=O"),
        ("[#7]~[#6]=O", "NC=O"),
        ("[C]S(=O)(=O)[N]", "CS(N)(=O)=O"),
        ("[CH2]C(=O)[NH2]", "CCC(N)=O"),
        ("[NX3;H0]C=O", "CN(C)C=O"),
        ("[c,n]1ccccc1-c2ccccc2", "c1ccc(-c2ccccc2)cc1"),
        ("[#6]1~[#6]~[#6]~[#6]~[#6]~[#6]1", "C1CCCCC1"),
    ],
)
def test_a_pattern_is_drawn_with_the_hydrogens_it_needs(smarts, smiles):
    pattern = Chem.MolFromSmarts(smarts)
    assert example(smarts) == smiles
    assert drawn(pattern).HasSubstructMatch(pattern)


def test_none_is_drawn_that_has_not_the_pattern():
    assert example("[$(C=O)]N") == ""
    assert drawn(Chem.MolFromSmarts("[#6].[#7]")) is None


def test_elements_that_nothing_can_be_built_on_are_refused_in_one_sentence():
    with pytest.raises(ConfigError, match="asks for U, an element"):
        refuse_elements("[#92]~[#92]")
    with pytest.raises(ConfigError, match="as a count"):
        refuse_elements("[#6]C(=O)N[H]")
    refuse_elements("C[Si](C)C")
    with pytest.raises(ConfigError, match="asks for Si"):
        refuse_elements("C[Si](C)C", allowed={"C"})
    refuse_elements("[C,U]N")  # a choice can be met
