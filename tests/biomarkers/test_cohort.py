import numpy as np
import pytest

from pharmakon.biomarkers.cohort import read_cohort
from pharmakon.core.access import access_of
from pharmakon.core.errors import DataError, UnknownName


def test_rows_meet_by_id_whatever_their_order(cohort):
    gene = cohort.blocks["rna"].values[:, 0]
    sick = cohort.outcome.value == 1
    assert gene[sick].mean() > gene[~sick].mean() + 1
    assert cohort.covariates.features[0] == "age"
    assert set(cohort.omics) == {"rna"}


def test_samples_as_columns_are_turned_round(cohort_file):
    path = cohort_file()
    before = read_cohort(path)
    table = np.loadtxt(path.parent / "rna.csv", delimiter=",", dtype=str)
    np.savetxt(path.parent / "rna.csv", table.T, delimiter=",", fmt="%s")
    after = read_cohort(path)
    np.testing.assert_array_equal(before.blocks["rna"].values, after.blocks["rna"].values)
    assert any("columns are the samples" in note for note in after.notes)


def test_what_is_not_known_is_left_out_and_counted(cohort_file):
    path = cohort_file(n=10, response=["R", "NR", "", "NR", "SD", "R", "NR", "NR", "R", "NR"])
    found = read_cohort(path)
    assert len(found) == 8
    assert found.flow[-1] == ("with a known outcome (response)", 8)
    assert any("2 of 10 samples have no known outcome" in note for note in found.notes)
    assert len(found.table) == len(found.patients) == len(found.outcome) == 8


def test_only_the_rows_asked_for_belong(cohort_file):
    path = cohort_file(toml=COHORT_OF_ARM)
    found = read_cohort(path)
    assert 0 < len(found) < 60


def test_the_hash_is_of_the_declaration_and_of_the_files(cohort_file):
    path = cohort_file()
    first = read_cohort(path).hash
    assert read_cohort(path).hash == first
    text = path.read_text()
    path.write_text('access = "controlled"\nterms = "committee"\n' + text)
    found = read_cohort(path)
    assert found.hash == first, "who may have the data is no part of what they are"
    assert access_of({"declaration": found.declaration.model_dump(mode="json")}) == ("controlled", "committee")
    path.write_text(text)
    path.write_text(path.read_text().replace('"age", "sex"', '"age"'))
    second = read_cohort(path).hash
    table = path.parent / "rna.csv"
    table.write_text(table.read_text().replace("G1,", "GX,"))
    assert len({first, second, read_cohort(path).hash}) == 3


def test_the_answer_is_never_a_feature(cohort_file):
    toml = COHORT_OF_ARM.replace('file = "rna.csv"', 'file = "clinical.csv"')
    found = read_cohort(cohort_file(toml=toml))
    assert "response" not in found.blocks["rna"].features
    assert "age" not in found.blocks["rna"].features
    assert "dead" in found.blocks["rna"].features


def test_features_are_called_what_people_call_them(cohort_file):
    path = cohort_file()
    (path.parent / "names.csv").write_text("probe,gene\nG0,TP53\nG1,EGFR\nG2,EGFR\nG3,\n")
    labels = 'labels = { file = "names.csv", id = "probe", label = "gene" }'
    path.write_text(path.read_text().replace('file = "rna.csv"', f'file = "rna.csv"\n{labels}'))
    found = read_cohort(path)
    assert found.blocks["rna"].features[:5] == ("TP53", "EGFR (G1)", "EGFR (G2)", "G3", "G4")
    assert "names.csv" in found.files


@pytest.mark.parametrize(("options", "value"), [("floor = 2.0", 1.0), ("floor = 2.0\nmissing = 5.0", 1.0)])
def test_transforms_are_of_each_sample_alone(cohort_file, options, value):
    path = cohort_file()
    path.write_text(path.read_text().replace('file = "rna.csv"', f'file = "rna.csv"\ntransform = "log2"\n{options}'))
    assert np.nanmin(read_cohort(path).blocks["rna"].values) == value


def test_no_logarithm_of_a_negative_number(cohort_file):
    path = cohort_file()
    path.write_text(path.read_text().replace('file = "rna.csv"', 'file = "rna.csv"\ntransform = "log2p1"'))
    with pytest.raises(DataError, match="has no logarithm"):
        read_cohort(path)


def test_take_keeps_everything_together(cohort):
    some = cohort.take(cohort.outcome.value == 1)
    assert len(some.table) == len(some) == int(some.outcome.value.sum())
    assert some.blocks["rna"].values.shape[0] == len(some)


def test_anndata_has_the_clinical_table(cohort):
    data = cohort.to_anndata("rna")
    assert data.shape == cohort.blocks["rna"].values.shape
    assert list(data.obs["response"][:3]) == list(cohort.labels("response")[:3])


def test_an_h5ad_file_gives_the_same_cohort(cohort_file, recwarn):
    path = cohort_file()
    before = read_cohort(path)
    before.to_anndata("rna").write_h5ad(path.parent / "rna.h5ad")
    path.write_text(path.read_text().replace("rna.csv", "rna.h5ad"))
    np.testing.assert_array_equal(read_cohort(path).blocks["rna"].values, before.blocks["rna"].values)


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ('"plate"', '"plates"', UnknownName, "plate"),
        ('"R"', '"CR"', DataError, "has no 'CR'"),
        ("rna.csv", "nothing.csv", Exception, "nothing.csv"),
        ('patient = "patient"', 'id = "sex"', DataError, "stands twice"),
    ],
)
def test_mistakes_are_named(cohort_file, old, new, error, message):
    path = cohort_file()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(error, match=message):
        read_cohort(path)


def test_tables_that_do_not_meet(cohort_file):
    path = cohort_file()
    table = path.parent / "rna.csv"
    table.write_text(table.read_text().replace("\nS", "\nT"))
    with pytest.raises(DataError, match="none of its rows"):
        read_cohort(path)


COHORT_OF_ARM = """
name = "toy"
context_of_use = "prognostic"
[clinical]
file = "clinical.csv"
keep = { arm = "drug" }
[outcome]
kind = "binary"
column = "response"
positive = "R"
[design]
covariates = ["age"]
[[blocks]]
name = "rna"
file = "rna.csv"
"""


def test_samples_of_one_patient_become_one_row(cohort_file):
    found = read_cohort(cohort_file(patient=[f"P{i // 2}" for i in range(60)], response=["R", "R", "NR", "NR"] * 15))
    one = found.by_patient()
    assert len(one) == 30
    np.testing.assert_allclose(one.blocks["rna"].values[0], found.blocks["rna"].values[:2].mean(axis=0))
    assert len(one.table) == len(one.patients) == 30
    alone = read_cohort(cohort_file())
    assert alone.by_patient() is alone


def test_rows_that_are_asked_for_in_another_spelling_are_not_lost_silently(cohort_file):
    with pytest.raises(DataError, match=r"'Drug' \(20\), 'drug' \(20\)"):
        read_cohort(cohort_file(toml=COHORT_OF_ARM, arm=["drug", "Drug", "placebo"] * 20))


def test_who_was_left_out_unmeasured_is_kept_for_the_design_check(cohort_file):
    path = cohort_file()
    assert read_cohort(path).screened is None
    table = path.parent / "rna.csv"
    table.write_text("\n".join(row for row in table.read_text().splitlines() if not row.startswith("S7,")) + "\n")
    found = read_cohort(path)
    assert len(found) == 59
    assert found.screened.measured.sum() == 59
    assert len(found.screened.outcome) == len(found.screened.roles["batch"]) == 60


def test_a_column_that_numbers_the_rows_is_no_feature(cohort_file):
    path = cohort_file()
    table = path.parent / "rna.csv"
    head, *rows = table.read_text().splitlines()
    table.write_text("\n".join([f"{head},index", *(f"{row},{i}" for i, row in enumerate(rows))]))
    found = read_cohort(path)
    assert "index" not in found.blocks["rna"].features
    assert any("index counts the rows" in note for note in found.notes)


def test_ids_in_another_case_are_named_as_the_reason(cohort_file):
    path = cohort_file()
    table = path.parent / "rna.csv"
    head, *rows = table.read_text().splitlines()
    table.write_text("\n".join([head, *(row.swapcase() for row in rows)]))
    with pytest.raises(DataError, match="differ by case only"):
        read_cohort(path)
