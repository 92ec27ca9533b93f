"""The dossier's folder."""

import json

import pytest

from pharmakon.core.errors import DataError, UnknownName, UsageError
from pharmakon.record.form import FORMS
from pharmakon.workflows.dossier import FILLED, DossierConfig, run
from pharmakon.workflows.dossier_plan import PlanConfig, register

ANSWERS = '[qmrf."3.1"]\ntext = "Salmonella"\nby = "A. Person"\non = 2026-07-01\n'


def config(tmp_path, **options):
    return DossierConfig(**({"subject": "ames", "output": tmp_path / "out", "today": "2026-07-01"} | options))


def test_every_form_can_be_filled():
    assert tuple(FILLED) == FORMS


def test_pages_json_and_the_open_questions_are_written(tmp_path):
    answers = tmp_path / "answers.toml"
    answers.write_text(ANSWERS, encoding="utf-8")
    result = run(config(tmp_path, forms=("qmrf",), answers=answers))
    names = {path.name for path in result.files}
    assert names == {"qmrf.html", "qmrf.json", "answers-to-fill.toml", "index.html", "dossier.json"}
    plain = json.loads((result.folder / "qmrf.json").read_text(encoding="utf-8"))
    assert plain["filled_by_a_person"] == 1 and plain["made"]["Date"] == "2026-07-01"
    assert "Salmonella" in (result.folder / "qmrf.html").read_text(encoding="utf-8")
    assert '[qmrf."3.1"]' not in (result.folder / "answers-to-fill.toml").read_text(encoding="utf-8")


def test_the_same_facts_give_the_same_bytes(tmp_path):
    first = {p.name: p.read_bytes() for p in run(config(tmp_path, forms=("qmrf",))).files}
    again = {p.name: p.read_bytes() for p in run(config(tmp_path, forms=("qmrf",))).files}
    assert first == again


def test_what_does_not_apply_is_refused(tmp_path):
    for options, error, said in (
        ({"forms": ("qprf",)}, UsageError, "--smiles"),
        ({"forms": ("qmfr",)}, UnknownName, "qmrf"),
        ({"subject": "deidentify", "forms": ("qmrf",)}, DataError, "no QMRF"),
        ({"subject": "herg", "forms": ("ich_m7",), "smiles": "CCO"}, DataError, "ames"),
        ({"subject": "mutagenicity_rules", "forms": ("qprf",), "smiles": "CCO"}, DataError, "ich_m7"),
    ):
        with pytest.raises(error, match=said):
            run(config(tmp_path, **options))


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="something else"):
        run(config(tmp_path, forms=("qmrf",)))
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_answers_to_a_form_that_is_not_written_are_not_lost_silently(tmp_path):
    answers = tmp_path / "answers.toml"
    answers.write_text(ANSWERS.replace("qmrf", "qprf").replace("3.1", "2.1"), encoding="utf-8")
    with pytest.raises(UsageError, match="qprf"):
        run(config(tmp_path, forms=("qmrf",), answers=answers))


def test_a_run_gets_the_general_forms_and_none_of_a_models(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    run_json = {"verb": "discover", "config": {}, "inputs": [], "seed": 0}
    (folder / "run.json").write_text(json.dumps(run_json), encoding="utf-8")
    result = run(config(tmp_path, subject=str(folder)))
    assert tuple(result.forms) == FORMS[3:9]
    assert all(filled.empty == 0 for filled in result.forms.values())
    with pytest.raises(UsageError, match="are about models"):
        run(config(tmp_path, subject=str(folder), forms=("qmrf",)))


def test_forms_of_an_earlier_dossier_do_not_stay(tmp_path):
    run(config(tmp_path, forms=("qmrf", "gmlp")))
    (tmp_path / "out" / "gmlp.pdf").write_bytes(b"%PDF-")
    run(config(tmp_path, forms=("qmrf",)))
    assert not list((tmp_path / "out").glob("gmlp.*"))


def test_a_discovery_hands_on_its_checklists(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    run_json = {"verb": "discover", "config": {}, "inputs": [], "seed": 0}
    (folder / "run.json").write_text(json.dumps(run_json), encoding="utf-8")
    said = {"checklists": {"remark": {"7": "Time to death."}}}
    (folder / "result.json").write_text(json.dumps(said), encoding="utf-8")
    result = run(config(tmp_path, subject=str(folder)))
    assert "remark" in result.forms and "tripod_ai" not in result.forms
    found = {one.field.number: one for one in result.forms["remark"]}
    assert found["7"].machine.sentences == ("Time to death.",) and found["1"].state == "needed"
    with pytest.raises(DataError, match="tripod_ai"):
        run(config(tmp_path, subject=str(folder), forms=("tripod_ai",)))


def test_a_plan_speaks_for_its_author_and_a_later_answer_wins(tmp_path):
    plan = tmp_path / "plan.toml"
    limit = '[[limits]]\nfigure = "scaffold auroc"\nleast = 0.5\n'
    plan.write_text(f'question = "Q?"\ncontext = "C."\nby = "A. Person"\n{limit}', encoding="utf-8")
    register(PlanConfig(plan=plan, output=tmp_path / "plans"))
    answers = tmp_path / "answers.toml"
    answers.write_text(ANSWERS.replace("qmrf", "fda_credibility").replace("3.1", "2.1"), encoding="utf-8")
    result = run(config(tmp_path, forms=("fda_credibility",), plan=tmp_path / "plans", answers=answers))
    found = {one.field.number: one for one in result.forms["fda_credibility"]}
    assert found["1"].person.text == "Q?" and found["1"].machine is None
    assert found["2.1"].person.text == "Salmonella"
    assert found["6.1"].machine.rows[0][3] == "met"
