"""GuacaMol's tasks score as its package does, and a run is counted and resumed."""

import csv
from pathlib import Path

import pytest
from rdkit import Chem

from pharmakon.core.errors import UnknownName
from pharmakon.design import guacamol, pmo
from pharmakon.design.collection import ARIPIPRAZOLE
from pharmakon.design.guacamol import TASKS, means, oracle, run_task, screened

SMALL = {"batch": 5, "initial": 10, "proposals": 3, "generations": 2}

with (Path(__file__).parent / "guacamol_scores.csv").open(encoding="utf-8") as lines:
    SCORES = list(csv.DictReader(lines))  # of 20 molecules, by the objectives of guacamol 0.5.5 on rdkit 2026.09


@pytest.mark.parametrize("task", TASKS)
def test_scores_equal_guacamols(task):
    ours = [oracle(task)(Chem.MolFromSmiles(row["smiles"])) for row in SCORES]
    assert ours == pytest.approx([float(row[task]) for row in SCORES], abs=1e-9)


def test_the_suite_is_the_second_versions():
    assert len(TASKS) == 20
    assert oracle("aripiprazole_similarity")(Chem.MolFromSmiles(ARIPIPRAZOLE)) == 1.0
    with pytest.raises(UnknownName, match="did you mean 'median1'"):
        oracle("median_1")


def test_missing_molecules_count_nothing():
    assert means([0.5, 1.0], (1, 2, 4)) == {"top1": 1.0, "top2": 0.75, "top4": 0.375}
    assert means([0.1] * 159, TASKS["isomers_c11h24"]) == {"top159": pytest.approx(0.1)}


def test_the_pool_is_scored_but_for_what_the_treaty_lists(molecules):
    soman = "CC(OP(C)(=O)F)C(C)(C)C"
    best, scored = screened("median1", [*molecules[:30], soman], best=5)
    assert scored == 30
    scores = [oracle("median1")(Chem.MolFromSmiles(s)) for s in molecules[:30]]
    assert [score for _, score in best] == sorted(scores, reverse=True)[:5]


def test_ranolazine_starts_from_the_drug(molecules):
    best, scored = screened("ranolazine_mpo", molecules[:10], best=2)
    assert best[0][0] == Chem.CanonSmiles(pmo.RANOLAZINE)
    assert scored == 11


def test_no_molecule_is_scored_twice(molecules, monkeypatch):
    best, _ = screened("zaleplon_mpo", molecules, best=40)
    asked = []
    known = oracle("zaleplon_mpo")
    monkeypatch.setattr(guacamol, "oracle", lambda task: lambda mol: asked.append(Chem.MolToSmiles(mol)) or known(mol))
    found = run_task("zaleplon_mpo", best, calls=60, settings=SMALL)
    assert found["calls"] == len(asked) == len(set(asked))
    assert 50 < found["calls"] <= 60  # islands may meet
    assert not {smiles for smiles, _ in best} & set(asked)
    assert found["score"] == pytest.approx((found["top1"] + found["top10"] + found["top100"]) / 3)
    assert known(Chem.MolFromSmiles(found["best"])) == found["top1"] >= best[0][1]


def test_a_killed_run_goes_on(molecules, tmp_path):
    best, _ = screened("zaleplon_mpo", molecules, best=40)
    whole = run_task("zaleplon_mpo", best, calls=60, settings=SMALL, journals=tmp_path / "run")
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(kept) == guacamol.ISLANDS + 1
    (tmp_path / "run-all.jsonl").unlink()
    (tmp_path / "run-island3.jsonl").write_bytes(kept["run-island3.jsonl"].splitlines(keepends=True)[0])
    again = run_task("zaleplon_mpo", best, calls=60, settings=SMALL, journals=tmp_path / "run")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept
    assert (again["calls"], again["score"], again["best"]) == (whole["calls"], whole["score"], whole["best"])


def test_a_run_ends_once_nothing_can_score_higher(molecules):
    best, _ = screened("celecoxib_rediscovery", molecules, best=40)
    perfect = [(Chem.CanonSmiles(pmo.CELECOXIB), 1.0), *best]
    assert run_task("celecoxib_rediscovery", perfect, calls=60, settings=SMALL)["calls"] == 0
