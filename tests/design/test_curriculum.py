import json

import pytest

from pharmakon.design.curriculum import Curriculum, Stage
from pharmakon.design.lineage import ancestry
from pharmakon.design.objective import Goal, Objective
from pharmakon.design.optimise import Optimiser
from pharmakon.design.settings import Settings

QUICK = Settings(calls=1, batch=10, initial=20, proposals=4, generations=2, parents=20, points=40)
START = ("COc1cc2ncnc(Nc3cccc(Cl)c3)c2cc1OC", "O=C(Nc1ccc(F)cc1)C1CCN(S(=O)(=O)C)CC1", "Cc1c[nH]c2ccc(CNC)cc12")
OBJECTIVES = [
    Objective([Goal(property="mw", want="300..350")]),
    Objective([Goal(property="mw", want="300..350"), Goal(property="tpsa", want="80..90")]),
]


TWO = (Stage(calls=40), Stage(calls=40))


def course(journal, stages=TWO):
    def search(number, settings, start, mine):
        made = OBJECTIVES[number]
        return Optimiser(made.evaluate, settings, start=start, prefilter=made.sieve, journal=mine)

    made = Curriculum(stages, QUICK, search, journal=journal)
    made.run(START)
    return made


@pytest.fixture(scope="module")
def whole(memory):
    return course(memory())


def test_calls_and_batches_run_through_and_name_their_stage(whole):
    entries = whole.journal.entries
    assert [e["batch"] for e in entries] == list(range(8))
    assert [e["stage"] for e in entries] == [1] * 4 + [2] * 4
    assert [m["call"] for e in entries for m in e["molecules"]] == list(range(1, 81))
    assert [r.call for r in whole.records] == list(range(1, 81))


def test_a_stage_begins_with_the_best_of_the_one_before_scored_anew(whole):
    first, second = (stage.search for stage in whole.finished)
    carried = [r for r in second.archive if r.smiles in first.archive and r.batch < 2]
    best = [r.smiles for r in first.designs(20)]
    assert [r.smiles for r in carried][: len(best)] == best
    for record in carried:
        assert set(record.evaluation.parts) == {"mw", "tpsa"}
        assert set(first.archive[record.smiles].evaluation.parts) == {"mw"}


def test_lineage_runs_through_the_stages(whole):
    archive = whole.lineage()
    assert len(archive) == len({r.smiles for r in whole.records})
    starts = {r.smiles for r in archive if not r.parents}
    assert starts <= {r.smiles for r in whole.finished[0].records[:3]}
    through = 0
    for record in whole.ranked():
        line = ancestry(archive, record.smiles)
        assert line[-1].smiles in starts
        assert all(archive[p].call < r.call for r in line for p in r.parents)
        through += line[0].call > 40 >= line[-1].call
    assert through > 10
    scored = {r.smiles: r.score for r in whole.finished[1].records}
    assert all(archive[s].score == score for s, score in scored.items())


@pytest.mark.parametrize("after", [2, 5])
def test_killed_in_any_stage_and_resumed_it_is_the_same(whole, after, memory):
    cut = memory(dies_after=after)
    with pytest.raises(KeyboardInterrupt):
        course(cut)
    resumed = course(memory(cut.entries))
    assert json.dumps(resumed.journal.entries) == json.dumps(whole.journal.entries)
    assert resumed.records == whole.records


def test_a_stage_ends_early_when_its_ten_best_are_good_enough(memory):
    made = course(memory(), stages=(Stage(calls=40, until=0.3), Stage(calls=20)))
    first = made.finished[0].records
    assert 10 <= len(first) < 40
    assert sum(sorted(r.score for r in first)[-10:]) / 10 >= 0.3
    assert sum(sorted(r.score for r in first[:-10])[-10:]) / 10 < 0.3
    assert len(made.finished[1].records) == 20


def test_without_stages_it_is_the_plain_search(memory):
    journal, plain = memory(), memory()
    settings = QUICK.model_copy(update={"calls": 30})
    made = Curriculum(
        (),
        settings,
        lambda n, s, start, mine: Optimiser(OBJECTIVES[0].evaluate, s, start=start, journal=mine),
        journal=journal,
    )
    archive = made.run(START)
    Optimiser(OBJECTIVES[0].evaluate, settings, start=START, journal=plain).run()
    assert json.dumps(journal.entries) == json.dumps(plain.entries)
    assert archive.records == list(made.finished[0].search.archive)
