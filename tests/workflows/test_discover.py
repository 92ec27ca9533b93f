import csv
import json
import math

import pytest

from pharmakon.core.errors import ConfigError, RefusedDesign, UsageError
from pharmakon.record.ledger import verify
from pharmakon.workflows import attack_signature, study_scores
from pharmakon.workflows.discover import DiscoverConfig, run
from pharmakon.workflows.study_signature import load


@pytest.fixture(autouse=True)
def _few(monkeypatch, request):
    """A third of the time: fewer bootstrap samples, and fewer shadow models where no test looks at the attack."""
    monkeypatch.setattr(study_scores, "RESAMPLES", 60)
    if "gives_its_patients_away" not in request.node.name:
        monkeypatch.setattr(attack_signature, "ATTACKED", 4)


def quick(cohort, folder, **options):
    return run(
        DiscoverConfig(
            cohort=cohort,
            output=folder / "run",
            folds=3,
            permutations=1,
            **({"without": ("stability", "trees"), "workers": 1} | options),
        )
    )


def test_the_marker_is_found_and_the_signature_beats_chance(discovered):
    assert discovered.markers()[0]["feature"] == "G0"
    assert discovered.markers()[0]["q"] < 0.001
    scores = discovered.scores
    assert scores.leading == "auc"
    assert scores.models["fused"]["auc"].low > 0.6
    assert 0.2 < scores.null["fused"].mean < 0.75
    assert ("rna", "G0") in discovered.signature.markers
    assert "G0" in discovered.stability["rna"].names


def test_everything_is_on_disk_and_in_the_ledger(discovered):
    folder = discovered.folder
    names = {path.name for path in folder.iterdir()}
    assert names >= {"run.json", "markers.csv", "risks.csv", "result.json", "report.html", "signature", "ledger.jsonl"}
    assert verify(folder / "ledger.jsonl").ok
    with (folder / "markers.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 24
    assert rows[0]["feature"] == "G0"
    assert json.loads((folder / "result.json").read_text())["measure"] == "auc"
    assert {*load(folder / "signature").signature.markers} == {*discovered.signature.markers}


def test_one_changed_byte_is_named(discovered, tmp_path):
    import shutil

    copy = tmp_path / "run"
    shutil.copytree(discovered.folder, copy)
    path = copy / "markers.csv"
    path.write_text(path.read_text().replace("G1,", "G2,", 1))
    found = verify(copy / "ledger.jsonl")
    assert not found.ok
    assert "markers.csv" in str(found)


def test_the_same_seed_gives_the_same_numbers(cohort_file, tmp_path):
    path = cohort_file()
    first, second = (quick(path, tmp_path / name) for name in "ab")
    for name in ("markers.csv", "risks.csv", "result.json"):
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes()


def test_shuffled_outcomes_find_nothing(cohort_file, tmp_path):
    """What a statistician tries first."""
    import numpy as np

    response = np.random.default_rng(7).permutation(["R"] * 24 + ["NR"] * 36).tolist()
    found = quick(cohort_file(response=response, p=300), tmp_path)
    assert found.markers()[0]["q"] > 0.05
    assert found.scores.models["fused"]["auc"].low < 0.55


def test_a_batch_that_is_the_outcome_stops_everything(cohort_file, tmp_path):
    path = cohort_file(response=["R"] * 20 + ["NR"] * 40, plate=["a"] * 20 + ["b"] * 40)
    with pytest.raises(RefusedDesign, match="batch"):
        quick(path, tmp_path)
    assert not (tmp_path / "run").exists()


def test_a_claim_of_prediction_without_arms_is_refused(cohort_file, tmp_path):
    path = cohort_file()
    path.write_text(path.read_text().replace('"prognostic"', '"predictive"'))
    with pytest.raises(RefusedDesign, match="No arm is declared"):
        quick(path, tmp_path)


def test_few_events_leave_the_single_markers_and_no_signature(cohort_file, tmp_path):
    path = cohort_file(response=["R"] * 8 + ["NR"] * 52)
    found = quick(path, tmp_path)
    assert found.signature is None
    assert any("No signature was made" in note for note in found.notes)
    assert not (found.folder / "signature").exists()
    forced = quick(path, tmp_path / "forced", accept=("events",))
    assert forced.signature is not None
    assert any("although the design check refused" in note for note in forced.notes)


def test_only_a_refusal_of_the_signature_can_be_accepted(cohort_file, tmp_path):
    with pytest.raises(ConfigError, match="accept"):
        quick(cohort_file(), tmp_path, accept=("batch-outcome",))


def test_an_earlier_run_is_not_overwritten_by_accident(cohort_file, tmp_path):
    path = cohort_file()
    quick(path, tmp_path, without=("signature",))
    with pytest.raises(UsageError, match="already holds a run"):
        quick(path, tmp_path, without=("signature",))
    quick(path, tmp_path, without=("signature",), overwrite=True)


def test_survival_and_numbers(cohort_file, tmp_path):
    path = cohort_file()
    text = path.read_text()
    binary = '[outcome]\nkind = "binary"\ncolumn = "response"\npositive = "R"\nnegative = "NR"'
    assert binary in text
    survival = '[outcome]\nkind = "survival"\ntime = "time"\nevent = "dead"\nunit = "months"'
    path.write_text(text.replace(binary, survival))
    found = quick(path, tmp_path / "s")
    assert found.scores.leading == "c_uno"
    assert "log hazard" in found.differential["rna"].meaning
    page = (found.folder / "report.html").read_text()
    assert "Kaplan" in page
    assert "chance that the event (dead) comes within" in page
    assert "chance of time to" not in page
    assert "the event is dead = 1" in page
    with pytest.raises(ConfigError, match=r"nobody was followed beyond 36500: the longest time is [\d.]+ months, and"):
        quick(path, tmp_path / "h", horizon=36500)
    assert not (tmp_path / "h").exists()
    path.write_text(text.replace(binary, '[outcome]\nkind = "continuous"\ncolumn = "time"'))
    assert quick(path, tmp_path / "n").scores.leading == "r2"


def test_a_marker_without_a_hazard_ratio_is_not_found_and_is_counted(cohort_file, tmp_path):
    time, dead = [20.0] * 20 + [1.0 + i / 10 for i in range(40)], [0] * 20 + [1] * 40
    path = cohort_file(time=time, dead=dead)
    table = path.parent / "rna.csv"
    head, *rows = table.read_text().splitlines()
    rows = [
        ",".join([cells[0], str(int(int(cells[0][1:]) < 20)), *cells[2:]]) for cells in (r.split(",") for r in rows)
    ]
    table.write_text("\n".join([head, *rows]) + "\n")
    binary = '[outcome]\nkind = "binary"\ncolumn = "response"\npositive = "R"\nnegative = "NR"'
    survival = '[outcome]\nkind = "survival"\ntime = "time"\nevent = "dead"'
    path.write_text(path.read_text().replace(binary, survival).replace('batch = "plate"\n', ""))
    found = quick(path, tmp_path, without=("signature",))
    without = next(row for row in found.markers() if row["feature"] == "G0")
    assert math.isnan(without["p"]) and math.isnan(without["q"])
    assert found.differential["rna"].adjusted.tested == 19
    assert any("rna: 1 of 20 features was not tested (G0)" in note for note in found.notes)
    assert found.plain()["univariable"]["rna"]["not tested"] == 1


def test_batches_are_corrected_inside_the_folds_and_the_correction_is_kept(cohort_file, tmp_path):
    found = quick(cohort_file(), tmp_path, correction="combat")
    frozen = load(found.folder / "signature")
    assert set(frozen.corrections) == {"rna"}


def test_an_earlier_run_survives_a_request_that_makes_no_sense(cohort_file, tmp_path):
    path = cohort_file()
    first = quick(path, tmp_path)
    with pytest.raises(ConfigError):
        quick(path, tmp_path, final="stable", overwrite=True)
    assert (first.folder / "report.html").is_file()


def test_repeated_samples_are_no_evidence(cohort_file, tmp_path):
    """Noise of 12 patients, 20 samples each: as independent rows it would be significant beyond doubt."""
    import numpy as np

    draw = np.random.default_rng(1)
    path = cohort_file(
        n=240,
        patient=[f"P{i // 20}" for i in range(240)],
        response=[("R", "NR")[(i // 20) % 2] for i in range(240)],
    )
    own = draw.normal(size=(12, 20))
    rows = [[f"S{i}", *(own[i // 20] + 0.1 * draw.normal(size=20)).round(3)] for i in range(240)]
    lines = [",".join(map(str, row)) for row in [["", *(f"G{j}" for j in range(20))], *rows]]
    (path.parent / "rna.csv").write_text("\n".join(lines) + "\n")
    found = quick(path, tmp_path, without=("signature",))
    assert found.markers()[0]["n"] == 12
    assert found.markers()[0]["q"] > 0.01
    assert next(check for check in found.checks if check.name == "events").severity == "refused"


def test_counts_make_a_signature_too(cohort_file, tmp_path):
    path = cohort_file()
    table = path.parent / "rna.csv"
    head, *rows = table.read_text().splitlines()
    rows = [
        ",".join([cells[0], *(str(round(2 ** (float(x) + 5))) for x in cells[1:])])
        for cells in (row.split(",") for row in rows)
    ]
    table.write_text("\n".join([head, *rows]) + "\n")
    path.write_text(path.read_text().replace('file = "rna.csv"', 'file = "rna.csv"\nkind = "counts"'))
    found = quick(path, tmp_path)
    assert found.scores.models["fused"]["auc"].value > 0.6


def test_a_signature_that_gives_its_patients_away_says_so(cohort_file, tmp_path):
    found = quick(cohort_file(n=90, p=60), tmp_path)
    assert found.membership.leaks
    assert "pharmakon export refuses it" in (found.folder / "report.html").read_text()
    said = load(found.folder / "signature").card["membership"]
    assert said["leaks"] is True
    assert {attack["name"] for attack in said["attacks"]} == {"loss", "likelihood ratio"}
