import numpy as np
import pytest

from pharmakon.biomarkers.kept_back import KEPT_BACK
from pharmakon.core.errors import DataError, RefusedDesign, UnknownName
from pharmakon.workflows.federate_site import read_site, site_of


def test_kept_back_patients_are_in_no_set_that_is_fitted(sites, study):
    for site in sites.values():
        held = np.flatnonzero(site.part == KEPT_BACK)
        assert len(held)
        for fold in (-1, *range(study.folds)):
            assert not set(held) & set(site.fitted(fold))
        assert len(site.fitted(-1)) + len(held) == len(site.patients)


def test_too_few_patients_of_a_class_in_a_fold_are_refused(hospitals, study):
    with pytest.raises(RefusedDesign, match="fewer than the plan's 20"):
        site_of(hospitals["north"], study.model_copy(update={"fewest": 20}), "north")


def test_a_feature_with_too_few_values_is_not_offered_and_not_granted(hospitals, study):
    cohort = hospitals["north"]
    cohort.blocks["rna"].values[8:, 2] = np.nan
    name = cohort.blocks["rna"].features[2]
    assert name not in site_of(cohort, study, "north").blocks["rna"].features
    wanted = study.model_copy(update={"features": {"rna": (name,)}})
    with pytest.raises(RefusedDesign, match=name):
        site_of(cohort, wanted, "north")
    with pytest.raises(DataError, match="lacks 1 features"):
        site_of(cohort, study.model_copy(update={"features": {"rna": ("G0", "none such")}}), "north")


def test_what_does_not_fit_the_plan_is_named(hospitals, study):
    def refused(error, match, name="north", **other):
        with pytest.raises(error, match=match):
            site_of(hospitals["north"], study.model_copy(update=other), name)

    refused(UnknownName, "east", "east")
    refused(DataError, "outcome is continuous", outcome="continuous")
    refused(DataError, "'CR'", positive="CR")
    refused(DataError, "must list them", levels={})
    refused(UnknownName, "protein", blocks=("protein",))
    refused(UnknownName, "weight", covariates=("weight",))


def test_words_are_coded_as_the_plan_says(hospitals_file, study):
    site = read_site(hospitals_file, study.model_copy(update={"levels": {"sex": ("M", "F")}}), "north")
    assert site.blocks["clinical"].features == ("age", "sex=F")


def test_samples_of_a_patient_count_once(cohort_file, study):
    from pharmakon.biomarkers.cohort import read_cohort

    patients = [f"P{i // 2}" for i in range(400)]
    responses = ["R" if i % 8 < 4 else "NR" for i in range(400)]
    cohort = read_cohort(cohort_file(n=400, patient=patients, response=responses), levels={"sex": ["F", "M"]})
    assert len(site_of(cohort, study, "north").patients) == 200
