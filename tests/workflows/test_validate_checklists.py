"""A validation answers TRIPOD+AI as an evaluation does, and its dossier has the form."""

import json

from pharmakon.workflows.dossier import DossierConfig
from pharmakon.workflows.dossier import run as dossier
from pharmakon.workflows.validate import ValidateConfig, run


def test_the_dossier_of_a_validation_has_tripod_ai(discovered, cohort_file, tmp_path):
    cohort = cohort_file(n=70, p=24, seed=5)
    found = run(ValidateConfig(signature=discovered.folder, cohorts=(cohort,), output=tmp_path / "val"))
    made = dossier(DossierConfig(subject=str(tmp_path / "val"), output=tmp_path / "dossier"))
    form = {one.field.number: one for one in made.forms["tripod_ai"]}
    assert made.forms["tripod_ai"].by_machine >= 25
    assert form["4"].machine.sentences == ("Evaluation of a finished model in other patients. Nothing is fitted.",)
    assert form["17"].needed.startswith("Person needed: "), "nobody but people can say who approved it"
    lead = found.validations[0].scores["auc"]
    assert f"{lead.value:.3f}" in form["23a"].machine.sentences[0]
    assert f"{lead.patients:,} patients" in form["21"].machine.sentences[0]
    assert "cannot be told" in form["23b"].machine.sentences[0]
    assert found.frozen.card["signature"]["sha256"] in form["12c"].machine.sentences[0]
    said = json.loads((tmp_path / "val" / "result.json").read_text())["checklists"]
    assert "tripod_ai" in said and "remark" not in said
