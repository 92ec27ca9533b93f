from pharmakon.core.types import Property
from pharmakon.design.desirability import Want
from pharmakon.workflows.design_choices import OWN, choices, meanings, own_property, resolved


def test_every_choice_begins_with_a_wish_that_can_be_read_and_lies_on_its_slider():
    for one in choices().values():
        want = Want.parse(one.want)
        low, high = one.ends
        assert low < high and one.step > 0 and one.tolerance > 0, one.name
        assert any(low <= end <= high for end in (want.low, want.high)), one.name


def test_no_hazard_begins_with_a_reward():
    hazards = [one for one in choices().values() if one.what.hazard]
    assert {"herg", "ames", "alerts"} <= {one.name for one in hazards}
    assert all(one.want.startswith("<=" if one.what.better == "low" else ">=") for one in hazards)


def test_own_models_stand_first_and_have_a_domain():
    mine = {"assay": Property("assay", "Our assay", "pIC50", better="high", threshold=6.0, low=0, high=12)}
    assert next(iter(choices(mine).values())).group == OWN
    assert resolved("assay.domain", mine).what.title == "Inside the domain of Our assay"
    assert "assay.similarity" in meanings(mine) and "assay" not in meanings()


def test_a_name_that_nobody_knows_is_none_and_rdkits_own_are_known():
    assert resolved("nonsense") is None
    assert resolved("rdkit.BertzCT").what.name == "rdkit.BertzCT"


def test_a_card_says_what_a_model_means():
    card = {"property": {"name": "x", "title": "X", "unit": "h", "hazard": True}}
    assert own_property(card) == Property("x", "X", "h", hazard=True)
