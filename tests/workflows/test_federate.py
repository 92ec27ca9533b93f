"""Files passed by hand, from the plan to the signature and its scores."""

import json
import re
import shutil

import pytest

from pharmakon.core.errors import DataError, UsageError
from pharmakon.record.ledger import Ledger, verify
from pharmakon.workflows.federate import AnswerConfig, CombineConfig, answer, combine

from .conftest import NAMES

PLAN = """
name = "toy"
sites = ["north", "south", "west"]
outcome = "binary"
positive = "R"
blocks = ["rna"]
covariates = ["age", "sex"]
kept = 8
penalties = [1.0, 0.1]
[levels]
sex = ["F", "M"]
"""


@pytest.fixture
def by_hand(hospitals_file, tmp_path):
    """Each hospital with a folder of its own, and the coordinator with another."""
    toml = hospitals_file.read_text()
    for name in NAMES:
        folder = tmp_path / "sites" / name
        folder.mkdir(parents=True)
        for file in ("clinical.csv", "rna.csv"):
            shutil.copy(hospitals_file.parent / file, folder)
        (folder / "cohort.toml").write_text(
            toml.replace('patient = "patient"', f'patient = "patient"\nkeep = {{plate = "{name}"}}')
        )
    (tmp_path / "centre").mkdir()
    return tmp_path


def run(folder, plan_text, **options):
    plan = folder / "plan.toml"
    plan.write_text(plan_text)
    state, number = None, 0
    while True:
        files = []
        for name in NAMES:
            site = folder / "sites" / name
            files.append(site / f"{name}-{number}.json")
            answer(
                AnswerConfig(
                    plan=plan,
                    cohort=site / "cohort.toml",
                    site=name,
                    round=state,
                    output=files[-1],
                    **{k: v(site) for k, v in options.items()},
                )
            )
        made = combine(
            CombineConfig(plan=plan, answers=files, round=state, output=folder / "centre" / f"state-{number}.json")
        )
        state, number = made.output, number + 1
        if made.state.stage == "done":
            return made


def test_from_the_plan_to_a_judged_signature(by_hand):
    made = run(by_hand, PLAN)
    assert made.plain()["over all sites"]["federated"]["value"] > 0.8
    assert "Single-site, federated" in made.report.read_text()
    card = json.loads((made.signature / "card.json").read_text())
    assert set(card["federated"]["answers"][0]["answers"]) == set(NAMES)
    assert set(card["federated"]["kept back"]) == set(NAMES)
    for folder in (by_hand / "centre", by_hand / "sites" / "north"):
        assert verify(folder / "federate.ledger.jsonl").ok


def test_no_identifier_and_no_row_is_in_what_is_sent(by_hand):
    site = by_hand / "sites" / "north"
    head, *lines = (site / "rna.csv").read_text().splitlines()
    cells = [line.split(",") for line in lines]
    values = [
        [f"{float(x) + 1e-6 * (1 + 37 * i + 11 * j):.6f}" for j, x in enumerate(row[1:])] for i, row in enumerate(cells)
    ]
    rows = [",".join([row[0], *said]) for row, said in zip(cells, values, strict=True)]
    (site / "rna.csv").write_text("\n".join([head, *rows]))
    run(by_hand, PLAN)
    sent = sorted(site.glob("north-*.json"))
    assert len(sent) > 4
    for path in sent:
        text = path.read_text()
        assert '"S1"' not in text and '"P1"' not in text
        assert {x for row in values for x in row}.isdisjoint(re.split(r"[\[\],]", text))


def test_masked_with_keys_that_stay_at_home(by_hand):
    plain = run(by_hand, PLAN)
    for name in NAMES:
        for path in (by_hand / "sites" / name).glob("*.json*"):
            path.unlink()
    shutil.rmtree(by_hand / "centre")
    masked = run(by_hand, PLAN.replace("kept", "masked = true\nkept"), key=lambda site: site / "federate.key")
    assert masked.state.chosen == plain.state.chosen
    key = (by_hand / "sites" / "north" / "federate.key").read_text().strip()
    assert all(key not in path.read_text() for path in by_hand.rglob("*.json*"))


def test_a_round_is_answered_once(by_hand):
    plan = by_hand / "plan.toml"
    plan.write_text(PLAN)
    site = by_hand / "sites" / "north"
    config = AnswerConfig(plan=plan, cohort=site / "cohort.toml", site="north", output=site / "a.json")
    answer(config)
    with pytest.raises(UsageError, match="answered once"):
        answer(config)
    with pytest.raises(DataError, match="no answer of site south, west"):
        combine(CombineConfig(plan=plan, answers=(site / "a.json",), output=by_hand / "s.json"))
    assert not (by_hand / "s.json").exists()
    assert Ledger(site / "federate.ledger.jsonl").head.count == 1
