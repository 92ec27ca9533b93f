import pytest

from pharmakon.core.errors import DataError, ModelError
from pharmakon.record.ledger import verify
from pharmakon.workflows.study_scores import unscaled
from pharmakon.workflows.validate import ValidateConfig, run


def validated(discovered, folder, *cohorts, **options):
    return run(ValidateConfig(signature=discovered.folder, cohorts=cohorts, output=folder / "val", **options))


def test_a_signature_holds_in_a_cohort_like_its_own(discovered, cohort_file, tmp_path):
    found = validated(discovered, tmp_path, cohort_file(n=70, p=24, seed=5))
    assert found.leading == "auc"
    assert found.validations[0].scores["auc"].value > 0.7
    assert verify(found.folder / "ledger.jsonl").ok
    assert found.plain()["signature"]["nested"]["auc"]["value"] == discovered.scores.models["fused"]["auc"].value
    assert (found.folder / "report.html").is_file()


def test_it_is_not_judged_on_the_patients_that_made_it(discovered, tmp_path, cohort_file):
    own = discovered.folder.parent / "cohort.toml"
    with pytest.raises(DataError, match="made the model"):
        validated(discovered, tmp_path, own)
    mixed = cohort_file(n=90, p=24)  # the same seed: the same patients
    with pytest.raises(DataError, match="made the model"):
        validated(discovered, tmp_path, mixed)


def test_known_patients_can_be_left_out(discovered, cohort_file, tmp_path):
    path = cohort_file(n=70, p=24, seed=5)
    ours = (discovered.folder.parent / "rna.csv").read_text().splitlines()
    table = path.parent / "rna.csv"
    theirs = table.read_text().splitlines()
    name = theirs[1].split(",")[0]
    theirs[1] = ",".join([name, *ours[1].split(",")[1:]])
    table.write_text("\n".join(theirs))
    found = validated(discovered, tmp_path, path, drop_seen=True)
    assert len(found.validations[0].cohort) == 69
    assert "1 samples made the signature" in found.validations[0].notes[0]


def test_several_cohorts_are_summed_up(discovered, cohort_file, tmp_path):
    import shutil

    paths = []
    for seed in (5, 6, 7):
        path = cohort_file(n=70, p=24, seed=seed)
        copy = tmp_path / f"cohort{seed}"
        shutil.copytree(path.parent, copy, ignore=shutil.ignore_patterns("cohort*[0-9]", "val"))
        toml = copy / "cohort.toml"
        toml.write_text(toml.read_text().replace('name = "toy"', f'name = "toy {seed}"'))
        paths.append(toml)
    found = validated(discovered, tmp_path / "out", *paths)
    values = [one.scores["auc"].value for one in found.validations]
    assert min(values) <= unscaled("auc", found.summary.value) <= max(values)
    assert found.summary.weights.sum() == pytest.approx(1)
    html = (found.folder / "report.html").read_text()
    assert "Cohort by cohort" in html
    assert "In a further cohort expect" in html


def test_words_are_coded_as_they_were_in_training(discovered, cohort_file, tmp_path):
    """In training one sex is the commoner, here the other: the weights must not change sides."""
    levels = discovered.cohort.levels["sex"]
    sex = [levels[1]] * 60 + [levels[0]] * 10
    found = validated(discovered, tmp_path, cohort_file(n=70, p=24, seed=5, sex=sex))
    clinical = found.validations[0].cohort.covariates
    column = clinical.features.index(f"sex={levels[1]}")
    assert clinical.values[:, column].sum() == 60


def test_another_kind_of_outcome_is_refused(discovered, cohort_file, tmp_path):
    path = cohort_file(n=70, p=24, seed=5)
    text = path.read_text().replace('kind = "binary"\ncolumn = "response"\npositive = "R"\nnegative = "NR"', "OUT")
    path.write_text(text.replace("OUT", 'kind = "continuous"\ncolumn = "time"'))
    with pytest.raises(DataError, match="the signature is of one that is binary"):
        validated(discovered, tmp_path, path)


def test_a_feature_that_is_lacking_is_named(discovered, cohort_file, tmp_path):
    path = cohort_file(n=70, p=24, seed=5)
    table = path.parent / "rna.csv"
    table.write_text(table.read_text().replace("G0,", "GX,", 1))
    with pytest.raises(DataError, match="G0"):
        validated(discovered, tmp_path, path)


def test_what_is_no_signature_is_told(discovered, cohort_file, tmp_path):
    with pytest.raises(ModelError, match="not a model folder"):
        run(ValidateConfig(signature=tmp_path, cohorts=(cohort_file(),), output=tmp_path / "x"))


def test_another_unit_and_a_reversed_outcome_are_noticed(discovered, cohort_file, tmp_path):
    path = cohort_file(n=70, p=24, seed=5)
    table = path.parent / "rna.csv"
    head, *rows = table.read_text().splitlines()
    shifted = [",".join([r.split(",")[0], *(f"{float(x) + 8:.3f}" for x in r.split(",")[1:])]) for r in rows]
    table.write_text("\n".join([head, *shifted]) + "\n")
    found = validated(discovered, tmp_path / "a", path)
    assert any("another unit" in note for note in found.validations[0].notes)
    table.write_text("\n".join([head, *rows]) + "\n")
    path.write_text(path.read_text().replace('positive = "R"\nnegative = "NR"', 'positive = "NR"\nnegative = "R"'))
    notes = " ".join(validated(discovered, tmp_path / "b", path).validations[0].notes)
    assert "make sure that it means the same" in notes
    assert "the wrong way round" in notes


def rewritten(path, change):
    """A cohort's genes with each row's numbers changed by `change`, a function of the table."""
    import numpy as np

    table = path.parent / "rna.csv"
    head, *rows = table.read_text().splitlines()
    names = [row.split(",")[0] for row in rows]
    values = change(np.array([[float(x or "nan") for x in row.split(",")[1:]] for row in rows]))
    lines = [
        ",".join([name, *("" if np.isnan(x) else f"{x:g}" for x in row)])
        for name, row in zip(names, values, strict=True)
    ]
    table.write_text("\n".join([head, *lines]) + "\n")
    return path


def test_a_copy_that_was_rounded_rescaled_or_given_gaps_is_refused(wide, cohort_file, tmp_path):
    import numpy as np

    path = cohort_file(n=90, p=60)  # the same seed: the same patients
    gaps = np.random.default_rng(0).random((90, 60)) < 0.1
    rewritten(path, lambda x: np.where(gaps, np.nan, x.round(1)))
    with pytest.raises(DataError, match="known by the pattern of their values"):
        validated(wide, tmp_path, path)
    rewritten(path, lambda x: 0.7 * x + 3)
    with pytest.raises(DataError, match="known by the pattern of their values"):
        validated(wide, tmp_path, path)


def test_patients_of_another_cohort_are_judged_and_their_names_asked_about(wide, cohort_file, tmp_path):
    own = cohort_file(n=70, p=60, seed=5, sample=[f"X{i}" for i in range(70)], patient=[f"Y{i}" for i in range(70)])
    rna = own.parent / "rna.csv"
    rna.write_text(rna.read_text().replace("\nS", "\nX"))
    assert not any("identifiers" in note for note in validated(wide, tmp_path / "a", own).validations[0].notes)
    found = validated(wide, tmp_path / "b", cohort_file(n=70, p=60, seed=5)).validations[0]
    assert found.seen == 0
    assert any("70 of 70 samples bear the same identifiers" in note for note in found.notes)


def test_without_a_block_the_nested_figure_is_of_the_other(wide, cohort_file, tmp_path):
    path = cohort_file(n=70, p=60, seed=5)
    path.write_text(path.read_text().replace('covariates = ["age", "sex"]\n', ""))
    found = validated(wide, tmp_path, path)
    assert found.validations[0].pattern == ("rna",)
    models = wide.scores.models
    assert models["rna"]["auc"].value != models["fused"]["auc"].value
    said = found.plain()["cohorts"][0]["nested with these blocks"]
    assert said["value"] == models["rna"]["auc"].value
    assert "nested, rna alone" in (found.folder / "report.html").read_text()


def test_without_any_clinical_value_the_risks_are_of_the_other_block(discovered, cohort_file, tmp_path):
    n = 70
    path = cohort_file(n=n, p=24, seed=5, age=[""] * n, sex=[""] * n)
    (one,) = validated(discovered, tmp_path, path).validations
    assert one.pattern == ("rna",)
    assert one.scored.added is None


def test_of_a_handful_of_patients_nothing_is_claimed(discovered, cohort_file, tmp_path):
    response = ["R"] * 4 + ["NR"] * 16
    found = validated(discovered, tmp_path, cohort_file(n=20, p=24, seed=5, response=response))
    events = next(check for check in found.validations[0].checks if check.name == "events")
    assert events.severity == "warning"
    assert "too few for a figure to rest on" in events.sentence
    page = (found.folder / "report.html").read_text()
    assert "of 4 patients of the rarer class: too few to tell it from chance" in page


def test_genes_of_another_species_are_told_by_their_case(discovered, cohort_file, tmp_path):
    path = cohort_file(n=70, p=24, seed=5)
    table = path.parent / "rna.csv"
    head, *rows = table.read_text().splitlines()
    table.write_text("\n".join([head.replace("G", "g"), *rows]))
    with pytest.raises(DataError, match="in another case"):
        validated(discovered, tmp_path, path)


@pytest.mark.parametrize(("made", "here", "said"), [
    ("months", "Months", None),
    ("months", "mo.", None),
    ("years", "yr", None),
    ("years", "days", "refused"),
    ("years", "", None),
    ("cells/ul", "G/l", "make sure it is the same"),
])  # fmt: skip
def test_times_are_in_the_unit_of_the_signature(made, here, said, tmp_path):
    from types import SimpleNamespace

    import numpy as np

    from pharmakon.biomarkers.outcome import Outcome
    from pharmakon.workflows.validate import _same_unit

    outcome = Outcome("y", "survival", np.arange(1.0, 9.0), np.tile([0.0, 1.0], 4), unit=here)
    cohort, card = SimpleNamespace(outcome=outcome), {"declaration": {"outcome": {"unit": made}}}
    frozen = SimpleNamespace(card=card, signature=SimpleNamespace(horizon=5.0))
    if said == "refused":
        with pytest.raises(DataError, match="times in days; the signature's are in years: convert them"):
            _same_unit(frozen, cohort, tmp_path)
    else:
        assert [said in note for note in _same_unit(frozen, cohort, tmp_path)] == ([True] if said else [])
    frozen = SimpleNamespace(card={}, signature=SimpleNamespace(horizon=8.0))
    assert "Nobody was followed beyond" in _same_unit(frozen, cohort, tmp_path)[0]
