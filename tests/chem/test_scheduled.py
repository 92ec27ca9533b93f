"""What the treaty lists is recognised with any groups it allows, and nothing that merely looks like it."""

import gzip
import itertools

import pytest
from rdkit import Chem

from pharmakon.chem.scheduled import LARGEST, _exempt, _table, digest_of, is_scheduled, refuse, scheduled
from pharmakon.core.errors import RefusedGoal

NAMED = {
    "sarin": ("CC(C)OP(C)(=O)F", "1A(1)"),
    "soman": ("CC(OP(C)(=O)F)C(C)(C)C", "1A(1)"),
    "cyclosarin": ("CP(=O)(F)OC1CCCCC1", "1A(1)"),
    "tabun": ("CCOP(=O)(C#N)N(C)C", "1A(2)"),
    "VX": ("CCOP(C)(=O)SCCN(C(C)C)C(C)C", "1A(3)"),
    "mustard gas": ("ClCCSCCCl", "1A(4)"),
    "sesquimustard": ("ClCCSCCSCCCl", "1A(4)"),
    "O-mustard": ("ClCCSCCOCCSCCCl", "1A(4)"),
    "lewisite 1": ("Cl/C=C/[As](Cl)Cl", "1A(5)"),
    "lewisite 3": ("ClC=C[As](C=CCl)C=CCl", "1A(5)"),
    "HN1": ("CCN(CCCl)CCCl", "1A(6)"),
    "HN3": ("ClCCN(CCCl)CCCl", "1A(6)"),
    "saxitoxin": ("C1CN2C(=N[C@H]([C@H]3[C@]2(C1(O)O)NC(=N3)N)COC(=O)N)N", "1A(7)"),
    "1A(13)": ("CCCCCCCCCCP(=O)(F)N=C(CCCCCCCCCC)N(CCCCCCCCCC)CCCCCCCCCC", "1A(13)"),
    "1A(14)": ("CCCCCCCCCCOP(=O)(F)N=C(C)N(CC)CC", "1A(14)"),
    "1A(15)": ("CP(=O)(F)N=C(N(CC)CC)N(CC)CC", "1A(15)"),
    "DF": ("CP(=O)(F)F", "1B(9)"),
    "QL": ("CCOP(C)OCCN(C(C)C)C(C)C", "1B(10)"),
    "chlorosarin": ("CC(C)OP(C)(=O)Cl", "1B(11)"),
    "chlorosoman": ("CC(OP(C)(=O)Cl)C(C)(C)C", "1B(12)"),
    "amiton": ("CCOP(=O)(OCC)SCCN(CC)CC", "2A(1)"),
    "PFIB": ("FC(F)=C(C(F)(F)F)C(F)(F)F", "2A(2)"),
    "BZ": ("OC(c1ccccc1)(c1ccccc1)C(=O)OC1CN2CCC1CC2", "2A(3)"),
    "methylphosphonic acid": ("CP(=O)(O)O", "2B(4)"),
    "benzilic acid": ("OC(=O)C(O)(c1ccccc1)c1ccccc1", "2B(8)"),
    "thiodiglycol": ("OCCSCCO", "2B(13)"),
    "pinacolyl alcohol": ("CC(O)C(C)(C)C", "2B(14)"),
    "phosgene": ("ClC(Cl)=O", "3A(1)"),
    "phosphorus trichloride": ("ClP(Cl)Cl", "3B(6)"),
    "methyldiethanolamine": ("CN(CCO)CCO", "3B(16)"),
    "1A(13), a salt": ("CP(=O)(F)N=C(C)[N+](C)(CC)CC", "1A(13)"),
    "1A(14), a salt": ("COP(=O)(F)N=C(C)[N+](C)(CC)CC", "1A(14)"),
    "1A(16)": ("CN(C)C(=O)Oc1cccnc1C[N+](C)(C)CCCCCCCCCC[N+](C)(C)CCO", "1A(16)"),
    "QL, a salt": ("CCOP(C)OCC[N+](C)(C(C)C)C(C)C", "1B(10)"),
    "QL's other form": ("C[PH](=O)OCCN(C(C)C)C(C)C", "1B(10)"),
    "amiton, a salt": ("CCOP(=O)(OCC)SCC[N+](C)(CC)CC", "2A(1)"),
    "2B(5)": ("ClP(=O)(Cl)N(C)C", "2B(5)"),
    "2B(6)": ("CCOP(=O)(OCC)N(C)C", "2B(6)"),
    "arsenic trichloride": ("Cl[As](Cl)Cl", "2B(7)"),
    "quinuclidinol": ("OC1CN2CCC1CC2", "2B(9)"),
    "2B(10)": ("ClCCN(C(C)C)C(C)C", "2B(10)"),
    "2B(11)": ("OCCN(C(C)C)C(C)C", "2B(11)"),
    "2B(12)": ("SCCN(C(C)C)C(C)C", "2B(12)"),
    "cyanogen chloride": ("ClC#N", "3A(2)"),
    "hydrogen cyanide": ("C#N", "3A(3)"),
    "chloropicrin": ("ClC(Cl)(Cl)[N+](=O)[O-]", "3A(4)"),
    "phosphorus oxychloride": ("ClP(=O)(Cl)Cl", "3B(5)"),
    "phosphorus pentachloride": ("ClP(Cl)(Cl)(Cl)Cl", "3B(7)"),
    "its salt": ("Cl[P+](Cl)(Cl)Cl.[Cl-]", "3B(7)"),
    "trimethyl phosphite": ("COP(OC)OC", "3B(8)"),
    "triethyl phosphite": ("CCOP(OCC)OCC", "3B(9)"),
    "dimethyl phosphite": ("COP([O-])OC", "3B(10)"),
    "diethyl phosphite": ("CCO[PH](=O)OCC", "3B(11)"),
    "sulfur monochloride": ("ClSSCl", "3B(12)"),
    "sulfur dichloride": ("ClSCl", "3B(13)"),
    "thionyl chloride": ("[O-][S+](Cl)Cl", "3B(14)"),
    "ethyldiethanolamine": ("CCN(CCO)CCO", "3B(15)"),
    "triethanolamine": ("OCCN(CCO)CCO", "3B(17)"),
}
RELATIVES = {
    "melphalan": "N[C@@H](Cc1ccc(N(CCCl)CCCl)cc1)C(=O)O",
    "cyclophosphamide": "O=P1(N(CCCl)CCCl)NCCCO1",
    "echothiophate": "CCOP(=O)(OCC)SCC[N+](C)(C)C",
    "pyridostigmine": "C[n+]1cccc(OC(=O)N(C)C)c1",
    "fosfomycin": "C[C@@H]1O[C@@H]1P(=O)(O)O",
    "fosinopril's acid": "O=C(O)C1CC(C2CCCCC2)CN1C(=O)CP(=O)(O)CCCCc1ccccc1",
    "zoledronate": "OC(Cn1ccnc1)(P(=O)(O)O)P(=O)(O)O",
    "aminophosphonate": "NCCCP(=O)(O)O",
    "clidinium's ester": "OC(c1ccccc1)(c1ccccc1)C(=O)OC1CN2CCCC1C2",
    "choline": "C[N+](C)(C)CCO",
    "diphenhydramine": "CN(C)CCOC(c1ccccc1)c1ccccc1",
    "arsphenamine's ring": "Nc1cc([As]=O)ccc1O",
}
SMALL = ["C", "CC", "CCC", "C(C)C"]
ALKYL = [
    *SMALL,
    "CCCC",
    "C(C)CC",
    "CC(C)C",
    "C(C)(C)C",
    "C(C)C(C)(C)C",
    "C1CCCCC1",
    "C1CCCC1",
    "CCCCCCCCCC",
    "CC1CCCCC1",
]


def found(smiles):
    return {one.schedule for one in scheduled(Chem.MolFromSmiles(smiles))}


@pytest.mark.parametrize("name", NAMED)
def test_named_compounds_are_recognised_under_their_entry(name):
    smiles, entry = NAMED[name]
    assert entry in found(smiles)
    assert is_scheduled(Chem.MolFromSmiles(smiles))


def test_a_thousand_members_of_the_families_are_caught():
    families = [
        (f"{r}P(=O)(F)O{o}" for r, o in itertools.product(SMALL, ALKYL)),
        (f"O({o})P(=O)(C#N)N({a}){b}" for o, a, b in itertools.product(ALKYL, SMALL, SMALL)),
        (f"P({r})(=O)(O{o})SCCN({a}){b}" for r, o, a, b in itertools.product(SMALL, ALKYL, SMALL, SMALL)),
        (f"P({p})(=O)(F)N=C({r})N({a}){a}" for p, r, a in itertools.product(ALKYL, ALKYL, SMALL)),
        (f"P(O{p})(=O)(F)N=CN({a}){a}" for p, a in itertools.product(ALKYL, SMALL)),
        (f"P({r})(O{o})OCCN({a}){a}" for r, o, a in itertools.product(SMALL, ALKYL, SMALL)),
        (f"P(=O)(O{a})(O{a})N({b}){b}" for a, b in itertools.product(SMALL, SMALL)),
        (f"{x}CCN({a}){b}" for x, a, b in itertools.product(["Cl", "S"], SMALL, SMALL)),
    ]
    members = [smiles for family in families for smiles in family]
    assert len(members) > 1000
    missed = [smiles for smiles in members if not is_scheduled(Chem.MolFromSmiles(smiles))]
    assert missed == []


@pytest.mark.parametrize("smiles", [
    "CC(C)O[P@](C)(=O)F",
    "[2H]C([2H])([2H])P(=O)(F)OC(C)C",
    "C[13CH](C)OP(C)(=O)F",
    "CCOP(C)(=O)SCC[NH+](C(C)C)C(C)C.[Cl-]",
    "CCOP(C)(=O)SCC[N+](C)(C(C)C)C(C)C",
    "CP(=O)([O-])SCCN(C)C",
    "CC(C)O[P+](C)([O-])F",
    "CCO[P+](C)([O-])SCC[NH+](C)C",
    "CC(C)O[P+](C)(O)F",
    "CC(C)OP(C)(->O)F",
    "CCO[P+](C)(O)SCCN(C)C",
    "c1ccccc1.CC(C)OP(C)(=O)F",
])  # fmt: skip
def test_stereo_isotopes_salts_and_mixtures_hide_nothing(smiles):
    assert {"1A(1)", "1A(3)"} & found(smiles)
    assert is_scheduled(Chem.MolFromSmiles(smiles))


def test_the_size_of_a_group_is_counted():
    assert "1A(1)" in found("CP(=O)(F)OCCCCCCCCCC")
    assert "1A(1)" not in found("CP(=O)(F)OCCCCCCCCCCC")
    assert "1A(1)" not in found("CCCCP(=O)(F)OC")
    assert "1A(1)" not in found("C1CC1P(=O)(F)OC")
    assert "1A(1)" not in found("CP(=O)(F)OCC=C")
    assert is_scheduled(Chem.MolFromSmiles("CP(=O)(F)OCC=C")), "the reactive group is enough"
    assert found("COCC(C)O[P+](O)(F)OC(C)C") == found("c1ccccc1O[P+](OC)(OC)F") == found("FP(OC)OC") == {"related"}
    assert found("CCCC[N+]1=CN(C)C=C1.F[P-](F)(F)(F)(F)F") == set(), "a counter-ion"


@pytest.mark.parametrize("name", RELATIVES)
def test_medicines_that_look_alike_are_not_listed(name):
    assert found(RELATIVES[name]) == set()


def test_exemptions_are_exact_and_only_for_goals():
    for smiles in ("CN(CCCl)CCCl", "C[NH+](CCCl)CCCl.[Cl-]", "CN(C)CCO", "OCCN(CCO)CCO", "CC(C)OP(=O)(F)OC(C)C"):
        assert is_scheduled(Chem.MolFromSmiles(smiles)), smiles
        refuse(smiles, "as a goal", exempt=True)
        with pytest.raises(RefusedGoal, match="as a start"):
            refuse(smiles, "as a start")
    for smiles in ("CCN(CCCl)CCCl", "CC(C)N(C)CCO", "CCN(CCO)CCO", "CCOP(=O)(F)OC(C)C"):
        with pytest.raises(RefusedGoal, match=r"Chemical Weapons Convention|reactive group of nerve agents"):
            refuse(smiles, "as a goal", exempt=True)


def test_the_table_says_what_it_may():
    for entry in _table()["entry"]:
        assert set(entry) <= {"schedule", "name", "smarts", "groups", "part"}, entry
        assert set(entry.get("groups", {}).values()) <= set(LARGEST), entry
        queries = [Chem.MolFromSmarts(smarts) for smarts in entry["smarts"]]
        assert all(queries), entry
        numbers = {str(atom.GetAtomMapNum()) for query in queries for atom in query.GetAtoms()} - {"0"}
        assert numbers == set(entry.get("groups", {})), entry
    assert len(_exempt()) == len(_table()["exempt"])


def test_nothing_and_a_hash():
    assert scheduled(None) == []
    assert not is_scheduled(None)
    assert len(digest_of("C")) == 64


@pytest.mark.data
def test_of_approved_drugs_one_in_a_thousand_is_listed_and_says_why(data):
    path = data / "generative" / "sweetlead_fda_approved.csv.gz"
    with gzip.open(path, "rt") as lines:
        mols = [Chem.MolFromSmiles(line.split(",")[0]) for line in lines]
    listed = [scheduled(mol) for mol in mols if mol is not None]
    withheld = [hits for hits in listed if any(not hit.exempt for hit in hits)]
    assert len(listed) > 1300
    assert len(withheld) <= len(listed) // 1000, withheld
    assert all(hit.name and hit.schedule for hits in listed for hit in hits)


@pytest.mark.data
def test_a_sample_of_a_purchasable_library_is_free(data):
    with gzip.open(data / "generative" / "zinc250k.smi.gz", "rt") as lines:
        smiles = [line.split()[0] for line in lines][::80]
    assert [s for s in smiles if is_scheduled(Chem.MolFromSmiles(s))] == []
