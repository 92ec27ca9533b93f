from types import SimpleNamespace

from pharmakon.workflows.study_patterns import PATTERNS, alone, pattern_of, promised

CARD = {
    "signature": {"blocks": {"rna": {}, "proteins": {}, "clinical": {}}},
    "nested": {"auc": {"value": 0.9}},
    PATTERNS: {"rna": {"auc": {"value": 0.7}}},
}


def test_each_set_of_blocks_has_its_own_figure_or_none():
    assert promised(CARD, ("clinical", "proteins", "rna"), "auc") == {"value": 0.9}
    assert promised(CARD, ("rna",), "auc") == {"value": 0.7}
    assert promised(CARD, ("rna", "clinical"), "auc") is None
    assert promised(CARD, ("proteins",), "auc") is None
    assert promised({**CARD, PATTERNS: {}}, ("rna",), "auc") is None


def test_the_largest_fitted_set_of_the_blocks_there_are_is_taken():
    fusions = {("rna",): 0, ("clinical",): 0, ("rna", "clinical"): 0}
    signature = SimpleNamespace(models={"rna": 0, "proteins": 0, "clinical": 0}, fusions=fusions)
    assert pattern_of(signature, ["clinical", "rna", "other"]) == ("rna", "clinical")
    assert pattern_of(signature, ["rna", "proteins"]) == ("rna",)
    assert pattern_of(signature, ["rna", "proteins", "clinical"]) == ("rna", "proteins", "clinical")


def test_stable_markers_of_a_block_alone_have_no_figure(wide):
    assert alone(wide.scores, wide.signature, model="stable") == {}
    found = alone(wide.scores, wide.signature, model="fused")
    assert found["rna"]["auc"]["value"] == wide.scores.models["rna"]["auc"].value
