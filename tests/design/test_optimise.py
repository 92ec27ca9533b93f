import json
from collections import Counter as Counts

import pytest
from rdkit import Chem
from rdkit.Chem import Crippen

from pharmakon.chem.scaffolds import scaffold
from pharmakon.core.errors import RecordError, RefusedGoal, ScorerError, UsageError
from pharmakon.design.lineage import Evaluation, Part, ancestry
from pharmakon.design.modes import Mode, guard_of
from pharmakon.design.optimise import Optimiser, Settings
from pharmakon.engine.local import LocalEngine
from pharmakon.store.runs import Journal

QUICK = {"calls": 60, "batch": 10, "initial": 20, "proposals": 4, "generations": 2, "parents": 20, "points": 40}
START = ("COc1cc2ncnc(Nc3cccc(Cl)c3)c2cc1OC", "O=C(Nc1ccc(F)cc1)C1CCN(S(=O)(=O)C)CC1", "Cc1c[nH]c2ccc(CNC)cc12")


class Counter:
    """Scores nearness to logP 3.3 and counts what it is asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, smiles):
        self.asked.extend(smiles)
        values = [Crippen.MolLogP(Chem.MolFromSmiles(s)) for s in smiles]
        return [Evaluation(1 / (1 + abs(v - 3.3)), v < 6, {"logp": Part(v, v, v, True, 0.1)}) for v in values]


def search(journal=None, start=START, evaluate=None, **more):
    optimiser = Optimiser(evaluate or Counter(), Settings(**(QUICK | more)), start=start, journal=journal)
    optimiser.run()
    return optimiser


@pytest.fixture(scope="module")
def whole(memory):
    return search(memory())


def test_calls_are_unique_counted_and_spent_exactly(whole):
    smiles = [r.smiles for r in whole.archive]
    assert len(whole.evaluate.asked) == 60
    assert whole.evaluate.asked == smiles
    assert len(set(smiles)) == 60
    assert all(Chem.CanonSmiles(s) == s for s in smiles)
    assert [r.call for r in whole.archive] == list(range(1, 61))
    assert {r.batch for r in whole.archive} == set(range(6))


def test_it_gets_better(whole):
    scores = [r.score for r in whole.archive]
    assert max(scores[40:]) > max(scores[:3])
    assert sum(scores[40:]) > sum(scores[:20])


@pytest.mark.parametrize("after", [0, 1, 2, 5])
def test_killed_after_any_batch_and_resumed_it_is_the_same(whole, after, memory):
    cut = memory(dies_after=after)
    with pytest.raises(KeyboardInterrupt):
        search(cut)
    assert len(cut.entries) == after
    resumed = search(memory(cut.entries))
    assert json.dumps(resumed.journal.entries) == json.dumps(whole.journal.entries)
    assert resumed.archive.records == whole.archive.records
    assert len(resumed.evaluate.asked) == 60 - 10 * after


def test_workers_change_nothing(whole):
    with LocalEngine(2) as engine:
        pooled = Optimiser(Counter(), Settings(**QUICK), start=START, engine=engine)
        assert pooled.run().records == whole.archive.records


def test_a_journal_on_disk_torn_by_a_kill(whole, tmp_path):
    path = tmp_path / "calls.jsonl"
    with Journal(path) as journal:
        search(journal, calls=30)
    with path.open("ab") as stream:
        stream.write(b'{"batch": 3, "molec')
    with Journal(path) as journal:
        resumed = search(journal)
    assert resumed.archive.records == whole.archive.records


def test_another_seed_another_search(whole):
    assert search(seed=1).archive.records != whole.archive.records


def test_lineage_reaches_the_start(whole):
    last = whole.archive.records[-1]
    line = ancestry(whole.archive, last.smiles)
    assert line[0] == last
    assert all(r.parents for r in whole.archive if r.operators)
    assert any(r.smiles in {Chem.CanonSmiles(s) for s in START} for r in line)


def test_designs_are_feasible_best_first_and_differ(whole):
    chosen = whole.designs(5, max_similarity=0.6)
    assert [r.score for r in chosen] == sorted((r.score for r in chosen), reverse=True)
    assert all(r.evaluation.feasible for r in chosen)
    assert chosen[0].score == max(r.score for r in whole.archive if r.evaluation.feasible)


def test_a_scaffold_has_no_more_than_its_share_of_designs_and_parents(whole, monkeypatch):
    crowd = Counts(scaffold(Chem.MolFromSmiles(r.smiles)) for r in whole.designs(30))
    niches = search(per_scaffold=2)
    assert max(crowd.values()) > 2
    assert max(Counts(scaffold(Chem.MolFromSmiles(r.smiles)) for r in niches.designs(30)).values()) <= 2
    niches.settings = niches.settings.model_copy(update={"calls": 80})
    bred = []
    real = niches._breed
    monkeypatch.setattr(niches, "_breed", lambda parents, *a, **k: bred.append(parents) or real(parents, *a, **k))
    assert niches._search()
    for parents in bred:
        assert max(Counts(scaffold(Chem.MolFromSmiles(p.smiles)) for p in parents).values()) <= 2


def test_without_a_start_molecules_are_assembled():
    made = search(start=(), calls=20)
    assert len(made.archive) == 20
    assert not any(r.parents for r in made.archive)


def no_oxygen(mol):
    return not any(a.GetSymbol() == "O" for a in mol.GetAtoms())


def test_what_the_prefilter_refuses_costs_no_call():
    optimiser = Optimiser(Counter(), Settings(**QUICK), prefilter=no_oxygen)
    optimiser.run()
    assert len(optimiser.evaluate.asked) == 60
    assert not any("O" in s or "o" in s for s in optimiser.evaluate.asked)


class Large:
    """Wants 30 heavy atoms or more, and says how far a molecule is from that."""

    def __call__(self, mol):
        return mol.GetNumHeavyAtoms() >= 30

    def distance(self, mol):
        return max(0, 30 - mol.GetNumHeavyAtoms())


@pytest.mark.parametrize("wanted", [Large(), lambda mol: mol.GetNumHeavyAtoms() >= 25])
def test_a_start_whose_children_are_refused_is_only_the_beginning(wanted, memory):
    optimiser = Optimiser(Counter(), Settings(**QUICK), start=["CCO"], prefilter=wanted, journal=memory())
    first, *others = optimiser.run()
    assert first.smiles == "CCO"
    assert len(others) == 59
    assert all(wanted(Chem.MolFromSmiles(record.smiles)) for record in others)
    bred = [record for record in others if record.steps]
    assert bred
    if isinstance(wanted, Large):
        assert all("CCO" in {one.smiles for one in ancestry(optimiser.archive, r.smiles)} for r in others)


class Picky:
    """A prefilter in two halves that counts."""

    def __init__(self):
        self.slow = 0

    def __call__(self, mol):
        return no_oxygen(mol)

    def thorough(self, mol):
        self.slow += 1
        return mol.GetNumAtoms() < 24


def test_the_slow_half_of_a_prefilter_is_asked_of_few():
    optimiser = Optimiser(Counter(), Settings(**QUICK), start=("Cc1c[nH]c2ccc(CNC)cc12",), prefilter=Picky())
    optimiser.run()
    sizes = [Chem.MolFromSmiles(s).GetNumAtoms() for s in optimiser.evaluate.asked]
    assert max(sizes) < 24
    assert optimiser.prefilter.slow < 60 * QUICK["proposals"]


def test_start_molecules_that_are_salts_stereo_or_nonsense():
    made = search(start=("C[C@H](N)c1ccc(OC)cc1.Cl", "not a molecule", "C[C@@H](N)c1ccc(OC)cc1"), calls=20)
    first = [r.smiles for r in made.archive if not r.operators]
    assert first == ["COc1ccc(C(C)N)cc1"]
    assert len(made.archive) == 20


def test_nothing_to_start_from_is_said():
    with pytest.raises(UsageError, match="nothing to start from"):
        Optimiser(Counter(), Settings(**QUICK), prefilter=lambda mol: False).run()


def test_a_foreign_journal_is_refused(whole, memory):
    entries = whole.journal.entries
    with pytest.raises(RecordError, match="entry 2 is batch 2"):
        search(memory([entries[0], entries[2]]))
    with pytest.raises(RecordError, match="twice"):
        search(memory([entries[0], entries[0] | {"batch": 1}]))


def test_a_scorer_must_answer_for_every_molecule():
    with pytest.raises(ScorerError, match="9 answers to 10"):
        search(evaluate=lambda smiles: Counter()(smiles)[1:])


def test_the_plain_genetic_search_needs_no_surrogate():
    plain = search(surrogate=False)
    assert len(plain.archive) == 60


def test_a_stalled_search_goes_elsewhere():
    def flat_score(smiles):
        return [Evaluation(0.5 if "N" in s else 0.4) for s in smiles]

    made = search(evaluate=flat_score, stagnation=10, calls=80)
    assert len(made.archive) == 80
    assert len(made._mask()) > 0 or made._batches % 2


def test_scheduled_chemicals_are_never_scored_and_leave_a_hash(monkeypatch, memory):
    def bears_chlorine(mol):  # stands for a family that the search would come across
        return mol.HasSubstructMatch(Chem.MolFromSmarts("[Cl]"))

    monkeypatch.setattr("pharmakon.design.optimise.is_scheduled", bears_chlorine)
    found = search(memory(), START[1:])
    assert not [r.smiles for r in found.archive if "Cl" in r.smiles]
    told = [one for entry in found.journal.entries for one in entry.get("withheld", ())]
    assert told
    assert all(len(one) == 64 and set(one) <= set("0123456789abcdef") for one in told)


def test_a_scheduled_chemical_is_no_start():
    with pytest.raises(RefusedGoal, match="1A"):
        search(start=("CC(C)O[P@](C)(=O)F", START[0]))


def test_scheduled_chemicals_are_not_assembled_either(monkeypatch, memory):
    monkeypatch.setattr("pharmakon.design.optimise.is_scheduled", lambda mol: "F" in Chem.MolToSmiles(mol))
    found = search(memory(), (), calls=20)
    assert len(found.archive) == 20
    assert not [r.smiles for r in found.archive if "F" in r.smiles]
    told = [one for entry in found.journal.entries for one in entry.get("withheld", ())]
    assert len(told) == len(set(told)) > 0


class TestNothingToLearnFrom:
    """Every molecule is worth the same until one has what is asked for."""

    def test_what_the_start_lacks_is_come_across(self):
        wanted = Chem.MolFromSmarts("c1ccc(cc1)C(=O)N1CCNCC1")

        def hidden(smiles):
            return [Evaluation(float(Chem.MolFromSmiles(s).HasSubstructMatch(wanted))) for s in smiles]

        start = ("CCOC(=O)CCCN", "CC1CCC(O)C(C)C1", "OCC(O)CNCCS(C)(=O)=O")
        found = search(start=start, evaluate=hidden, calls=400)
        first = next(r for r in found.archive if r.score)
        assert first.steps == ()
        assert max(r.call for r in found.archive if not r.steps) < first.call + 10  # from here on it breeds

    def test_one_batch_in_four_is_bred_and_what_is_made_keeps_the_limits(self):
        found = search(evaluate=lambda smiles: [Evaluation(0.0) for _ in smiles], calls=120, max_atoms=24)
        made = [r for r in found.archive if r.call > 20]
        assert {r.batch for r in made if r.steps} == {4, 8}
        assert max(Chem.MolFromSmiles(r.smiles).GetNumAtoms() for r in made) <= 24

    def test_a_guard_is_kept(self):
        guard = guard_of(Mode(kind="decorate", scaffold="c1ccc2[nH]cc(*)c2c1"))
        settings = Settings(**(QUICK | {"calls": 80}))
        level = Optimiser(lambda smiles: [Evaluation(0.0) for _ in smiles], settings, guard=guard).run()
        assert all(guard.accepts(r.smiles) for r in level)
        assert {r.batch for r in level if r.call > 20 and not r.steps} >= {2, 3, 5}
