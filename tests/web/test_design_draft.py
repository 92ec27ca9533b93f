from pharmakon.web.design_draft import menu
from pharmakon.workflows.design_choices import OWN, resolved


def test_the_menu_has_every_group_and_marks_hazards():
    found = menu({})
    assert OWN not in found and {"toxicity", "computed properties", "protein targets", "structure"} <= found.keys()
    assert ("herg", "hERG block (hazard)") in found["toxicity"]
    assert ("keep", "Keep a substructure") in found["structure"]


def test_own_models_come_first():
    mine = {"assay": resolved("qed").what}
    assert next(iter(menu(mine))) == OWN
