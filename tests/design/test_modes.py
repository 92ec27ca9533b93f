import pytest
from rdkit import Chem

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, RefusedGoal
from pharmakon.design.graph import flat
from pharmakon.design.modes import Mode, core_of, guard_of, one_place
from pharmakon.design.oddities import NONE

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"


def accepts(smiles, **mode):
    return guard_of(Mode(**mode)).accepts(smiles)


def test_by_default_anything_goes():
    assert guard_of(Mode()) is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "decorate"}, "the mode decorate needs scaffold"),
        ({"kind": "grow", "scaffold": "C[*:1]"}, "scaffold is for the mode decorate, and the mode is grow"),
        ({"scaffold": "C[*:1]"}, "and the mode is de_novo"),
        ({"kind": "decorate", "scaffold": "C1CC"}, "scaffold: 'C1CC' is not a SMILES"),
        ({"kind": "decorate", "scaffold": "CC.C[*:1]"}, "more than one molecule"),
        ({"kind": "decorate", "scaffold": "FC(F)(F)F"}, "nothing can hang on it"),
        ({"kind": "link", "fragments": ["C[*:1]"]}, "1 are given"),
        ({"kind": "link", "fragments": ["C[*:1]", "CC"]}, "needs one attachment point"),
        ({"kind": "link", "fragments": ["C[*:1]", "N[*:1]"], "linker": "= 0"}, "has one heavy atom or more"),
        ({"kind": "link", "fragments": ["C[*:1]", "N[*:1]"], "linker": "0..4"}, "has one heavy atom or more"),
        ({"kind": "link", "fragments": ["C[*:1]", "N[*:1]"], "linker": "2..4", "path": "5"}, "has no path of '5'"),
        ({"kind": "grow", "fragment": "c1ccccc1"}, "has no attachment point"),
        ({"kind": "hop", "molecule": "CCO"}, "no ring system"),
        ({"kind": "hop", "molecule": GEFITINIB, "core": "C#N"}, "no ring system C#N"),
        ({"kind": "analogues", "molecule": "C1CC"}, "is not the SMILES of a molecule"),
        ({"kind": "analogues", "molecule": "CC[*:1]"}, "is not the SMILES of a molecule"),
        ({"kind": "analogues", "molecule": "CCO", "similarity": "near"}, "is not a wish"),
        ({"kind": "keep", "substructure": "(("}, "neither SMILES nor SMARTS"),
        ({"kind": "keep", "substructure": "[#92]~[#92]"}, "asks for U, an element that the search cannot make"),
        ({"kind": "decorat"}, "kind"),
    ],
)
def test_a_mistake_is_one_sentence(given, said):
    with pytest.raises(ConfigError) as caught:
        build(Mode, given)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "mode",
    [
        {"kind": "keep", "substructure": "CP(=O)(F)OC(C)C"},
        {"kind": "analogues", "molecule": "CP(=O)(F)OC(C)C"},
        {"kind": "link", "fragments": ["CP(=O)(F)OC(C)C[*:1]", "C[*:1]"]},
    ],
)
def test_a_chemical_weapon_is_nothing_to_keep(mode):
    with pytest.raises(RefusedGoal, match="Chemical Weapons Convention"):
        Mode(**mode)


@pytest.mark.parametrize("substructure", ["[#6]C(=O)[#7]", "[C]C(=O)[N]", "C~C(=O)~N"])
def test_what_a_pattern_leaves_open_is_no_wish_for_a_radical(substructure):
    guard = guard_of(Mode(kind="keep", substructure=substructure))
    assert guard.base == "CC(N)=O"
    assert guard.allowed == NONE
    assert not guard.sane(flat("[CH2]CC(=O)NC"))


def test_a_linker_has_its_size():
    ends = {"kind": "link", "fragments": ("[*:1]c1ccccc1", "[*:1]N1CCOCC1"), "linker": "2..3"}
    assert accepts("c1ccccc1CCN1CCOCC1", **ends)
    assert not accepts("c1ccccc1CN1CCOCC1", **ends)
    assert not accepts("c1ccccc1CCCCN1CCOCC1", **ends)
    assert not accepts("Cc1ccccc1CCN1CCOCC1", **ends)
    assert not accepts("c1ccccc1CCN1CCOCC1C", **ends)


def test_a_linker_has_its_path():
    ends = {"kind": "link", "fragments": ("[*:1]c1ccccc1", "[*:1]N1CCOCC1"), "linker": "2..7", "path": "3"}
    assert accepts("c1ccccc1CCCN1CCOCC1", **ends)
    assert accepts("c1ccccc1CC(CC)CN1CCOCC1", **ends)
    assert not accepts("c1ccccc1C(CCC)N1CCOCC1", **ends), "a linker of four atoms, and one between the ends"
    assert not accepts("c1ccccc1CCCCN1CCOCC1", **ends)
    assert guard_of(Mode(**ends)).words.endswith("joined by 2 to 7 heavy atoms, 3 of them on the shortest way")


def test_of_a_salt_the_parent_is_meant():
    salt = Mode(kind="analogues", molecule="OC(=O)Cc1ccccc1Nc1c(Cl)cccc1Cl.[Na]")
    assert guard_of(salt).base == Chem.CanonSmiles("OC(=O)Cc1ccccc1Nc1c(Cl)cccc1Cl")
    hop = Mode(kind="hop", molecule=f"{GEFITINIB}.Cl")
    assert guard_of(hop).words == guard_of(Mode(kind="hop", molecule=GEFITINIB)).words


def test_a_hop_keeps_the_arms_and_changes_the_scaffold():
    hop = {"kind": "hop", "molecule": GEFITINIB}
    assert accepts("Fc1ccc(Nc2ccnc(OCCCN3CCOCC3)n2)cc1Cl", **hop)
    assert not accepts(GEFITINIB, **hop)
    assert not accepts("CCOc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", **hop)  # the same scaffold
    assert not accepts("Fc1ccc(Nc2ccnc(OCCN3CCOCC3)n2)cc1Cl", **hop)  # an arm is shorter


def test_the_core_is_the_ring_system_between_the_arms_or_the_one_named():
    mol = flat(GEFITINIB)
    assert Chem.MolFragmentToSmiles(mol, sorted(core_of(mol))) == "COc1ccc2cncnc2c1"
    assert Chem.MolFragmentToSmiles(mol, sorted(core_of(mol, "N1CCOCC1"))) == "C1COCCN1"


def test_analogues_are_others_and_in_the_band():
    band = {"kind": "analogues", "molecule": GEFITINIB, "similarity": "0.6..1"}
    assert accepts("CCOc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", **band)
    assert not accepts(GEFITINIB, **band)
    assert not accepts("c1ccc2ncncc2c1", **band)


def test_matched_pairs_are_changed_at_one_place():
    pairs = {"kind": "analogues", "molecule": "CCOc1ccc(C(=O)NC)cc1Cl", "similarity": "0.1..1", "one_place": True}
    assert accepts("CCOc1ccc(C(=O)NC)cc1F", **pairs)  # another substituent
    assert accepts("CCOc1ccc(C(=O)NC)cc1", **pairs)  # none
    assert accepts("CCOc1ccc(C(=O)NC)c(C)c1Cl", **pairs)  # one more
    assert accepts("CCOc1cnc(C(=O)NC)cc1Cl", **pairs)  # another ring between the same arms
    assert not accepts("CCOc1ccc(C(=O)NCC)cc1F", **pairs)  # two places
    assert not accepts("COc1ccc(C(=O)NCC)cc1Cl", **pairs)
    assert len(one_place(flat("CCOc1ccc(C(=O)NC)cc1Cl"))) > 5


def test_a_kekule_form_and_stereo_are_read_as_what_they_mean():
    assert accepts("Cc1ccccc1", kind="keep", substructure="C1=CC=CC=C1")
    assert accepts("CC(N)C(=O)O", kind="keep", substructure="C[C@H](N)C(=O)O")
    assert accepts("CC(N)c1ccc(F)cc1", kind="decorate", scaffold="C[C@H](N)c1ccc([*:1])cc1")
    assert accepts("Cc1cc[nH]n1", kind="keep", substructure="c1ccnn1")
