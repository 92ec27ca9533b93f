import pytest
from rdkit import Chem, rdBase

from pharmakon.core.random import stream
from pharmakon.design import genetic
from pharmakon.design.fragment import joinable, kind, pieces
from pharmakon.design.graph import flat
from pharmakon.design.parts import END, draw_part, edit_part, fill, put, redraw, taken_out

ANILINE = "COc1ccc(NC(=O)c2ccccc2)cc1"


def ends(part):
    return sorted(a.GetIsotope() for a in part.GetAtoms() if a.GetAtomicNum() == END)


@pytest.mark.parametrize("kinds", [["c"], ["c", "Nr"], ["c", "c", "C3"], ["c"] * 5])
def test_a_part_has_an_end_for_each_place(kinds):
    random = stream(0, "ends")
    drawn = [part for _ in range(60) if (part := draw_part(kinds, random)) is not None]
    assert len(drawn) >= 20
    assert len({Chem.MolToSmiles(part) for part in drawn}) >= 15
    for part in drawn:
        assert ends(part) == list(range(1, len(kinds) + 1))


def test_joins_are_usual_ones_unless_none_would_do():
    random = stream(0, "joins")
    for _ in range(40):
        part = draw_part(["O3", "O3"], random)
        for end in [] if part is None else [a for a in part.GetAtoms() if a.GetAtomicNum() == END]:
            assert joinable("O3", kind(end.GetNeighbors()[0], across=end.GetIdx()))
    assert all(draw_part(["B"], random) is None for _ in range(20))
    assert any(draw_part(["B"], random, strict=False) is not None for _ in range(20))


def test_a_piece_taken_out_and_put_back_is_the_molecule():
    mol = flat(ANILINE)
    for piece in pieces(mol):
        back = put(mol, [outside for _, outside in piece.ends], taken_out(mol, piece), leaving=piece.atoms)
        assert Chem.MolToSmiles(back) == Chem.MolToSmiles(mol)


def test_hydrogens_come_back_where_nothing_is_put():
    mol = flat("CCn1cccc1")
    (ethyl,) = (p for p in pieces(mol) if not p.ring)
    bare = put(mol, [ethyl.ends[0][1]], None, leaving=ethyl.atoms)
    assert Chem.MolToSmiles(bare) == "c1cc[nH]c1"
    nitrogen = next(a.GetIdx() for a in bare.GetAtoms() if a.GetAtomicNum() == 7)
    assert Chem.MolToSmiles(put(bare, [nitrogen], taken_out(mol, ethyl))) == "CCn1cccc1"


@pytest.mark.parametrize("name", genetic.OPERATORS)
def test_an_edited_piece_leaves_the_rest_alone(name):
    mol, random = flat(ANILINE), stream(1, name)
    phenyl = next(p for p in pieces(mol) if p.ring and len(p.ends) == 1)
    rest = Chem.MolFromSmarts("[CH3]O[c;D3]1[c;D2][c;D2][c;D3]([NH]C(=O)*)[c;D2][c;D2]1")
    with rdBase.BlockLogs():
        made = [
            edit_part(genetic.OPERATORS[name], mol, phenyl, mate=mol, mates=[phenyl], random=random) for _ in range(40)
        ]
    assert all(child.HasSubstructMatch(rest) for child in made if child is not None)
    assert not any(a.GetAtomicNum() == END for child in made if child is not None for a in child.GetAtoms())


def test_edits_and_draws_make_many_molecules():
    mol, random = flat(ANILINE), stream(2, "many")
    amide = next(p for p in pieces(mol) if not p.ring and len(p.ends) == 2)
    drawn = {Chem.MolToSmiles(m) for _ in range(60) if (m := redraw(mol, amide, random)) is not None}
    filled = {Chem.MolToSmiles(m) for _ in range(60) if (m := fill(mol, [3], random)) is not None}
    assert len(drawn) > 20
    assert len(filled) > 30
    assert all("." not in smiles for smiles in drawn | filled)


def test_equal_seeds_draw_equal_parts():
    one, two = ([draw_part(["c", "c"], stream(3, i)) for i in range(20)] for _ in range(2))
    assert [m and Chem.MolToSmiles(m) for m in one] == [m and Chem.MolToSmiles(m) for m in two]
