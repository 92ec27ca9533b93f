import json
import math

import pytest

from pharmakon.core.errors import RecordError, UnknownName
from pharmakon.design.lineage import Archive, Evaluation, Part, Record, Step, ancestry, from_entry, to_entry


def record(smiles, call, score=0.5, parents=(), **more):
    steps = (Step(smiles, parents[0], "".join(parents[1:]), ("cross",), 5),) if parents else ()
    return Record(smiles, Evaluation(score, **more), steps, call // 10, call)


def archive(*records):
    made = Archive()
    for r in records:
        made.add(r)
    return made


def test_an_entry_comes_back_bit_for_bit():
    part = Part(value=0.1 + 0.2, low=math.nan, high=math.inf, in_domain=True, desirability=1 / 3)
    one = record("CCO", 1, 1 / 7, parts={"potency": part})
    two = record("CCN", 2, -0.25, ["CCO"], feasible=False)
    back = from_entry(json.loads(json.dumps(to_entry(0, [one, two]), allow_nan=False)))
    assert back[1] == two
    assert back[0].score == one.score
    found = back[0].evaluation.parts["potency"]
    assert (found.value, found.desirability, found.in_domain) == (part.value, part.desirability, True)
    assert math.isnan(found.low)


def test_why_a_scorer_gave_nothing_is_kept_and_takes_no_room_where_it_gave_something():
    failed = Part(math.nan, math.nan, math.nan, False, 1e-6, "no pose")
    one = record("CCO", 1, -1.0, parts={"dock": failed, "mw": Part(1.0, 1.0, 1.0, True, 1.0)})
    entry = json.loads(json.dumps(to_entry(0, [one]), allow_nan=False))
    assert "problem" not in entry["molecules"][0]["parts"]["mw"]
    (back,) = from_entry(entry)
    assert [part.problem for part in back.evaluation.parts.values()] == ["no pose", ""]


def test_a_damaged_entry_is_named():
    entry = to_entry(3, [record("CCO", 1)])
    del entry["molecules"][0]["score"]
    with pytest.raises(RecordError, match="batch 3"):
        from_entry(entry)


def test_archive_holds_each_molecule_once_in_order_and_ranked():
    made = archive(record("C", 1, 0.2), record("CC", 2, 0.9), record("CCC", 3, 0.9))
    assert [r.smiles for r in made] == ["C", "CC", "CCC"]
    assert [r.smiles for r in made.ranked()] == ["CC", "CCC", "C"]
    assert "CC" in made
    assert made["CC"].call == 2
    with pytest.raises(RecordError, match="twice"):
        made.add(record("C", 4))
    with pytest.raises(UnknownName):
        made["CCCC"]


def test_parents_and_operators_are_read_off_the_steps():
    steps = (
        Step("B", "A", "stranger", ("cross",), 1),
        Step("D", "C", "", ("swap_atom", "add_atom"), 2),
        Step("E", "B", "D", ("cross_rings",), 3),
    )
    made = Record("E", Evaluation(0.5), steps, 0, 1)
    assert made.parents == ("A", "stranger", "C")
    assert made.operators == ("cross", "cross_rings")
    assert record("C", 1).parents == record("C", 1).operators == ()
    lone = archive(record("A", 1), record("C", 2), Record("E", Evaluation(0.5), steps, 0, 3))
    assert [r.smiles for r in ancestry(lone, "E")] == ["E", "C", "A"]  # what was not evaluated has no record


def test_ancestry_goes_back_to_the_start():
    made = archive(
        record("C", 1), record("N", 2), record("CN", 3, 0.5, ["C", "N"]), record("O", 4), record("CNC", 5, 0.5, ["CN"])
    )
    assert [r.smiles for r in ancestry(made, "CNC")] == ["CNC", "CN", "N", "C"]
    assert [r.smiles for r in ancestry(made, "O")] == ["O"]
