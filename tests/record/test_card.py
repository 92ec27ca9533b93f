"""A card says everything it holds, in words, and nothing in it can break the page."""

import re
from html.parser import HTMLParser

import pytest

from pharmakon.record.card import html, markdown

CARD = {
    "name": "herg",
    "what": "Blockade of the hERG potassium channel.",
    "property": {
        "name": "herg",
        "title": "hERG blockade",
        "unit": "probability",
        "kind": "classification",
        "better": "low",
        "low": 0.0,
        "high": 1.0,
        "threshold": 0.5,
        "meaning": "IC50 below 10 µM",
        "hazard": True,
    },
    "dataset": {
        "name": "hERG blockers",
        "path": "admet/herg.csv",
        "sha256": "ab" * 32,
        "licence": "CC BY 4.0",
        "citation": "Wang et al., 2016",
        "rows": 1655,
        "used": 648,
        "set_aside": {"structure cannot be read": 3, "no value": 4},
    },
    "method": "Kernel and trees.",
    "scores": {
        "scaffold": {
            "n": 648,
            "model": {"auroc": [0.812, 0.779, 0.844], "mcc": [0.4, None, None]},
            "tanimoto_kernel": {"auroc": [0.79, 0.75, 0.82], "mcc": [0.3, 0.2, 0.4]},
            "mean": {"auroc": [0.5, 0.5, 0.5]},
        }
    },
    "coverage": {"scaffold": {"nominal": 0.9, "observed": 0.913, "mean_width": 1.4}},
    "domain": {"threshold": 0.31234},
    "limits": ["patch clamp and binding are mixed"],
    "versions": {"rdkit": "2026.9.1"},
    "created": "2026-11-23",
    "seed": 0,
    "files": {"trees.npz": "cd" * 32},
}


class Reader(HTMLParser):
    """Collects text and checks that every tag is closed in turn."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text = [], set(), []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(text):
    reader = Reader()
    reader.feed(text)
    assert reader.open == []
    return reader


SAID = [
    "hERG blockade (herg)",
    "Blockade of the hERG potassium channel.",
    "Unit: probability",
    "lower is better",
    "0 to 1.00",
    "divided at 0.500",
    "Probability of: IC50 below 10 µM",
    "never rewarded",
    "1,655 rows read, 648 used",
    "structure cannot be read: 3; no value: 4",
    "CC BY 4.0",
    "Wang et al., 2016",
    "ab" * 32,
    "Kernel and trees.",
    "Scaffold split, 648 molecules",
    "0.812 (0.779 to 0.844)",
    "mean of the training set",
    "90.0 %",
    "91.3 %",
    "mean number of classes given",
    "0.312",
    "patch clamp and binding are mixed",
    "rdkit 2026.9.1",
    "2026-11-23",
    "trees.npz: SHA-256 " + "cd" * 32,
]


@pytest.mark.parametrize("said", SAID)
def test_both_forms_say_everything(said):
    assert said in markdown(CARD)
    assert said in "".join(read(html(CARD)).text)


def test_the_scores_stand_in_a_table_beside_their_rivals():
    lines = [line for line in markdown(CARD).splitlines() if line.startswith("|")]
    assert lines[0] == "|  | AUROC | MCC |"
    assert lines[2] == "| this model | 0.812 (0.779 to 0.844) | 0.400 |"
    assert lines[4] == "| mean of the training set | 0.500 (0.500 to 0.500) | - |"
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines[:5]} == {4}


def test_a_card_that_holds_little_is_still_a_card():
    assert markdown({"name": "own_model"}) == "# own_model\n"
    assert markdown({"name": "m", "scores": {"random": {"n": 9, "model": {"rmse": [1.0, 0.5, 1.5]}}}}).count("|") == 9
    read(html({}))


def test_nothing_in_a_card_becomes_markup():
    evil = "<script>alert(1)</script> | `x` *y* _z_ [a](b)"
    card = {
        **CARD,
        "name": evil,
        "limits": [evil],
        "dataset": {"name": evil, "citation": evil, "set_aside": {evil: 2}},
        "scores": {evil: {"n": 1, evil: {evil: [1, 2, 3]}}},
        "files": {evil: evil},
    }
    page = read(html(card))
    assert "script" not in page.seen
    assert "a" not in page.seen
    text = markdown(card)
    assert "<script" not in text.replace("\\<", "")
    assert not re.search(r"(?<!\\)[`*\[]", text)
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("| ")} == {3, 5}


def test_words_with_underscores_stay_readable_in_a_terminal():
    assert "- Path: tdc_admet_group/train_val.csv" in markdown({"dataset": {"path": "tdc_admet_group/train_val.csv"}})


def test_the_level_of_the_headings_can_be_chosen():
    assert read(html(CARD, level=2)).seen >= {"h2", "h3"}


def test_a_language_models_card_says_what_it_learnt_from_and_what_it_writes():
    card = {
        "name": "drug_like",
        "data": {"molecules": 624_889, "withheld": 65},
        "sources": [{"set": "zinc250k", "licence": "MIT", "citation": "ZINC (Irwin 2012)"}],
        "judged": {"validity": 0.79},
        "left out": "targets of benchmarks",
    }
    for said in (markdown(card), html(card)):
        assert "624,889" in said or "624889" in said
        assert "zinc250k: MIT; ZINC (Irwin 2012)" in said
        assert "0.79" in said
        assert "Left out: targets of benchmarks." in said
