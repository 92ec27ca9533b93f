"""What is put together from blocks is what its steps make, and no step gives a chemical weapon."""

import pytest

from pharmakon.chem.forwards import Bench, reacts
from pharmakon.chem.parse import to_mol
from pharmakon.chem.reactions import reaction
from pharmakon.chem.routes import RouteFinder
from pharmakon.chem.stock import Stock
from pharmakon.core.random import stream

ACIDS = [f"OC(=O)c1ccc({arm})cc1" for arm in ("F", "Br", "OC", "C#N", "C(F)(F)F")]
AMINES = ["C1COCCN1", "NCc1ccccc1", "CC(C)N", "Nc1ccncc1", "CC(C)(C)OC(=O)N1CCNCC1"]
STOCK = Stock.of([(text, f"B{i}") for i, text in enumerate([*ACIDS, *AMINES, "OB(O)c1cccnc1"])])
BLOCKS = [smiles for smiles, _ in STOCK]


@pytest.fixture(scope="module")
def drawn():
    random, bench = stream(0, "test"), Bench(BLOCKS)
    return [made for _ in range(60) if (made := bench.draw(random))]


def sound(made):
    """Whether every step gives its product, of blocks and of what was made before."""
    at_hand = set(BLOCKS)
    for step in made:
        if not at_hand.issuperset(step.reactants) or step.product not in reaction(step.reaction).forward(
            step.reactants
        ):
            return False
        at_hand.add(step.product)
    return True


def test_drawn_molecules_come_out_of_their_steps(drawn):
    assert {len(made) for made in drawn} == {1, 2, 3}
    assert all(map(sound, drawn))
    random, bench = stream(0, "test"), Bench(BLOCKS)
    assert [made for _ in range(60) if (made := bench.draw(random))] == drawn


def test_most_are_found_by_the_search_for_routes_in_as_few_reactions(drawn):
    finder = RouteFinder(STOCK)
    routes = [finder.find(to_mol(made[-1].product)) for made in drawn]
    assert sum(route is not None for route in routes) > 0.9 * len(drawn)
    assert all(len(r.steps) <= len(made) for r, made in zip(routes, drawn, strict=True) if r is not None)


def test_a_block_is_exchanged_for_another_that_fits(drawn):
    random, bench = stream(1, "test"), Bench(BLOCKS)
    pairs = [(made, other) for made in drawn for _ in range(5) if (other := bench.swapped(made, random))]
    assert len(pairs) > len(drawn)
    for made, other in pairs:
        assert sound(other)
        assert [step.reaction for step in other] == [step.reaction for step in made]
        assert other != made
    assert bench.swapped((), random) == ()


def test_one_more_reaction_as_long_as_there_may_be_one(drawn):
    random, bench = stream(2, "test"), Bench(BLOCKS, steps=2)
    grown = [(made, bench.grown(made, random)) for made in drawn]
    assert all(not longer for made, longer in grown if len(made) >= 2)
    longer = [(made, more) for made, more in grown if more]
    assert longer
    assert all(more[:-1] == made and sound(more) for made, more in longer)


def test_nothing_scheduled_is_used_or_made():
    mustard, amine = "ClCCSCCCl", "C1COCCN1"
    assert Bench([mustard, amine, "what"]).blocks == [amine]
    assert Bench([]).draw(stream(0, "test")) == ()
    assert Bench(["CC"]).draw(stream(0, "test")) == ()


def test_a_molecule_takes_part_where_it_has_the_site():
    couple = reaction("amide coupling")
    assert reacts(couple, 0, ACIDS[0]) and not reacts(couple, 1, ACIDS[0])
