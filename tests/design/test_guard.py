import pickle

import pytest
from rdkit import Chem

from pharmakon.core.random import stream
from pharmakon.design.graph import Limits, flat
from pharmakon.design.guard import REDRAW
from pharmakon.design.lineage import Evaluation
from pharmakon.design.modes import Mode, guard_of
from pharmakon.design.optimise import Optimiser, Settings
from pharmakon.design.propose import Proposal, Task, breed

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
MODES = {
    "decorate": Mode(kind="decorate", scaffold="COc1cc2ncnc([*:1])c2cc1[*:2]"),
    "anywhere": Mode(kind="decorate", scaffold="c1ccc2ncncc2c1"),
    "link": Mode(kind="link", fragments=("[*:1]c1ccc(F)c(Cl)c1", "[*:1]N1CCOCC1"), linker="2..10"),
    "grow": Mode(kind="grow", fragment="[*:1]c1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OC"),
    "hop": Mode(kind="hop", molecule=GEFITINIB),
    "analogues": Mode(kind="analogues", molecule=GEFITINIB, similarity="0.4..0.8"),
    "pairs": Mode(kind="analogues", molecule=GEFITINIB, one_place=True),
    "keep": Mode(kind="keep", substructure="c1ccc2ncncc2c1"),
    "pattern": Mode(kind="keep", substructure="[c,n]1ccccc1C(=O)[NX3]"),
}


@pytest.fixture(params=MODES, scope="module")
def guard(request):
    return guard_of(MODES[request.param])


def test_starts_pass_and_differ(guard):
    starts = guard.starts(15, stream(0, "starts"))
    assert len(set(starts)) == 15
    assert all(guard.accepts(smiles) for smiles in starts)
    assert starts == guard.starts(15, stream(0, "starts"))


def test_every_child_passes_and_breeding_is_not_in_vain(guard):
    parents = tuple(map(Proposal, guard.starts(10, stream(1, "starts"))))
    task = Task(parents, (1.0,) * 10, 30, 0, ("breed",), guard=guard, operators=guard.operators)
    brood = breed(pickle.loads(pickle.dumps(task)))  # noqa: S301 - our own bytes
    assert len(brood) == 30  # of at most 240 attempts
    assert all(guard.accepts(proposal.smiles) for proposal in brood.proposals)
    assert all(guard(mol) for mol in brood.views.mols)
    assert brood.proposals == breed(task).proposals


def test_a_search_scores_nothing_else_and_starts_from_nothing_else(guard):
    seen = []

    def size(smiles):
        seen.extend(smiles)
        return [Evaluation(1 / (1 + abs(Chem.MolFromSmiles(s).GetNumHeavyAtoms() - 30))) for s in smiles]

    archive = Optimiser(size, Settings(calls=30, initial=10, batch=10, proposals=2, generations=1), guard=guard).run()
    assert len(archive) == len(set(seen)) == 30
    assert all(guard.accepts(smiles) for smiles in seen)


def test_redrawing_is_an_operator_of_modes_with_open_ends():
    assert REDRAW in guard_of(MODES["decorate"]).operators
    assert REDRAW not in guard_of(MODES["analogues"]).operators


def test_what_hangs_where_is_told():
    found = guard_of(MODES["decorate"]).changed(flat(GEFITINIB))
    assert found == {"R1": "*Nc1ccc(F)c(Cl)c1", "R2": "*OCCCN1CCOCC1"}
    linked = guard_of(MODES["link"]).changed(flat("Fc1ccc(CNC(=O)N2CCOCC2)cc1Cl"))
    assert linked == {"linker": "*CNC(*)=O"}
    assert guard_of(MODES["decorate"]).changed(flat("CCO")) == {}


def test_the_kept_atoms_are_told():
    mol = flat(GEFITINIB)
    kept = guard_of(MODES["keep"]).kept(mol)
    assert Chem.MolFragmentToSmiles(mol, kept) == "c1ccc2ncncc2c1"
    assert len(guard_of(MODES["decorate"]).kept(mol)) == 12


def test_what_the_user_keeps_is_no_oddity():
    nitro = guard_of(Mode(kind="grow", fragment="[*:1]N=Nc1ccccc1"))
    odd = flat("CN=Nc1ccccc1")
    assert nitro.sane(odd)
    assert not guard_of(MODES["keep"]).sane(flat("OOCc1ccc2ncncc2c1"))


def test_limits_are_wide_enough_for_what_is_kept():
    silyl = guard_of(Mode(kind="grow", fragment="[*:1]c1ccc([Si](C)(C)C)cc1"))
    assert "Si" in silyl.limits(Limits()).elements
    large = guard_of(Mode(kind="grow", fragment="[*:1]" + "CCO" * 25))
    assert large.limits(Limits()).max_atoms == 100
