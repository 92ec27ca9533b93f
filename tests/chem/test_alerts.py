"""Structural alerts, and the filter of absurd molecules."""

import csv
import gzip

import pytest
from rdkit import Chem

from pharmakon.chem.alerts import SETS, Alert, _unwanted_queries, find, times, unwanted, without_exceptions
from pharmakon.chem.standardize import standardize
from pharmakon.core.errors import UnknownName


def _mol(text):
    return Chem.MolFromSmiles(text)


def test_find_names_the_rule_and_its_atoms():
    assert find(_mol("O=Cc1ccccc1"), sets=("brenk",)) == [Alert("aldehyde", "brenk", (0, 1))]
    assert [alert.set for alert in find(_mol("O=C1C=CC(=O)C=C1"))] == ["pains", "brenk"]
    assert find(_mol("CCO")) == find(None) == []


def test_a_rule_that_hits_twice_is_one_alert():
    (alert,) = find(_mol("O=Cc1ccccc1CC=O"), sets=("brenk",))
    assert alert.atoms == (0, 1, 9, 10)


@pytest.mark.parametrize("name", SETS)
def test_every_set_loads(name):
    assert isinstance(find(_mol("O=C1C=CC(=O)C=C1N=[N+]=[N-]"), sets=(name,)), list)


def test_a_wrong_set_gets_a_suggestion():
    with pytest.raises(UnknownName, match="did you mean 'pains'"):
        find(_mol("C"), sets=("pain",))


def test_the_table_is_whole():
    queries = _unwanted_queries()
    reasons = [reason for reason, _, _ in queries]
    assert len(set(reasons)) == len(reasons) > 60
    assert all(query is not None for _, core, whole in queries for query in (core, whole))


def test_every_row_refuses_something():
    found = {reason for text in ABSURD.split() for reason in unwanted(_mol(text))}
    assert {reason for reason, _, _ in _unwanted_queries()} - found == set()


def test_how_often_a_reason_holds():
    assert times(_mol("CC(O)NC(C)=O"), "acyclic hemiaminal of an amide") == 1
    assert times(_mol("OOCCOO"), "peroxide") == 2
    assert times(_mol("C1CCCCCCCC1"), "ring of more than 8 atoms") == 1


def test_without_exceptions():
    assert without_exceptions("[N;!$(N-[$(C=O)]);!a]-[C;!$(C(F)F)]") == "[N;!a]-[C]"
    assert without_exceptions("C=C") == "C=C"


ABSURD = """
    CON(F)F ONOC C1=C=CCCC1 C1#CCCCC1 C12C3C4C1C5C2C3C45 C1CC1=C C=C=CC N=C=O CC(=O)Cl CC(O)N(C)C CC(O)=CC OC=C CN=N
    CC(=O)OC(C)=O C1=CC1 O1C=C1 C1CC12CC2 C12CC1C2 CC[O] [CH2-]C CCOOC CN(Cl)C NN(N)N CSSSC N1NN1 C1OO1 C1CCCCCCCC1
    C1CC2CCC1=C2 CC(C)(O)O C=C1C=CC=CC1 O=C1CC=CC=C1 CP(C)C C[SiH3] C[Se]C CC#CC#CC NC#CC FC#CC CC(=N)C CC=NC
    CN(C)O CSN(C)C S=C(C)C OC(=N)C C1=CC=C1 C[N+](=C)C C[O+](C)C C1N2CC12 C=S(C)C OS C1(=O)CC1 C1=C2CCC(C1)CC2
    OC(=O)NC CC(=O)C(=O)C(C)=O C1OC1C C1NC1 NC(F)C FC(F)(F)O OCOC ClCOC CN=C=NC CC#[N+]C C[C]C [CH2+]C CS(=O)O
    CC=CNc1ccccc1 CC(=O)S C1CCCCCCCCCCCCC1 N=NC CN=NC CC(=O)C#N CN(C)N(C)N C1=CC=NC1C
    C[SH](C)C C[SH]1CCOCC1 C[SH]=O C[SH](=O)=O C[PH](C)(C)C C[PH2](C)C CN([O-])C CC(F)O OC(F)F CC(OC)(OC)OC COn1cccn1
    CNn1cccn1 CS(=O)(=O)n1cccn1 C=C1C=CC(=NC)C=C1 COC(C)N(C)c1ccccc1 NC1CCCCN1 CC(F)OC
    C=CC=CC=CSC BOc1ccccc1 CB(C)O CCS(=O)(=O)N=C CCS(=O)(=O)N=CC C=CN(C)c1ccccc1 CC=CN1CCOCC1 CN1CCC=C1C CCOC=CC
    CC=COC(C)=O C=CSC CC=C(O)C(=O)NC CC(=O)n1cccn1 CCS(=O)NC C1=CCC=C1 C1CC=CC=C1
    CNC(C)=CCC NC(C)=CCC C1=CC(O)CN1 OC(C)n1cccn1 CC(O)NC(C)=O CNCn1cnnc1 C[N+](C)(C)Cn1cccn1 CC(n1cccn1)n1cncn1
    CC(O)(C#N)CC OC1CCCCO1 Sc1ncccn1 N=c1ccccn1C C[S+](C)C C[N-]C CI(C)C [Ca+2] C[NH+]C CCN=O CSS(C)=O
    CN(N)OC COC#N CN(C)C#N CP(C)(C)=C CN=S CS(C)=NC c1ccpcc1 O1NCC1 O=C1CCC1=O CC=CS CN(C)C(C)N(C)C CC(O)=S
    CC(=O)OS(C)=O CCOC=O C1C=CC(=O)C=C1 CC=C1C=CC=CC1=O C1C=CN=C1 C1C=Nc2ccccc12 c1cnnnn1 S=c1ccss1 COC(C)OC
"""

SANE = """
    CCO CC(=O)Nc1ccc(O)cc1 CN1CCC[C@H]1c1cccnc1 C1CC2(C1)CNC2 C12CC(C1)(C2)N O=[N+]([O-])c1ccccc1 C[N+](C)(C)CC
    c1ccc2[nH]ccc2c1 CS(=O)(=O)N CS(C)=O C[S+](C)[O-] CC(=O)NO CC=NO OCC1OC(O)C(O)C1O C1C2CC3CC1CC(C2)C3
    Cn1cnnn1 O=C1c2ccccc2C(=O)N1 CC(F)(F)F COC(F)F COC(F)(F)F c1ccc(/N=N/c2ccccc2)cc1 OB(O)c1ccccc1 CP(=O)(O)O
    C1=CCCCC1 C1CC2CCC1N2 C1CC2CCN1CC2 CN1C2CCC1CC(C2)OC(=O)C(CO)c1ccccc1 N#Cc1ccccc1 C#CC CC1(C)OCC(CO)O1
    CC1=C(C(=O)OC)C(c2ccccc2)C(C(=O)OC)=C(C)N1 FS(F)(F)(F)(F)c1ccccc1 C1CC2CC1C=C2 CN(C)C(=O)N(C)C c1ccn2ccnc2c1
    O=C1CN=C(c2ccccc2)c2ccccc2N1 CC(C)(C)OC(=O)N1CCC(F)CC1 COc1ccc2c(c1)OCO2 CC(=O)Oc1ccccc1C(=O)O C1CCNC1=O
    COC(=O)C=CNc1ccccc1 C[N+]([O-])(C)C CC(=O)NNC(C)=O CC(C)=NNC(N)=S C12CC1CCC2
    CS(=O)(=O)n1cccc1 CC(=O)Nn1cnnc1 Nn1cnnc1 CP(=O)(OC)OC CS CC(OC)OC(C)=O CCSc1ccccc1
    O=C1C=CC(=O)C=C1 FC(F)Oc1ccccc1 FCOC C1CNCN1
    OB1OCc2ccccc21 CC1(C)OB(c2ccccc2)OC1(C)C COC(=O)C=COC CN(C)C=CC(C)=O CN1C=CC(=O)CC1 C=CCN(C)C CN(C)C(=O)n1cccn1
    CC(=O)n1cccc1 C1=COCCC1 CC=CC(=O)NC CC=Cc1ccccc1 CNC=CC(C)=O NC(N)=C[N+](=O)[O-] COCn1cnnc1 C1CNc2ccccc2N1
"""


@pytest.mark.parametrize("text", ABSURD.split())
def test_absurd_molecules_are_unwanted(text):
    mol = _mol(text)
    assert mol is not None
    assert unwanted(mol)


@pytest.mark.parametrize("text", SANE.split())
def test_sane_molecules_are_not(text):
    assert unwanted(_mol(text)) == []


def test_unwanted_says_why():
    assert unwanted(_mol("CCOOC")) == ["peroxide"]
    assert unwanted(_mol("CC[O]")) == ["radical"]
    assert unwanted(None) == ["unreadable"]


def test_macrocycles_can_be_allowed():
    ring = _mol("C1CCCCCCCCCCCCC1")
    assert unwanted(ring) == ["ring of more than 8 atoms"]
    assert unwanted(ring, macrocycles=True) == []
    assert unwanted(_mol("C1CCCCCCCCC1"), macrocycles=True) == ["ring of more than 8 atoms"]


@pytest.mark.data
def test_few_bought_molecules_are_unwanted(data):
    with gzip.open(data / "generative/zinc250k.smi.gz", "rt", encoding="utf-8") as lines:
        texts = [line.split()[0] for line in lines][::120]
    flagged = [text for text in texts if unwanted(_mol(text))]
    assert len(texts) > 2000
    assert len(flagged) / len(texts) < 0.015


@pytest.mark.data
def test_few_drugs_are_unwanted(data):
    with (data / "admet/reference_drugs/chembl_approved_drugs.csv").open(encoding="utf-8") as table:
        found = {standardize(row["smiles"]).smiles for row in list(csv.DictReader(table))[::3]}
    mols = [mol for mol in map(_mol, found) if 10 <= mol.GetNumHeavyAtoms() <= 60]
    mols = [mol for mol in mols if mol.HasSubstructMatch(Chem.MolFromSmarts("[#6]"))]
    assert len(mols) > 250
    assert sum(bool(unwanted(mol)) for mol in mols) / len(mols) < 0.05
    assert sum(bool(unwanted(mol, macrocycles=True)) for mol in mols) / len(mols) < 0.03
