"""A route is found where there is one, proven forwards, and never told for a chemical weapon."""

import json
import pickle

import pytest
from rdkit import Chem

from pharmakon.chem.reactions import reaction
from pharmakon.chem.routes import Block, Route, RouteFinder, Step, find_route
from pharmakon.chem.stock import Stock

STOCK = Stock.of(
    [
        ("OC(=O)c1ccc(Br)cc1", "acid"),
        ("C1COCCN1", "morpholine"),
        ("OB(O)c1cccnc1", "boron"),
        ("CC(C)(C)OC(=O)N1CCNCC1", "Boc-piperazine"),
        ("COC(=O)c1ccc(C=O)cc1", "formyl ester"),
        ("Nc1ccccc1", "aniline"),
        ("CC(=O)O", "acetic acid"),
    ]
)


def mol(smiles):
    return Chem.MolFromSmiles(smiles)


def check(route: Route, stock: Stock) -> None:
    """What a witness must be: steps that work, from blocks of the stock, to the target."""
    have = {block.smiles for block in route.blocks}
    assert all(block in dict.fromkeys(Block(*found) for found in stock) for block in route.blocks)
    for step in route.steps:
        assert set(step.reactants) <= have
        assert step.product in reaction(step.reaction).forward(step.reactants)
        have.add(step.product)
    assert route.target in have


@pytest.mark.parametrize(
    ("target", "steps"),
    [
        ("O=C(c1ccc(Br)cc1)N1CCOCC1", ["amide coupling"]),
        ("O=C(c1ccc(-c2cccnc2)cc1)N1CCOCC1", None),
        ("CC(=O)N1CCNCC1", ["amide coupling", "Boc removal"]),
        ("O=C(Nc1ccccc1)c1ccc(CN2CCOCC2)cc1", None),
    ],
)
def test_a_route_is_found_and_is_a_witness(target, steps):
    route = find_route(mol(target), STOCK)
    assert route is not None
    assert len(route.steps) <= 3
    check(route, STOCK)
    if steps:
        assert [step.reaction for step in route.steps] == steps


def test_what_is_in_stock_needs_no_step():
    route = find_route(mol("C1COCCN1"), STOCK)
    assert route == Route("C1COCCN1", (), (Block("C1COCCN1", "morpholine"),))
    assert route.depth == 0
    assert str(route) == "in stock: C1COCCN1 (morpholine)"


def test_no_route_is_none():
    assert find_route(mol("CC12CCC(CC1)C2(C)C"), STOCK) is None
    assert find_route(None, STOCK) is None
    three = mol("O=C(Nc1ccccc1)c1ccc(CN2CCOCC2)cc1")
    assert find_route(three, STOCK, steps=2) is None
    assert find_route(three, STOCK, expansions=1) is None
    assert find_route(mol("CCO"), Stock.of([])) is None


def test_astatine_is_no_block_and_no_intermediate():
    route = find_route(mol("O=C(c1ccc(-c2cccnc2)cc1)N1CCOCC1"), STOCK)
    assert "At" not in str(route)
    assert "Br" in str(route)


def test_a_step_that_would_not_be_clean_is_no_route():
    stock = Stock.of([("NCc1ccc(C(=O)O)cc1", "amino acid"), ("C1COCCN1", "morpholine")])
    assert find_route(mol("NCc1ccc(C(=O)N2CCOCC2)cc1"), stock) is None


def test_a_plan_that_fails_does_not_hide_another_with_the_same_reactants():
    stock = Stock.of([("Fc1cc(Br)ccn1", "halide"), ("CC(C)(C)OC(=O)N1CCC(c2ccccc2)CC1", "amine")])
    route = find_route(mol("Fc1cc(N2CCC(c3ccccc3)CC2)ccn1"), stock)  # by SNAr the fluorine would leave
    assert [step.reaction for step in route.steps] == ["Boc removal", "Buchwald-Hartwig amination"]


def test_stereochemistry_is_left_out():
    stock = Stock.of([("C[C@H](N)c1ccccc1", "amine"), ("CC(=O)O", "acid")])
    route = find_route(mol("C[C@@H](NC(C)=O)c1ccccc1"), stock)
    assert route is not None
    assert "@" not in str(route)


def test_lines_depth_and_data():
    route = find_route(mol("CC(=O)N1CCNCC1"), STOCK)
    assert route.depth == 2
    assert len(route.lines) == 2
    assert "(acetic acid)" in route.lines[0]
    assert route.steps[0].conditions == reaction("amide coupling").conditions
    assert Route.of(json.loads(json.dumps(route.plain()))) == route
    parallel = Route("D", (Step("x", ("a", "b"), "C"), Step("x", ("a", "b"), "E"), Step("x", ("C", "E"), "D")), ())
    assert parallel.depth == 2


def test_what_was_asked_before_changes_no_answer():
    targets = ["O=C(c1ccc(-c2cccnc2)cc1)N1CCOCC1", "O=C(Nc1ccccc1)c1ccc(CN2CCOCC2)cc1", "CC(=O)N1CCNCC1", "CCCCCC"]
    fresh = [RouteFinder(STOCK, expansions=20).find(mol(text)) for text in targets]
    one = RouteFinder(STOCK, expansions=20)
    again = [one.find(mol(text)) for text in reversed(targets)][::-1]
    assert fresh == again == [pickle.loads(pickle.dumps(one)).find(mol(text)) for text in targets]  # noqa: S301  our own bytes


def test_no_route_to_a_scheduled_chemical_nor_by_one():
    vx = "CCOP(C)(=O)SCCN(C(C)C)C(C)C"
    mustard = "CN(CCCl)CCCl"  # HN2, and a stock that sells it
    stock = Stock.of([(vx, "x"), (mustard, "y"), ("CNCCCl", "z")])
    assert find_route(mol(vx), stock) is None
    assert find_route(mol(mustard), stock) is None
    thiodiglycol = Stock.of([("OCCSCCO", "precursor"), ("CC(=O)O", "acetic acid")])
    assert find_route(mol("CC(=O)OCCSCCO"), thiodiglycol) is None
    assert find_route(mol("CC(=O)OCCSCC"), Stock.of([("OCCSCC", "allowed"), ("CC(=O)O", "acetic acid")])) is not None
