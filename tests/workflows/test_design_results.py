import csv
import json

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.design.lineage import Evaluation, Part, Record, to_entry
from pharmakon.workflows.design_results import front_of, results

CONFIG = {
    "name": "small",
    "goals": [{"property": "qed", "want": ">= 0.9"}, {"property": "herg", "want": "<= 5"}],
    "constraints": [{"property": "alerts", "want": "= 0"}],
}
MOLECULES = {"CCO": (0.9, 0.2), "CCN": (0.5, 0.8), "CCC": (0.4, 0.1)}
"""Desirabilities of the two goals."""


def written(folder, *, front=()):
    """A run folder of three designs, as far as it is read."""
    (folder / "run.json").write_text(json.dumps({"config": CONFIG}))
    records, rows = [], []
    for call, (smiles, (qed, herg)) in enumerate(MOLECULES.items(), start=1):
        parts = {
            "qed": Part(qed, qed, qed, in_domain=True, desirability=qed),
            "herg": Part(6.5, 5.0, 8.0, in_domain=call != 1, desirability=herg),
            "alerts": Part(0.0, 0.0, 0.0, in_domain=True, desirability=1.0),
        }
        records.append(Record(smiles, Evaluation(qed, True, parts), (), 0, call))
        row = {"rank": call, "name": f"D{call:03}", "smiles": smiles, "score": f"{qed:.6g}"}
        row |= {"front": front[call - 1]} if front else {}
        row |= {f"desirability:{key}": f"{part.desirability:.4f}" for key, part in parts.items()}
        row |= {"missed:qed": "0", "missed:herg": "1.5", "missed:alerts": "0", "call": call}
        rows.append(row)
    (folder / "calls.jsonl").write_text(json.dumps(to_entry(0, records)) + "\n")
    with (folder / "designs.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def test_designs_come_with_the_terms_that_were_asked(tmp_path):
    found = results(written(tmp_path))
    assert [(t.key, t.title, t.unit, t.want, t.constraint, t.hazard) for t in found.terms] == [
        ("qed", "Drug-likeness (QED)", "score", ">= 0.9", False, False),
        ("herg", "hERG block", "pIC50", "<= 5", False, True),
        ("alerts", "Structural alerts (PAINS, Brenk)", "count", "= 0", True, True),
    ]
    best = found.designs[0]
    assert (best.name, best.smiles, best.score, best.call) == ("D001", "CCO", 0.9, 1)
    herg = best.terms["herg"]
    assert (herg.value, herg.low, herg.high, herg.met, herg.in_domain) == (6.5, 5.0, 8.0, False, False)
    assert best.terms["qed"].met


def test_the_front_holds_what_no_other_beats_in_the_goals(tmp_path):
    found = results(written(tmp_path))
    assert [one.front for one in found.designs] == [True, True, False]
    assert front_of(found, ["qed", "herg"]) == ["D001", "D002"]
    assert front_of(found, ["qed"]) == ["D001"]


def test_a_run_that_looked_for_a_front_says_itself_what_is_on_it(tmp_path):
    found = results(written(tmp_path, front=(1, 2, 1)))
    assert [one.front for one in found.designs] == [True, False, True]


def test_what_is_no_finished_run_is_refused(tmp_path):
    with pytest.raises(RecordError):
        results(tmp_path)
    (tmp_path / "run.json").write_text(json.dumps({"config": {}}))
    with pytest.raises(RecordError):
        results(tmp_path)
