import numpy as np
import pytest
from rdkit import Chem

from pharmakon.chem.similarity import tanimoto
from pharmakon.core.config import Config
from pharmakon.design.diversity import circles, packed
from pharmakon.design.hits import HitSearch, HitSettings, expected_hits, hit_chance
from pharmakon.design.lineage import Evaluation
from pharmakon.design.optimise import Optimiser, Settings

QUICK = {"calls": 140, "batch": 14, "initial": 20, "proposals": 4, "generations": 2, "parents": 30, "points": 100}
STRANGE = {"elsewhere": 1}
START = (
    "COc1cc2ncnc(Nc3cccc(Cl)c3)c2cc1OC",
    "O=C(Nc1ccc(F)cc1)C1CCN(S(=O)(=O)C)CC1",
    "Cc1c[nH]c2ccc(CNC)cc12",
    "CC(C)c1nc(C(=O)NC2CCCC2)co1",
    "OC(CNC1CCCCC1)c1ccncc1",
)
AMIDES = Chem.MolFromSmarts("[NX3;!H2]C(=O)[#6]")
BASES = Chem.MolFromSmarts("[NX3;H1,H0;!$(NC=[O,N,S]);!$(Na);!$(NS)]([CX4])[CX4]")


def both(smiles):
    """An amide and a basic amine together are a hit; either alone is half way, and nitrogens help a little."""
    mols = [Chem.MolFromSmiles(s) for s in smiles]
    return [
        Evaluation(
            0.3 * mol.HasSubstructMatch(AMIDES)
            + 0.3 * mol.HasSubstructMatch(BASES)
            + 0.05 * min(sum(a.GetSymbol() == "N" for a in mol.GetAtoms()), 8)
        )
        for mol in mols
    ]


def search(journal=None, **more):
    found = HitSearch(both, HitSettings(**(QUICK | STRANGE | more)), start=START, journal=journal)
    found.run()
    return found


@pytest.fixture(scope="module")
def whole(memory):
    return search(memory())


def different(archive):
    return circles([r.smiles for r in archive if r.score >= 0.5])


def test_it_finds_more_different_hits_than_the_search_for_the_best(whole):
    best = Optimiser(both, Settings(**QUICK), start=START)
    best.run()
    assert len(whole.archive) == len(best.archive) == QUICK["calls"]
    assert different(whole.archive) > 1.5 * different(best.archive)


def test_the_hits_it_counts_are_those_of_the_measure(whole):
    assert len(whole.found()) == different(whole.archive)


def test_what_is_near_a_found_hit_is_not_scored(whole):
    first = next(r for r in whole.archive if r.score >= 0.5 and r.batch > 2)
    later = packed([r.smiles for r in whole.archive if r.batch > first.batch])
    assert tanimoto(packed([first.smiles]), later).max() <= 0.3 + 1e-6


@pytest.mark.parametrize("after", [1, 4])
def test_killed_and_resumed_it_is_the_same(whole, after, memory):
    cut = memory(dies_after=after)
    with pytest.raises(KeyboardInterrupt):
        search(cut)
    assert search(memory(cut.entries)).archive.records == whole.archive.records


def test_strangers_come_from_the_pool_where_there_is_one():
    pool = ["O=C(CN1CCOCC1)Nc1ccc2[nH]ncc2c1", "not a molecule", "CCN(CC)CCNC(=O)c1ccc(N)cc1"]
    made = HitSearch(both, HitSettings(**QUICK | {"calls": 48}), start=START, pool=pool)
    made.run()
    used = {smiles for r in made.archive for smiles in (r.smiles, *r.parents)}
    assert {Chem.CanonSmiles(s) for s in pool[::2]} & used


def test_a_batch_holds_alternatives_only_while_none_is_sure():
    twins = packed(["CCCCCCCCO", "CCCCCCCCCO", "c1ccc2[nH]ccc2c1"])
    assert expected_hits(twins, np.array([0.9, 0.8, 0.2]), 2, distance=0.7) == [0, 2]
    assert expected_hits(twins, np.array([0.3, 0.29, 0.01]), 2, distance=0.7) == [0, 1]


def test_the_chance_of_a_hit():
    chance = hit_chance(np.array([0.0, 0.0, 2.0]), np.array([1.0, 3.0, 0.0]), 1.0)
    assert chance[0] == pytest.approx(0.158655, abs=1e-6)
    assert chance[1] > chance[0]
    assert chance[2] == 1.0


def test_the_settings_are_a_search_s_own():
    assert isinstance(HitSettings(hit=0.6), Config)
    assert HitSettings().distance == 0.7
