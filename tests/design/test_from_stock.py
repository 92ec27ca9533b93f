"""A search that asks for routes is fed with molecules that have one, says how they were made, and can be resumed."""

import pytest

from pharmakon.chem.parse import to_mol
from pharmakon.chem.routes import RouteFinder, Step
from pharmakon.chem.stock import Stock
from pharmakon.design import lineage
from pharmakon.design.from_stock import FromStock, StockHits, StockSearch, in_turn, told
from pharmakon.design.hits import HitSettings
from pharmakon.design.lineage import Evaluation, Record
from pharmakon.design.propose import replay
from pharmakon.design.settings import Settings
from pharmakon.design.strangers import Strangers

BLOCKS = [
    *(f"OC(=O)c1ccc({arm})cc1" for arm in ("F", "Br", "OC", "C#N", "C(F)(F)F")),
    *("C1COCCN1", "NCc1ccccc1", "CC(C)N", "Nc1ccncc1", "CC(C)(C)OC(=O)N1CCNCC1", "OB(O)c1cccnc1"),
]
STOCK = Stock.of([(text, f"B{i}") for i, text in enumerate(BLOCKS)])
FINDER, AT_HAND = RouteFinder(STOCK, steps=2, expansions=20), {smiles for smiles, _ in STOCK}


def small(mol):
    return 8 <= mol.GetNumHeavyAtoms() <= 30


def evaluate(smiles):
    """The more nitrogen the better, of what has a route."""
    found = [FINDER.find(to_mol(text)) is not None for text in smiles]
    return [
        Evaluation(text.upper().count("N") / len(text) if has else -0.998, has)
        for text, has in zip(smiles, found, strict=True)
    ]


def search(journal=None, calls=60, **more):
    made = FromStock(FINDER, small, seed=0)
    settings = Settings(calls=calls, batch=10, initial=20, proposals=4, generations=2, parents=20, points=40)
    return StockSearch(evaluate, settings, start=made.begin(20), policy=made, made=made, journal=journal, **more)


@pytest.fixture(scope="module")
def whole(memory):
    found = search(memory())
    found.run()
    return found


def test_the_start_is_made_of_the_stock_and_seeded():
    first = FromStock(FINDER, small, seed=0).begin(20)
    assert len(set(first)) == 20
    assert first == FromStock(FINDER, small, seed=0).begin(20) != FromStock(FINDER, small, seed=1).begin(20)
    assert all(small(to_mol(text)) and text not in FINDER.stock for text in first)


def test_visitors_are_new_and_follow_from_the_batch_and_the_calls():
    made = FromStock(FINDER, small, seed=0)
    records = [Record(text, Evaluation(0.5), (), 0, i + 1) for i, text in enumerate(made.begin(20))]
    shown = [to_smiles(FromStock(FINDER, small, seed=0).visitors(batch, records)) for batch in (3, 3, 4)]
    assert shown[0] == shown[1] != shown[2]
    assert not {*shown[0]} & {record.smiles for record in records}
    assert len(shown[0]) == len({*shown[0]}) > 20
    assert to_smiles(made.visitors(3, records)) == shown[0]  # whatever it was asked before


def test_a_policy_sends_visitors_too():
    class Other:
        def visitors(self, batch, records):
            return Strangers(["CCCCCCCCO"])

    assert "CCCCCCCCO" in to_smiles(FromStock(FINDER, small, seed=0, policy=Other()).visitors(1, []))


def to_smiles(strangers):
    from rdkit import Chem

    return [Chem.MolToSmiles(mol) for mol in strangers.views.mols]


def test_the_search_goes_on_finding_molecules_with_a_route(whole):
    later = [record for record in whole.archive if record.call > 20]
    assert sum(record.evaluation.feasible for record in later) > len(later) / 4
    assert any(record.call > 20 for record in whole.archive.ranked()[:10])


def test_records_say_of_which_blocks_and_can_be_made_again(whole):
    first = [record for record in whole.archive if record.batch < 2]
    assert all({*record.parents} <= AT_HAND and record.steps for record in first)
    steps = [step for record in whole.archive for step in record.steps]
    assert all(replay(step) == step.child for step in steps)
    outside = {text for record in whole.archive for text in record.parents if text not in whole.archive}
    assert outside <= AT_HAND


@pytest.mark.parametrize("batches", [1, 4])
def test_a_resumed_search_goes_on_with_the_same_bytes(whole, memory, batches):
    again = memory(whole.journal.entries[:batches])
    search(again).run()
    assert again.entries == whole.journal.entries


def test_many_hits_are_looked_for_among_them_too():
    made = FromStock(FINDER, small, seed=0)
    first = made.begin(60)
    settings = HitSettings(calls=40, batch=10, initial=20, proposals=4, generations=2, parents=20, points=40, hit=0.01)
    found = StockHits(evaluate, settings, start=first[:20], strangers=first, policy=made, made=made)
    found.run()
    assert found.found()
    assert any(record.evaluation.feasible and record.steps for record in found.archive if record.call > 20)


def test_reactions_as_steps_of_a_lineage():
    amide = Step("amide coupling", ("OC(=O)c1ccc(Br)cc1", "C1COCCN1"), "O=C(c1ccc(Br)cc1)N1CCOCC1")
    suzuki = Step("Suzuki coupling", ("O=C(c1ccc(Br)cc1)N1CCOCC1", "OB(O)c1cccnc1"), "O=C(c1ccc(-c2cccnc2)cc1)N1CCOCC1")
    one, two = told((amide, suzuki))
    assert one == lineage.Step(amide.product, *amide.reactants, ("amide coupling",), 0)
    assert (two.parent, two.mate, two.draw) == (amide.product, "OB(O)c1cccnc1", 0)
    assert lineage.roots((one, two)) == (*amide.reactants, "OB(O)c1cccnc1")
    turned = told((Step("amide", ("A", "B"), "C"), Step("other", ("D", "C"), "E"), Step("last", ("E",), "F")))
    assert [(step.parent, step.mate, step.draw) for step in turned] == [("A", "B", 0), ("C", "D", 1), ("E", "", 0)]


def test_two_lists_take_turns():
    assert in_turn(["a", "b"], ["x", "y", "z"]) == ["a", "x", "b", "y", "z"]
