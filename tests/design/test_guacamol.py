"""GuacaMol's tasks score as its package does, and a run is counted and resumed."""

import csv
from pathlib import Path

import pytest
from rdkit import Chem

from pharmakon.core.errors import UnknownName
from pharmakon.design import guacamol, pmo
from pharmakon.design.collection import ARIPIPRAZOLE
from pharmakon.design.guacamol import TASKS, means, oracle, run_task, screened
from pharmakon.design.settings import Settings
from pharmakon.store.runs import Journal

SMALL = {"batch": 10, "initial": 20, "proposals": 3, "generations": 2}

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
    assert best[0][0] == pmo.RANOLAZINE
    assert scored == 11


def test_what_the_pool_showed_is_not_scored_again(molecules, monkeypatch):
    best, _ = screened("zaleplon_mpo", molecules, best=20)
    asked = []
    known = oracle("zaleplon_mpo")
    monkeypatch.setattr(guacamol, "oracle", lambda task: lambda mol: asked.append(mol) or known(mol))
    found = run_task("zaleplon_mpo", best, settings=Settings(**SMALL, calls=50))
    assert (found["calls"], found["new"], len(asked)) == (50, 30, 30)
    assert found["score"] == pytest.approx((found["top1"] + found["top10"] + found["top100"]) / 3)
    assert known(Chem.MolFromSmiles(found["best"])) == found["top1"] >= best[0][1]


def test_a_killed_run_goes_on(molecules, tmp_path):
    best, _ = screened("zaleplon_mpo", molecules, best=20)
    settings = Settings(**SMALL, calls=50)
    with Journal(tmp_path / "whole.jsonl") as journal:
        run_task("zaleplon_mpo", best, settings=settings, journal=journal)
    whole = (tmp_path / "whole.jsonl").read_bytes()
    (tmp_path / "half.jsonl").write_bytes(b"".join(whole.splitlines(keepends=True)[:3]))
    with Journal(tmp_path / "half.jsonl") as journal:
        run_task("zaleplon_mpo", best, settings=settings, journal=journal)
    assert (tmp_path / "half.jsonl").read_bytes() == whole
