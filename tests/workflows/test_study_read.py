"""A finished discovery is read back: the verdict says what the numbers say, and no more."""

import json

import pytest

from pharmakon.core.errors import RecordError
from pharmakon.workflows.study_read import StudyConfig, run


def estimate(value, low, high, patients=60):
    return {"value": value, "low": low, "high": high, "patients": patients, "events": 20}


def study(folder, *, gain=(0.2, 0.1, 0.3), best=(0.8, 0.7, 0.9), models=True):
    said = {
        "cohort": "Sixty",
        "patients": 60,
        "events": 20,
        "checks": [{"severity": "warning", "title": "Events", "sentence": "Few.", "advice": ""}],
        "univariable": {"proteins": {"found": 1, "tested": 6, "effect": "log hazard ratio per SD"}},
    }
    if models:
        said["measure"] = "auc"
        said["models"] = {
            "clinical": {"scores": {"auc": estimate(0.6, 0.5, 0.7)}, "over clinical": {}},
            "fused": {"scores": {"auc": estimate(*best)}, "over clinical": {"auc": estimate(*gain)}},
        }
        said["subgroups"] = {"sex": [{"level": "F", "inside": estimate(0.7, 0.5, 0.9, 30), "gap": estimate(0, 0, 0)}]}
        said["signature"] = {"markers": [["proteins", "P0"]]}
    (folder / "result.json").write_text(json.dumps(said))
    lines = ["block,feature,n,effect,low,high,p,q", "proteins,P0,60,1.263971,0.75,1.77,2.17967e-06,1.3e-05"]
    (folder / "markers.csv").write_text("\n".join([*lines, "proteins,P1,60,,,,,"]) + "\n")
    return run(StudyConfig(study=folder))


def test_a_signature_that_adds_to_the_clinic_is_good_news(tmp_path):
    found = study(tmp_path)
    assert found.verdict_kind == "good"
    assert found.verdict[0] == "The signature adds to the clinical variables: +0.200 (0.100 to 0.300) in AUC."
    assert found.verdict[1] == "On patients it has not seen it reaches AUC 0.800 (0.700 to 0.900)."
    assert [(one.model, one.main) for one in found.scores] == [
        ("Clinical only", False),
        ("All blocks, elastic net", True),
    ]
    assert found.groups[0].patients == 30 and found.in_signature == {"P0"}
    assert found.markers[0]["effect"] == "1.26" and found.markers[1]["p"] == ""


@pytest.mark.parametrize(
    ("gain", "best", "said"),
    [
        ((0.1, -0.1, 0.3), (0.8, 0.7, 0.9), "is not shown to add to"),
        ((0.2, 0.1, 0.3), (0.55, 0.4, 0.7), "which may be chance"),
        ((None, None, None), (0.8, None, None), "no interval"),
    ],
)
def test_what_is_not_shown_is_not_claimed(tmp_path, gain, best, said):
    found = study(tmp_path, gain=gain, best=best)
    assert found.verdict_kind == "unsure" and said in " ".join(found.verdict)


def test_what_an_effect_is_is_said_once_or_for_each_block(tmp_path):
    assert study(tmp_path).effects == ["log hazard ratio per SD"]
    said = json.loads((tmp_path / "result.json").read_text())
    said["univariable"]["genes"] = {"found": 0, "tested": 9, "effect": "difference of log2 counts"}
    (tmp_path / "result.json").write_text(json.dumps(said))
    found = run(StudyConfig(study=tmp_path)).effects
    assert found == ["proteins: log hazard ratio per SD", "genes: difference of log2 counts"]


def test_without_a_signature_there_is_no_verdict_on_one(tmp_path):
    found = study(tmp_path, models=False)
    assert found.verdict_kind == "" and "No signature was made" in found.verdict[0] and not found.scores


def test_a_folder_that_is_no_study_is_refused(tmp_path):
    with pytest.raises(RecordError, match="holds no finished discovery"):
        run(StudyConfig(study=tmp_path))
