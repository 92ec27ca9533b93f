"""Designs for a patient, with a small response model that the test makes."""

import csv

import numpy as np
import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError
from pharmakon.workflows.design import DesignConfig, run
from pharmakon.workflows.design_patient import ALONE, OURS, patient_goal, with_goal

GOALS = [{"property": "qed", "want": ">= 0.6"}]


@pytest.fixture(scope="module")
def model(tmp_path_factory, molecules):
    """A screen of 40 lines against 30 drugs: lines with a mutated G0 are sensitive to the aromatic half."""
    from pharmakon.workflows.train_response import ResponseConfig
    from pharmakon.workflows.train_response import run as train

    folder = tmp_path_factory.mktemp("screen")
    random = np.random.default_rng(0)
    drugs = molecules[:: len(molecules) // 30][:30]
    genes = random.normal(size=(40, 25))
    mutated = random.integers(0, 2, (40, 25))
    aromatic = np.array(["c1" in smiles for smiles in drugs])
    response = random.normal(size=30) - 2.0 * np.outer(mutated[:, 0], aromatic) + 0.3 * random.normal(size=(40, 30))

    def table(name, head, rows):
        with (folder / name).open("w", newline="") as lines:
            writer = csv.writer(lines)
            writer.writerow(head)
            writer.writerows(rows)
        return folder / name

    names = [f"G{j}" for j in range(25)]
    rows = [(f"D{j}", f"L{i}", round(response[i, j], 3)) for i in range(40) for j in range(30)]
    config = ResponseConfig(
        response=table("response.csv", ["drug", "cell", "ln_ic50"], rows),
        expression=table("rna.csv", ["", *names], [[f"L{i}", *genes[i].round(3)] for i in range(40)]),
        mutation=table("mutation.csv", ["", *names], [[f"L{i}", *mutated[i]] for i in range(40)]),
        structures=table("drugs.csv", ["drug", "smiles"], [(f"D{j}", s) for j, s in enumerate(drugs)]),
        output=folder / "model",
    )
    train(config)
    for who, state in (("patient", 1), ("others", 0)):
        head = [*(f"expression:{g}" for g in names), *(f"mutation:{g}" for g in names)]
        table(f"{who}.csv", ["patient", *head], [[who, *genes[0].round(3), state, *mutated[0, 1:]]])
    return folder


def config(model, **options):
    base = {"goals": GOALS, "patient": model / "patient.csv", "response": model / "model"}
    return build(DesignConfig, base | options)


def test_goals_are_added_where_a_file_has_none_of_the_response(model):
    assert with_goal(config(model)).goals[1:] == ALONE
    own = [*GOALS, {"property": OURS[0], "want": "<= 1"}]
    assert len(with_goal(config(model, goals=own)).goals) == 2
    assert with_goal(build(DesignConfig, {"goals": GOALS})).goals == build(DesignConfig, {"goals": GOALS}).goals
    against = with_goal(config(model, against=model / "others.csv")).goals
    assert against[1].property == OURS[0]


def test_a_group_against_another_is_a_difference(model):
    goal = patient_goal(config(model, against=model / "others.csv"))
    found = goal.scorer.estimate(["Cc1ccc(F)cc1", "CC1CCC(F)CC1"], [OURS[0]])[OURS[0]]
    assert found.value[0] < found.value[1]
    assert len(goal.inputs) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"goals": [{"property": "patient_response", "want": "<= 0"}]}, "give the table of the profile"),
        ({"goals": GOALS, "against": "others.csv"}, "the first is patient"),
        ({"goals": GOALS, "patient": "patient.csv", "response": "nowhere"}, "train-response makes one"),
    ],
)
def test_what_is_lacking_is_said(options, message):
    with pytest.raises(ConfigError, match=message):
        patient_goal(build(DesignConfig, options))


def test_a_design_for_a_patient_says_how_far_it_can_be_trusted(model, tmp_path):
    result = run(config(model, calls=60, designs=5), output=tmp_path / "run", workers=1)
    html = (tmp_path / "run" / "report.html").read_text()
    assert "designs lie where the response model can be trusted" in html
    assert "Cell lines are not patients" in html
    assert "Driven by" in html and "<h1>Designs for patient</h1>" in html
    summary = html[html.index('<div class="summary">') : html.index('<dl class="figures">')]
    assert "IC50" not in summary  # the genes stand in a table of their own
    with (tmp_path / "run" / "designs.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    low, high = (float(rows[0][f"{OURS[1]}_{end}"]) for end in ("low", "high"))
    assert low < float(rows[0][OURS[1]]) < high or high - low > 10
    assert {*OURS} <= {key.removeprefix("value:") for key in rows[0]}
    assert result.head


@pytest.mark.parametrize("option", ["patient", "against"])
def test_profiles_of_which_nothing_can_be_told_are_refused(model, tmp_path, option):
    (tmp_path / "few.csv").write_text("patient,G0,G1\nP,0.1,0.2\n")
    with pytest.raises(ConfigError, match="fewer than 50% of the model's genes"):
        patient_goal(config(model, **{option: tmp_path / "few.csv"}))
