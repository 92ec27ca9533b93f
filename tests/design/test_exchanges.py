"""Groups exchanged as matched pairs show, and edits seen as exchanges."""

import numpy as np
from rdkit import Chem

from pharmakon.chem.matched_pairs import HYDROGEN
from pharmakon.design.edits import edits
from pharmakon.design.exchanges import exchanged, exchanges
from pharmakon.explain.difference import marked

TOLUENE = "Cc1ccccc1"


def test_each_group_is_exchanged_by_what_it_is_said_to_be():
    start = marked(Chem.MolFromSmiles(TOLUENE))
    said = {"*C": ["*F", HYDROGEN], HYDROGEN: ["*Cl"]}
    found = {Chem.MolToSmiles(one.mol) for one in exchanges(start, lambda group: said.get(group, []))}
    assert {"Fc1ccccc1", "c1ccccc1", "Cc1ccc(Cl)cc1", "Cc1cccc(Cl)c1", "Cc1ccccc1Cl", "ClCc1ccccc1"} == found


def test_an_edit_is_seen_as_the_exchange_of_the_smallest_group():
    start = marked(Chem.MolFromSmiles("COc1ccc(CC)cc1"))
    done = [e for e in edits(start, np.zeros(10)) if e.kind in {"removal", "addition", "atom"}]
    ways = {Chem.MolToSmiles(e.mol): list(exchanged(start, e.mol)) for e in done}
    assert ways[Chem.CanonSmiles("COc1ccc(C)cc1")][0] == ("*C", HYDROGEN)
    assert ways[Chem.CanonSmiles("COc1ccc(CC)cc1F")][0] == (HYDROGEN, "*F")
    assert ("*OC", HYDROGEN) in ways[Chem.CanonSmiles("CCc1ccccc1")]
    assert ways[Chem.CanonSmiles("COc1ccc(CC)nc1")] == []
