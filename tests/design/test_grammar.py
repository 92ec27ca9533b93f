"""A draft knows what it owes, wherever its tokens begin and end, and what may not come next."""

import numpy as np
import pytest
from rdkit import Chem

from pharmakon.design.grammar import ANY, DEEPEST, DIGITS, FREEST, SIZE, VALENCE, Draft, Grammar, features
from pharmakon.design.kekule import kekulized
from pharmakon.design.tokens import END, START, Tokens

SMILES = [
    "CC(C)(C(=O)N[C@@H](CC1=CC=CC=C1)C(=O)O)C1CC2CCC1C2",
    "[13CH3]C(F)(F)[N+](C)(C)C",
    "C%10CCCCC%10C1CC1",
    "[Na+].[O-]C(=O)C(C(C(CCl)))",
    "N1C=CC=C1Br",
    "CS(=O)(=O)C1=C2C=CC=CC2=NN1C#N",
    "CC1CCC=1",
    "CP(=O)(O)OC=1C=CC=CC=1I",
    "F/C=C/B(O)O",
]


def drafted(text):
    draft = Draft()
    draft.add(text)
    return draft


@pytest.mark.parametrize("merges", [0, 60])
def test_a_molecule_owes_nothing_and_all_its_tokens_were_possible(merges):
    tokens = Tokens.learn(SMILES * 3, merges)
    grammar = Grammar(tokens)
    for line in tokens.encode(SMILES):
        draft = drafted("")
        for one in line.tolist():
            assert not grammar.impossible([draft])[0, one]
            draft.add(tokens.texts[one])
        assert not draft.owing
        assert not grammar.impossible([draft])[0, END]


@pytest.mark.parametrize("smiles", SMILES)
def test_atoms_bonds_and_what_is_left_are_those_of_the_molecule(smiles):
    text = kekulized(smiles) if "%" not in smiles else smiles
    draft, mol = drafted(text), Chem.MolFromSmiles(text, sanitize=False)
    assert draft.beside == [{other.GetIdx() for other in atom.GetNeighbors()} for atom in mol.GetAtoms()]
    for atom, free in zip(mol.GetAtoms(), draft.free, strict=True):
        used = sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds())
        valence = {"Cl": 1, "Br": 1, **VALENCE}.get(atom.GetSymbol())
        assert free == valence - used if free <= max(VALENCE.values()) else atom.GetNoImplicit(), (text, atom.GetIdx())


@pytest.mark.parametrize(
    ("text", "within", "branches", "rings", "left"),
    [
        ("CC(C(", "", 2, "", 3),
        ("CC(C(O)", "", 1, "", 2),
        ("C1CC2C1", "", 0, "2", 2),
        ("C[13", "[13", 0, "", 4),
        ("C[13CH2]1", "", 0, "1", ANY - 2),
        ("C%1", "%1", 0, "", 4),
        ("C%12C9", "", 0, "%12 9", 2),
        ("C12CC(C1", "", 1, "2", 2),
        ("C=1C", "", 0, "1", 3),
        ("C=", "", 0, "", 3),
        ("C1#O", "", 0, "1", 0),
    ],
)
def test_what_a_text_owes(text, within, branches, rings, left):
    found = drafted(text)
    assert (found.within, len(found.branches), " ".join(found.rings), found.left) == (within, branches, rings, left)
    assert found.owing


def test_marks_are_those_of_each_place():
    tokens, texts = Tokens(), ("C(C1CCN", "[Na]C=C")
    found = Grammar(tokens).along(np.array([[START, *line] for line in tokens.encode(texts)]))
    assert found.shape == (2, 8, SIZE)
    for at in range(8):
        assert found[:, at].tolist() == features([drafted(text[:at]) for text in texts]).tolist()
    rings = DEEPEST + FREEST + 2
    assert np.flatnonzero(found[0, 4]).tolist() == [1, DEEPEST + 1 + 2, rings]  # at the atom where the ring began
    assert np.flatnonzero(found[0, 5]).tolist() == [1, DEEPEST + 1 + 3, rings]  # at its neighbour
    assert np.flatnonzero(found[0, 6]).tolist() == [1, DEEPEST + 1 + 3, rings, rings + 1]
    assert rings + 2 * len(DIGITS) == SIZE


@pytest.mark.parametrize(
    ("text", "never", "possible"),
    [
        ("C", ")]", "C=#(1[l"),
        ("CO", "l", "C"),
        ("", ")", "C["),
        ("C(C", "", ")C"),
        ("CF", "C=(1[", "."),
        ("CC(=O", "C(1", ")"),
        ("CO", "=#", "C(1"),
        ("C#C", "=#", "CN(1"),
        ("CC=C", "#", "=C"),
        ("C1", "1", "C2"),
        ("C1C", "1", "C2"),
        ("C1CC", "", "12C"),
        ("C[", "", "])"),
    ],
)
def test_what_may_not_come_next(text, never, possible):
    found = Grammar(Tokens()).impossible([drafted("C"), drafted(text)])[1]
    assert found[END] == drafted(text).owing
    assert [character for character in never + possible if found[Tokens().texts.index(character)]] == list(never)


def test_a_token_of_two_marks_is_looked_into():
    of = Tokens().texts.index
    tokens = Tokens([(of(")"), of(")")), (of("("), of("=")), (of("="), of("O"))])
    two_closed, branch, bound = range(len(tokens) - 3, len(tokens))
    found = Grammar(tokens).impossible([drafted(text) for text in ("C(C", "C(C(C", "CO", "CC")])
    assert found[:, two_closed].tolist() == [True, False, True, True]
    assert found[:, branch].tolist() == found[:, bound].tolist() == [False, False, True, False]


def test_a_text_that_cannot_go_on_ends():
    tokens = Tokens()
    at = tokens.texts.index(".")  # what always goes on
    tokens.texts[at] = "C"
    stuck, goes_on = Grammar(tokens).impossible([drafted("C1CF"), drafted("C1CC")])
    assert stuck[END + 1 :].all()
    assert not stuck[END]
    assert goes_on[END]
