"""A stock finds its blocks by what they are and by what they react as."""

import pickle

from rdkit import Chem

from pharmakon.chem.stock import MANY_HALOGENS, MOST_FOUND, Stock, forms

BLOCKS = [
    ("Brc1ccncc1", "B1"),
    ("Clc1ccncc1.Cl", "B2"),
    ("CC1(C)OB(c2ccccc2)OC1(C)C", "B3"),
    ("C[C@H](N)C(=O)OCC", "B4"),
    ("nonsense", "B5"),
    ("O=C(Cl)c1ccccc1", "B6"),
    ("C[C@@H](N)C(=O)OCC", "B7"),
]


def canonical(smiles):
    return Chem.CanonSmiles(smiles)


def test_a_block_is_found_by_its_flat_structure_with_its_id():
    stock = Stock.of(BLOCKS)
    assert len(stock) == 6
    assert stock.find(canonical("Brc1ccncc1")) == [("Brc1ccncc1", "B1")]
    assert stock.find(canonical("CCOC(=O)C(C)N")) == [(canonical("CCOC(=O)C(C)N"), "B4")]  # the first of two isomers
    assert stock.find("CCO") == []
    assert "CCO" not in stock


def test_a_block_is_found_by_what_it_reacts_as():
    stock = Stock.of(BLOCKS)
    assert [name for _, name in stock.find(canonical("[At]c1ccncc1"))] == ["B1", "B2"]
    assert [name for _, name in stock.find(canonical("OB(O)c1ccccc1"))] == ["B3"]
    assert [name for _, name in stock.find(canonical("COC(=O)C(C)N"))] == ["B4"]
    assert [name for _, name in stock.find(canonical("OC(=O)c1ccccc1"))] == ["B6"]
    assert canonical("[At]c1ccncc1") in stock
    assert "CCC[At]" in Stock.of([("CCCOS(=O)(=O)c1ccc(C)cc1", "tosylate")])
    assert "CCC[At]" not in Stock.of([("CCCOS(=O)(=O)c1ccc(B(O)O)cc1", "odd")])


def test_a_stock_survives_pickling():
    stock = pickle.loads(pickle.dumps(Stock.of(BLOCKS)))  # noqa: S301  our own bytes
    assert list(stock) == list(Stock.of(BLOCKS))
    assert stock.find("Brc1ccncc1") == [("Brc1ccncc1", "B1")]


def test_a_stock_of_nothing_has_nothing():
    stock = Stock.of([])
    assert len(stock) == 0
    assert stock.find("C") == []
    assert "C" not in stock


def test_forms_count_each_halogen_and_pairs():
    assert forms(canonical("Clc1ccc(Br)cc1")) == set(
        map(canonical, ["Clc1ccc(Br)cc1", "[At]c1ccc(Br)cc1", "Clc1ccc([At])cc1", "[At]c1ccc([At])cc1"])
    )
    assert forms("FC(F)F") == {"FC(F)F"}  # fluorine leaves only an arene
    many = "C" + "C(Cl)" * (MANY_HALOGENS + 1) + "C"
    assert forms(canonical(many)) == {canonical(many)}


def test_no_structure_has_more_blocks_than_a_route_would_try():
    many = Stock.of([(f"CC1(C)OB(c2ccccc2)OC1(C){'C' * n}", f"B{n}") for n in range(1, 20)])
    assert len(many.find(canonical("OB(O)c1ccccc1"))) == MOST_FOUND
