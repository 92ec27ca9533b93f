"""A card says what was asked in words, and what was asked is what it shows."""

import re

import pytest

from pharmakon.core.types import Property
from pharmakon.design.lineage import Archive, Evaluation, Record, Step
from pharmakon.design.objective import Constraint, Goal, Judge
from pharmakon.workflows.design import DesignConfig, run
from pharmakon.workflows.design_cards import _lineage, asked, signs, words

POTENCY = Property("p", "Potency", "pIC50", better="high")
CHANCE = Property("c", "Absorption", "probability", "classification", low=0, high=1)
DOMAIN = Property("p.domain", "Inside the domain of Potency", "", better="high", low=0, high=1)
COUNT = Property("alerts", "Alerts", "count", low=0)


@pytest.mark.parametrize(
    ("term", "what", "said", "short"),
    [
        ({"property": "p", "want": ">= 8"}, POTENCY, "at least 8 pIC50", "≥ 8"),
        ({"property": "p", "want": ">= -5.15"}, POTENCY, "at least −5.15 pIC50", "≥ −5.15"),
        ({"property": "p", "want": "2..5"}, POTENCY, "2 to 5 pIC50", "2 to 5"),
        ({"property": "c", "want": "<= 0.3"}, CHANCE, "at most 0.3 (probability)", "≤ 0.3"),
        ({"property": "p.domain", "want": "= 1"}, DOMAIN, "yes", "yes"),
        ({"property": "p.domain", "want": ">= 0.5"}, DOMAIN, "yes", "yes"),
        ({"property": "alerts", "want": "= 0"}, COUNT, "none", "none"),
        ({"property": "p", "want": "= 3"}, POTENCY, "exactly 3 pIC50", "= 3"),
        ({"avoid": "[N+](=O)[O-]"}, COUNT, "must not be there", "must not be there"),
    ],
)
def test_a_wish_is_said_in_words_and_in_signs(term, what, said, short):
    judge = Judge("key", Constraint.model_validate(term), what, what is COUNT)
    assert (words(judge), signs(judge)) == (said, short)
    assert asked(judge).weight == "must hold"


def test_a_wish_judged_by_its_worse_end_says_so():
    judge = Judge("p", Goal(property="p", want=">= 8", uncertainty="pessimistic", weight=2), POTENCY, False)
    assert asked(judge).wanted == "at least 8 pIC50, at the worse end of its interval"
    assert (signs(judge), asked(judge).weight, asked(judge).source) == ("≥ 8 at its worse end", "2", "model p")


def test_every_wish_stands_on_every_card(trained, tmp_path):
    config = DesignConfig.model_validate(
        {
            "models": [str(trained)],
            "calls": 30,
            "batch": 10,
            "designs": 3,
            "goals": [{"property": "logs", "want": ">= -1"}, {"property": "qed", "want": ">= 0.99"}],
            "constraints": [
                {"property": "hbd", "want": "<= 5"},
                {"property": "logs.similarity", "want": "<= 1"},
                {"property": "alerts", "want": "<= 9"},
                {"avoid": "[N+](=O)[O-]"},
            ],
        }
    )
    text = (run(config, output=tmp_path / "run", workers=1).folder / "report.html").read_text(encoding="utf-8")
    cards = text.split('<ul class="grid">')[1].split("<dialog")[0].split('<li class="card"')[1:]
    assert len(cards) == 3
    for card in cards:
        assert set(re.findall(r'data-property="missed:([^"]*)"', card)) == {
            "logs", "qed", "hbd", "logs.similarity", "alerts", "avoid [N+](=O)[O-]",
        }  # fmt: skip
        assert {"logs", "qed", "hbd", "logs_nearest_similarity"} <= set(re.findall(r'data-property="([^"]*)"', card))
        assert "nearest known active" in card
        assert 'data-property="tpsa"' not in card


def test_a_lineage_ends_at_a_molecule_that_was_scored_after_its_child():
    visitor, child = "CCOc1ccccc1", "CCNc1ccccc1"
    archive = Archive()
    archive.add(Record(child, Evaluation(0.5), (Step(child, visitor, "", ("swap_atom",), 1),), 3, 1))
    archive.add(Record(visitor, Evaluation(0.6), (Step(visitor, child, "", ("swap_atom",), 2),), 4, 2))
    assert [step.smiles for step in _lineage(archive, visitor)] == [child, visitor]
