"""What an edited molecule adds that a chemist would object to."""

import pytest
from rdkit import Chem

from pharmakon.chem.plausible import Yardstick

START = "CC(C)Cc1ccc(C(C)C(=O)O)cc1"


@pytest.mark.parametrize(
    ("edited", "objection"),
    [
        ("CC(C)Cc1ccc(C(C)C(N)=O)cc1", ""),
        ("CC(C)Cc1ccc(C(C)=CO)cc1", "an unstable or unusual group"),  # an enol
        ("CC(C)Cc1ccc(C(C)C(O)O)cc1", "an unstable or unusual group"),  # a geminal diol
        ("CC(C)Cc1ccc(C(C)NN)cc1", "an unstable or unusual group"),
        ("CC(C)Cc1ccc(C(C)C(=O)[O-])cc1", "another charge"),
        ("CC(C)Cc1ccc(C(C)C(=O)OC2CC34CCC3C42)cc1", "an unstable or unusual group"),
        ("CC(C)Cc1ccc(C(C)C=O)cc1", "a new structural alert"),
        ("CC(C)OP(C)(=O)F", "a scheduled chemical"),
    ],
)
def test_each_objection(edited, objection):
    assert Yardstick(Chem.MolFromSmiles(START)).objection(Chem.MolFromSmiles(edited)) == objection


def test_what_the_molecule_has_already_is_not_held_against_an_edit():
    held = Yardstick(Chem.MolFromSmiles("O=Cc1ccc(NN)cc1"))
    assert held.objection(Chem.MolFromSmiles("O=Cc1ccc(NN)c(F)c1")) == ""
