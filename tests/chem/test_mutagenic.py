"""Mutagenic alerts: each hits what it is for and spares what it should."""

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.mutagenic import mutagenic_alerts, mutagenic_table, site, surroundings

HITS = {
    "aromatic nitro": "O=[N+]([O-])c1ccccc1",
    "cyclic nitroalkene": "O=[N+]([O-])C1=Cc2ccccc2C1",
    "aromatic amine": "Nc1ccc(-c2ccccc2)cc1",
    "heterocyclic amine of the food mutagen type": "Cn1c(N)nc2c1ccc1ncccc12",
    "N-methyl aromatic amine": "CNc1ccccc1",
    "N-aryl hydroxylamine or its ester": "CC(=O)ON(C(C)=O)c1ccc2c(c1)Cc1ccccc1-2",
    "N-acetyl amine of a biaryl or fused ring": "CC(=O)Nc1ccc2c(c1)Cc1ccccc1-2",
    "N-nitroso": "CN(C)N=O",
    "C-nitroso": "O=Nc1ccccc1",
    "N-nitro": "CN(C)[N+](=O)[O-]",
    "alkyl nitrite": "CCON=O",
    "aromatic azo": "c1ccc(N=Nc2ccccc2)cc1",
    "alkyl-azoxy": "CN=[N+](C)[O-]",
    "aromatic azoxy": "[O-][N+](c1ccccc1)=Nc1ccccc1",
    "triazene": "CN(C)N=Nc1ccccc1",
    "diazo or diazonium": "N#[N+]c1ccccc1",
    "azide": "[N-]=[N+]=NCCO",
    "hydrazine": "CNN",
    "quinoxaline di-N-oxide": "[O-][n+]1cc[n+]([O-])c2ccccc21",
    "N-halamine": "ClN1CCCCC1",
    "ester of a sulfonic or sulfuric acid": "COS(C)(=O)=O",
    "methyl phosphate": "COP(=O)(OC)OC",
    "epoxide": "C1OC1c1ccccc1",
    "aziridine": "C1NC1",
    "nitrogen or sulfur mustard": "CN(CCCl)CCCl",
    "alkyl bromide or iodide": "CCBr",
    "primary alkyl chloride": "CCCCCl",
    "geminal dihalide": "CC(Cl)Cl",
    "benzotrihalide": "ClC(Cl)(Cl)c1ccccc1",
    "haloalkene": "C=CCl",
    "acyl halide": "CN(C)C(=O)Cl",
    "strained lactone or sultone": "O=C1CCO1",
    "unsaturated aldehyde or glyoxal": "C=CC=O",
    "quinone": "O=C1C=CC(=O)C=C1",
    "peroxide": "CC(C)(C)OO",
    "polycyclic aromatic with a bay": "c1ccc2c(c1)ccc1ccccc12",
    "fused five- and six-membered polycyclic aromatic": "C1=Cc2cccc3cccc1c23",
    "linear polycyclic aromatic": "c1ccc2cc3ccccc3cc2c1",
    "furocoumarin": "O=c1ccc2cc3ccoc3cc2o1",
    "bisfuran": "C1=COC2Oc3ccccc3C12",
    "alkyl carbamate": "CCOC(N)=O",
    "N-methylol": "CN(C)CO",
}
SPARED = {
    "water": "O",
    "ethanol": "CCO",
    "aspirin": "CC(=O)Oc1ccccc1C(=O)O",
    "paracetamol, an amide of one ring": "CC(=O)Nc1ccc(O)cc1",
    "sulfanilamide, its amine tamed by a sulfonyl": "Nc1ccc(S(N)(=O)=O)cc1",
    "adenine": "Nc1ncnc2nc[nH]c12",
    "dodecyl sulfate, a monoester": "CCCCCCCCCCCCOS(=O)(=O)O",
    "topiramate-like sulfamate": "NS(=O)(=O)OCC1CCCO1",
    "isobutyranilide of a biphenyl": "CC(C)C(=O)Nc1ccc(-c2ccccc2)cc1",
    "2-aminopyrimidine": "Nc1ncccn1",
    "naphthalene": "c1ccc2ccccc2c1",
    "benzoic hydrazide is no free hydrazine": "NNC(=O)c1ccccc1",
    "butyrolactone": "O=C1CCCO1",
    "benzaldehyde": "O=Cc1ccccc1",
    "chlorobenzene": "Clc1ccccc1",
    "tert-butyl ester": "CC(=O)OC(C)(C)C",
}


def test_every_alert_has_a_molecule_to_hit():
    assert [*HITS] == [*mutagenic_table()]


@pytest.mark.parametrize("name", HITS)
def test_an_alert_hits_its_molecule(name):
    assert name in [alert.name for alert in mutagenic_alerts(Chem.MolFromSmiles(HITS[name]))]


@pytest.mark.parametrize("name", SPARED)
def test_a_harmless_molecule_is_spared(name):
    assert mutagenic_alerts(Chem.MolFromSmiles(SPARED[name])) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("O=C(Cl)Cl", "acyl halide"),
        ("COCOS(C)(=O)=O", "ester of a sulfonic or sulfuric acid"),
        ("C1COC2Oc3ccccc3C12", "bisfuran"),
        ("ClCCS(=O)(=O)CC", "primary alkyl chloride"),
    ],
)
def test_what_a_reviewer_asked_about(text, name):
    found = [alert.name for alert in mutagenic_alerts(Chem.MolFromSmiles(text))]
    assert name in found
    assert "nitrogen or sulfur mustard" not in found


def test_azoxybenzene_is_not_of_the_cohort_of_concern():
    found = mutagenic_alerts(Chem.MolFromSmiles(HITS["aromatic azoxy"]))
    assert [alert.name for alert in found] == ["aromatic azoxy"]


def test_an_alert_names_all_its_atoms():
    (alert,) = mutagenic_alerts(Chem.MolFromSmiles("CN(C)N=O"))
    assert alert.atoms == (1, 3, 4)


@pytest.mark.parametrize("name", mutagenic_table())
def test_an_alert_says_why_and_who(name):
    row = mutagenic_table()[name]
    assert len(row["mechanism"]) > 10
    assert set(row["source"].split("; ")) <= {"Ashby 1991", "Kazius 2005", "Benigni 2008"}


def test_the_cohort_of_concern_is_marked():
    marked = {name for name, row in mutagenic_table().items() if row["cohort"]}
    assert marked == {"N-nitroso", "alkyl-azoxy", "bisfuran"}


def test_equal_surroundings_have_equal_hashes_in_any_molecule():
    ethanol, propanol = (surroundings(Chem.MolFromSmiles(text)) for text in ("CCO", "OCCC"))
    assert ethanol.shape == (3,)
    assert ethanol[2] == propanol[0]  # the hydroxyl oxygen on a CH2
    assert ethanol[0] == propanol[3]
    assert ethanol[1] not in propanol


def test_a_wider_look_tells_more_apart():
    one, other = (surroundings(Chem.MolFromSmiles(text), radius=2) for text in ("CCCO", "CCCN"))
    assert one[1] != other[1]  # the carbon two bonds from what differs
    near, far = (surroundings(Chem.MolFromSmiles(text)) for text in ("CCCO", "CCCN"))
    assert near[1] == far[1]


def test_the_site_of_an_alert_is_its_ring_system():
    mol = Chem.MolFromSmiles("Nc1ccc2ccccc2c1CCc1ccccc1")
    (alert,) = [found for found in mutagenic_alerts(mol) if found.name == "aromatic amine"]
    atoms = site(mol, alert)
    assert len(atoms) == 11  # the amine and the naphthalene, not the distant phenyl ring


def test_every_atom_has_surroundings():
    for text in ("C", "c1ccccc1", "CC(C)(C)C", "[Na+].[Cl-]", HITS["bisfuran"]):
        assert np.all(surroundings(Chem.MolFromSmiles(text)) != 0)
