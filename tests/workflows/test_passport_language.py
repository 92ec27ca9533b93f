"""The tokens spell the molecule, and their likelihoods add up to its own."""

from pathlib import Path

import numpy as np
import pytest

from pharmakon.workflows.passport_language import CAUTION, Speller

GEFITINIB = "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(Path("drug_like"), sampled=60)


def test_the_tokens_are_the_text_and_add_up(speller: Speller) -> None:
    found = speller.spell([GEFITINIB])[0]
    assert "".join(found.tokens[:-1]) == found.text == speller.model.spelt(GEFITINIB)
    assert found.tokens[-1] == "end"
    assert len(found.tokens) == len(found.logs)
    assert max(found.logs) <= 0
    assert found.error < 1e-9


def test_a_percentile_is_among_what_the_model_writes(speller: Speller) -> None:
    usual, odd = speller.spell(["Cc1ccccc1", "FC1(Br)P2OC2C1I"])
    assert usual.sampled > 50
    assert usual.percentile > odd.percentile
    assert (np.diff(speller.reference) >= 0).all()


def test_what_is_too_long_says_so(speller: Speller) -> None:
    found = speller.spell(["C(=S)(Br)[Se]" * 60])[0]
    assert found.problem.startswith("not available")
    assert not found.tokens


def test_it_is_never_called_chemistry() -> None:
    assert "nothing about chemistry" in CAUTION
