import pytest
from rdkit import Chem

from pharmakon.core.errors import ConfigError
from pharmakon.design.graph import flat
from pharmakon.design.kept import Kept, around, cut, template

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
CORE = "COc1cc2ncnc([*:1])c2cc1[*:2]"


def keeps(smiles, *fragments, filled=False):
    return next(Kept(fragments, filled).fits(flat(smiles)), None) is not None


def test_a_molecule_keeps_what_was_cut_out_of_it():
    fit = next(Kept((CORE,)).fits(flat(GEFITINIB)))
    assert len(fit.atoms) == 12
    assert sorted(len(part.atoms) for part in fit.parts) == [9, 10]
    assert fit.free == 19
    assert fit.empty == ()


@pytest.mark.parametrize(
    ("smiles", "kept"),
    [
        ("COc1cc2ncnc(C)c2cc1C", True),
        ("COc1cc2ncncc2cc1", True),  # hydrogens at both points
        ("CCOc1cc2ncnc(C)c2cc1C", False),  # the methoxy has grown
        ("COc1cc2nc(C)nc(C)c2cc1C", False),  # an atom without a point carries something
        ("COc1cc2ncnc(C)c2cc1[N+](C)(C)C", True),
        ("Oc1cc2ncnc(C)c2cc1C", False),
        ("COc1cc2ncnc3c2cc1OCC3", False),  # a ring that joins both points is not two parts
        ("COc1cc2ncnc3c2cc1CCCCCCC3", False),
    ],
)
def test_only_the_points_may_change(smiles, kept):
    assert keeps(smiles, CORE) is kept


def test_a_ring_is_not_fused_to_what_is_kept():
    assert keeps("c1ccccc1C", "c1ccccc1")
    assert not keeps("c1ccc2ccccc2c1", "c1ccccc1")
    assert not keeps("C1CCc2ccccc2C1", "c1ccccc1")


def test_an_aromatic_nitrogen_gives_up_its_hydrogen_and_gets_it_back():
    pyrrole = "[*:1]n1cccc1C"
    assert Chem.MolToSmiles(template((pyrrole,)).mol) == "Cc1ccc[nH]1"
    assert keeps("Cc1cccn1CC", pyrrole)
    assert keeps("Cc1ccc[nH]1", pyrrole)
    assert not keeps("Cc1ccc(C)[nH]1", pyrrole)


def test_filled_points_carry_something():
    assert not keeps("COc1cc2ncnc(C)c2cc1", CORE, filled=True)
    assert keeps("COc1cc2ncnc(C)c2cc1C", CORE, filled=True)


def test_two_fragments_lie_on_different_atoms():
    phenyl = "[*:1]c1ccccc1"
    assert keeps("c1ccccc1CCc1ccccc1", phenyl, phenyl, filled=True)
    assert not keeps("c1ccccc1CCC", phenyl, phenyl, filled=True)


def test_without_points_every_hydrogen_may_give_way():
    assert template(("CCO",)).room == {0: 3, 1: 2, 2: 1}
    assert keeps("CC(F)OC", "CCO")
    assert not keeps("CC=O", "CCO")


def test_two_points_at_one_atom():
    kept = template(("[*:3]C([*:7])c1ccccc1",))
    assert list(kept.room.values()) == [2]
    assert list(kept.labels.values()) == [(3, 7)]
    assert keeps("CC(O)c1ccccc1", "[*:3]C([*:7])c1ccccc1")


@pytest.mark.parametrize("smiles", ["C1CC", "", "*=C", "C*C", "**"])
def test_what_is_no_fragment_says_so(smiles):
    with pytest.raises(ConfigError, match=r"SMILES|attachment point"):
        template((smiles,))


def test_cutting_numbers_the_points_and_leaves_stereo():
    mol = Chem.MolFromSmiles("C[C@H](N)c1ccc(F)cc1")
    (bond,) = (b.GetIdx() for b in mol.GetBonds() if {b.GetBeginAtomIdx(), b.GetEndAtomIdx()} == {1, 3})
    sides = cut(mol, [bond])
    assert sides[0] == "Fc1ccc([*:1])cc1"
    assert "@" in sides[1]
    assert "[*:1]" in sides[1]


def test_what_hangs_around_some_atoms():
    mol = flat("CCOc1ccc(CN)cc1")
    ring = frozenset(a.GetIdx() for a in mol.GetAtoms() if a.IsInRing())
    assert {s.replace("[*:1]", "*").replace("[*:2]", "*") for s in around(mol, ring)} == {"CCO*", "NC*"}
