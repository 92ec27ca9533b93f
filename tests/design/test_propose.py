import pickle

from rdkit import Chem

from pharmakon.design.graph import Limits
from pharmakon.design.lineage import Evaluation, Record, Step, roots
from pharmakon.design.propose import OPERATORS, Brood, Proposal, Task, breed, earned, first_new, replay
from pharmakon.design.surrogate import Views

PARENTS = ("COc1cc2ncnc(Nc3cccc(Cl)c3)c2cc1OC", "O=C(Nc1ccc(F)cc1)C1CCN(S(=O)(=O)C)CC1", "Cc1c[nH]c2ccc(CNC)cc12")


def no_chlorine(mol):
    return not any(a.GetSymbol() == "Cl" for a in mol.GetAtoms())


def task(n=60, **more):
    return Task(tuple(map(Proposal, PARENTS)), (1.0, 1.0, 1.0), n, 0, ("test",), **more)


def test_children_are_new_different_and_inside_the_limits():
    brood = breed(task(limits=Limits(min_atoms=10, max_atoms=25)))
    smiles = [p.smiles for p in brood.proposals]
    assert len(smiles) == len(set(smiles)) == 60
    sizes = [Chem.MolFromSmiles(s).GetNumHeavyAtoms() for s in smiles]
    assert min(sizes) >= 10
    assert max(sizes) <= 25
    assert [Chem.MolToSmiles(m) for m in brood.views.mols] == smiles


def test_a_task_is_a_pure_function_that_travels():
    one = breed(task(kernel="all"))
    two = breed(pickle.loads(pickle.dumps(task(kernel="all"))))  # noqa: S301 - our own bytes
    assert one.proposals == two.proposals
    assert set(one.views.made) == {"ecfp6", "fcfp4", "atom_pair", "composition"}
    breed(task(n=200))  # what is cached of the parents has been used by every operator
    assert breed(task(kernel="all")).proposals == one.proposals
    other = breed(Task(tuple(map(Proposal, PARENTS)), (1.0, 1.0, 1.0), 60, 1, ("test",)))
    assert one.proposals != other.proposals


def test_prefilter_and_operator_weights_are_obeyed():
    brood = breed(task(prefilter=no_chlorine, operators={"swap_atom": 1.0, "cross": 0.5}))
    assert len(brood) > 30
    assert all(no_chlorine(m) for m in brood.views.mols)
    assert {o for p in brood.proposals for o in p.steps[-1].operators} == {"swap_atom", "cross"}


def test_parents_are_told_and_unevaluated_parents_are_seen_through():
    brood = breed(task(operators={"cross": 1.0}, second_edit=0.0))
    assert all(set(roots(p.steps)) <= set(PARENTS) for p in brood.proposals)
    assert any(len(roots(p.steps)) == 2 for p in brood.proposals)
    between = Proposal("CCc1ccc(CNC)cc1", (Step("CCc1ccc(CNC)cc1", "A", "B", ("cross",), 7),))
    only = Task((between,), (1.0,), 10, 0, ("through",), operators={"add_atom": 1.0}, second_edit=0.0)
    for proposal in breed(only).proposals:
        assert roots(proposal.steps) == ("A", "B")
        assert [step.operators for step in proposal.steps] == [("cross",), ("add_atom",)]


def test_every_step_can_be_made_again():
    first = breed(task()).proposals
    second = breed(Task(tuple(first), (1.0,) * len(first), 60, 0, ("second",))).proposals
    steps = [step for p in (*first, *second) for step in p.steps]
    assert max(len(p.steps) for p in second) == 3  # of a child of two children
    assert all(replay(step) == step.child for step in steps)
    changed = [step._replace(draw=step.draw + 1) for step in steps]
    assert sum(replay(step) == step.child for step in changed) < len(steps) / 2


def test_a_reaction_of_the_stock_is_made_again_whichever_reactant_goes_on():
    acid, amine, amide = "O=C(O)c1ccncc1", "C1COCCN1", "O=C(c1ccncc1)N1CCOCC1"
    assert replay(Step(amide, acid, amine, ("amide coupling",), 0)) == amide
    assert replay(Step(amide, amine, acid, ("amide coupling",), 1)) == amide
    assert replay(Step(amide, amine, acid, ("amide coupling",), 0)) == ""
    assert replay(Step("CCO", acid, amine, ("amide coupling",), 0)) == ""
    boc = Step("C1CNCCN1", "CC(C)(C)OC(=O)N1CCNCC1", "", ("Boc removal",), 0)
    assert replay(boc) == boc.child


def test_what_reactions_made_counts_for_no_operator():
    made = Record("C", Evaluation(1.0), (Step("C", "A", "B", ("amide coupling",), 0),), 0, 1)
    assert earned({"cross": 1.0}, [(made, 1.0)], bar=0.5) == {"cross": 0.2}


def test_strangers_are_crossed_in_and_told():
    stranger = "O=c1[nH]c(-c2ccsc2)nc2ccccc12"
    brood = breed(task(operators={"cross": 1.0}, strangers=(stranger,), strange=0.5))
    with_it = [p for p in brood.proposals if stranger in roots(p.steps)]
    assert len(brood) / 4 < len(with_it) < len(brood)
    assert all(p.steps[0].mate == stranger for p in with_it)


def test_an_impossible_task_ends():
    brood = breed(task(n=5, prefilter=lambda mol: False))
    assert brood.proposals == []
    assert len(Brood.joined([brood, brood])) == 0


def test_broods_join_and_take():
    one, two = breed(task(n=5)), breed(task(n=7, kernel=""))
    joined = Brood.joined([one, two])
    assert len(joined) == len(joined.views) == 12
    assert joined.take([0, 11]).proposals == [one.proposals[0], two.proposals[6]]
    assert isinstance(joined.views, Views)
    assert len(OPERATORS) == 24


def test_the_first_that_are_new_readable_and_different():
    texts = ["OCC", "CCO", "C1CC", "CCN", "CCC", "CCCC"]
    assert [one.smiles for one in first_new(map(Proposal, texts), 2, known={"CCN"})] == ["CCO", "CCC"]
