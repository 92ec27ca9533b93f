from pharmakon.workflows.validate import ValidateConfig, run


def validated(discovered, folder, *cohorts, **options):
    return run(ValidateConfig(signature=discovered.folder, cohorts=cohorts, output=folder / "val", **options))


def test_an_auc_has_delongs_interval_and_what_it_adds_too(discovered, cohort_file, tmp_path):
    from pharmakon.learn.delong import auc_interval

    one = validated(discovered, tmp_path, cohort_file(n=70, p=24, seed=5)).validations[0]
    y, score = one.cohort.outcome.value, one.risks.score
    assert (one.scores["auc"].low, one.scores["auc"].high) == auc_interval(y, score)[1:]
    assert one.scored.methods["auc"] == "DeLong"
    assert one.scored.methods["brier"] == "bootstrap"
    assert one.scored.methods["added"] == "paired DeLong"
    assert one.scored.added.value > 0.1
    html = (tmp_path / "val" / "report.html").read_text()
    assert "DeLong" in html
    assert "over clinical only" in html


def test_samples_of_one_patient_are_resampled_together(discovered, cohort_file, tmp_path):
    twice = [f"P{i // 2}" for i in range(70)]
    one = validated(discovered, tmp_path, cohort_file(n=70, p=24, seed=5, patient=twice)).validations[0]
    assert one.scored.methods["auc"] == "bootstrap"
