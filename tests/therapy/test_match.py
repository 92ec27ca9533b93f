import numpy as np

from pharmakon.therapy.match import match, said
from pharmakon.therapy.predictor import CANNOT_TELL
from pharmakon.therapy.response import Push


def test_the_drug_of_a_mutation_comes_first_with_its_reason(screen, predictor):
    mutant = int(np.flatnonzero(screen.profiles.values["mutation"][:, 0] == 1)[0])
    found = match(predictor, screen.profiles.take([mutant]))
    assert len(found) == len(screen.drugs)
    by_drug = {item.drug: item for item in found}
    assert by_drug["D0"].percentile < 40
    assert any(push.gene == "G0" and push.kind == "mutation" and push.push < 0 for push in by_drug["D0"].reasons)
    assert all(len(item.reasons) <= 5 for item in found)


def test_what_cannot_be_told_comes_last_and_candidates_can_be_named(screen, predictor):
    found = match(predictor, screen.profiles.take([0, 1]), ["D1"], ["CCO", "xx"])
    assert [item.patient for item in found] == ["C0"] * 3 + ["C1"] * 3
    told = [item.verdict == CANNOT_TELL for item in found[:3]]
    assert told == sorted(told)
    assert [np.isnan(item.percentile) for item in found[:3]] == told
    assert any(told)
    assert {item.drug for item in found} == {"D1", "CCO", "xx"}


def test_reasons_in_words():
    assert said(Push("BRAF", "mutation", 1.0, -0.821)) == "BRAF mutated -0.82"
    assert said(Push("KRAS", "mutation", 0.0, 0.1)) == "KRAS not mutated +0.10"
    assert said(Push("ERBB2", "expression", 2.31, -0.4)) == "ERBB2 high expression 2.3 -0.40"
    assert said(Push("ERBB2", "copy_number", 3.0, -0.4)) == "ERBB2 copies 3.0 -0.40"
