from pharmakon.chem.scaffolds import scaffold
from pharmakon.design.lineage import Evaluation, Part, Record
from pharmakon.design.selection import by_front, select

SMILES = ["CCOc1ccccc1", "CCCOc1ccccc1", "CCCCOc1ccccc1", "CC(C)NC1CCNCC1", "O=C(O)c1ccncc1", "OCC1CCCO1"]


def record(i, *grades, feasible=True):
    parts = {f"g{k}": Part(g, g, g, True, g) for k, g in enumerate(grades)}
    return Record(SMILES[i], Evaluation(sum(grades) if feasible else -0.5, feasible, parts), (), 0, i + 1)


def test_the_first_that_differ_and_are_feasible():
    records = [record(i, 0.5, feasible=i != 3) for i in range(6)]
    assert [r.call for r in select(records, 6, max_similarity=1.0)] == [1, 2, 3, 5, 6]
    assert [r.call for r in select(records, 6, max_similarity=0.4)] == [1, 5, 6]
    assert [r.call for r in select(records, 2, max_similarity=0.4)] == [1, 5]


def test_a_scaffold_has_its_share():
    kept = select([record(i, 0.5) for i in range(6)], 6, max_similarity=1.0, per_scaffold=2)
    assert [scaffold_of(r) for r in kept].count(scaffold_of(record(0, 1))) == 2


def scaffold_of(found):
    from rdkit import Chem

    return scaffold(Chem.MolFromSmiles(found.smiles))


def test_front_by_front_from_the_middle_outwards():
    records = [record(0, 0.6, 0.6), record(1, 0.9, 0.1), record(2, 0.5, 0.5), record(3, 0.2, 0.8)]
    order, front = by_front([*records, record(4, 1, 1, feasible=False)], ["g0", "g1"])
    assert [r.call for r in order] == [1, 2, 4, 3]
    assert [front[r.smiles] for r in order] == [1, 1, 1, 2]
