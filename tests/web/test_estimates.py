"""What the molecule page asks of workflows: what a typed text means, what is kept, and no model but a shipped one."""

from __future__ import annotations

import pytest

from pharmakon.chem import drugs
from pharmakon.chem.drugs import Drug
from pharmakon.core.errors import UnknownName
from pharmakon.predict.panel import shipped_folder
from pharmakon.web.estimates import card, counterfactuals, explained, meant, mutagenicity, warm


def test_a_drug_s_name_means_its_structure_and_all_else_itself():
    structure, drug = meant("  Aspirin ")
    assert drug.name == "aspirin" and structure == drug.smiles
    assert meant(" CCO ") == ("CCO", None)
    assert meant("no such drug") == ("no such drug", None)


def test_a_short_structure_is_not_taken_for_a_drug_of_that_name(monkeypatch):
    monkeypatch.setattr(drugs, "named", lambda text: Drug(text, "c1ccccc1", "CHEMBL1", 1990))
    assert meant("CN") == ("CN", None)
    assert meant("gas")[0] == meant("benzenol")[0] == "c1ccccc1"  # "gas" is no structure


def test_cards_are_made_once_and_the_first_before_anybody_asks():
    card.cache_clear()
    warm("fast")
    assert card("CCO", "fast").smiles == "CCO" and card("CCO", "fast") is card("CCO", "fast")
    assert (card.cache_info().misses, card.cache_info().hits) == (1, 3)


def test_a_folder_that_holds_a_model_is_no_shipped_model():
    assert (shipped_folder() / "herg" / "card.json").is_file()
    for asked in (explained, counterfactuals):
        with pytest.raises(UnknownName, match="model"):
            asked("CCO", str(shipped_folder() / "herg"), "fast")


def test_what_cannot_be_read_has_no_reasons_and_no_class():
    assert explained("c1cc", "herg", "fast") is None
    assert mutagenicity("c1cc").impurity_class is None and "unclosed ring" in mutagenicity("c1cc").problem
