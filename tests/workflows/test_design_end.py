from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from pharmakon.design.hits import HitSearch, HitSettings
from pharmakon.design.lineage import Evaluation
from pharmakon.design.optimise import Optimiser, Settings
from pharmakon.workflows.design import DesignConfig, run
from pharmakon.workflows.design_end import how_it_ended, nothing_found
from pharmakon.workflows.replay import replay

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"
LIKE = {"goals": [{"to": GEFITINIB, "want": ">= 0.5"}], "batch": 10, "designs": 3, "proposals": 2}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What is said of a run that scored its reference and nothing else."""
    config = DesignConfig.model_validate({**LIKE, "calls": 1})
    return run(config, output=tmp_path_factory.mktemp("alone") / "run", workers=1).summary


def test_what_was_given_is_scored_and_is_no_design(tmp_path: Path) -> None:
    run(DesignConfig.model_validate({**LIKE, "calls": 20}), output=tmp_path / "run", workers=1)
    calls = [json.loads(line) for line in (tmp_path / "run" / "calls.jsonl").read_text().splitlines()]
    assert calls[0]["molecules"][0]["smiles"] == GEFITINIB
    assert calls[0]["molecules"][0]["score"] == 1.0
    with (tmp_path / "run" / "designs.csv").open(encoding="utf-8", newline="") as stream:
        designs = [row["smiles"] for row in csv.DictReader(stream)]
    assert designs and GEFITINIB not in designs


def test_what_was_given_is_on_the_front_and_no_design(tmp_path: Path) -> None:
    goals = [*LIKE["goals"], {"property": "qed", "want": ">= 0.9"}]
    config = DesignConfig.model_validate({**LIKE, "goals": goals, "aggregate": "pareto", "calls": 20})
    result = run(config, output=tmp_path / "run", workers=1)
    assert any(line.startswith("The front holds ") for line in result.summary)
    with (tmp_path / "run" / "designs.csv").open(encoding="utf-8", newline="") as stream:
        assert GEFITINIB not in [row["smiles"] for row in csv.DictReader(stream)]


def test_where_only_the_given_holds_the_constraints_it_is_said(alone: list[str]) -> None:
    assert alone[0].startswith("1 molecule was scored; ")
    assert alone[-1] == ("No molecule but those that were given met every constraint. Loosen one, or spend more calls.")


def test_a_start_that_breaks_a_constraint_is_only_the_beginning(tmp_path: Path) -> None:
    config = DesignConfig.model_validate(
        {
            "start": ["CCO"],
            "goals": [{"property": "qed", "want": ">= 0.7"}],
            "constraints": [{"property": "mw", "want": "300..400"}],
            "calls": 30,
            "batch": 10,
            "designs": 3,
        }
    )
    result = run(config, output=tmp_path / "run", workers=1)
    assert result.summary[0].startswith("30 molecules were scored; ")
    assert result.designs == 3
    again = replay(tmp_path / "run")
    assert again.ok
    assert again.made == 29


def whole(smiles):
    return [Evaluation(-0.5, False) for _ in smiles]


def nothing(mol):
    return False


def test_a_search_that_has_nothing_left_says_so_and_gives_no_advice_to_spend() -> None:
    search = Optimiser(whole, Settings(calls=50, batch=10, initial=20), start=["CCO"], prefilter=nothing)
    search.run()
    assert how_it_ended(search) == (
        "The search ended with 49 calls left: it found nothing else to score that holds what is quick to check.",
    )
    assert nothing_found(search) == (
        "No molecule met every constraint. Loosen one, or give other molecules to start from."
    )


def test_hits_are_counted_in_words() -> None:
    search = HitSearch(lambda smiles: [Evaluation(1.0) for _ in smiles], HitSettings(calls=1, initial=2), start=["CCO"])
    search.run()
    assert how_it_ended(search) == (
        "1 different hit was found: a score of at least 0.5, no two more alike than 0.3 (ECFP4 Tanimoto).",
    )
