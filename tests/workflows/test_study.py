import numpy as np
import pytest

from pharmakon.biomarkers.cohort import read_cohort
from pharmakon.biomarkers.recipe import Recipe
from pharmakon.core.errors import DataError
from pharmakon.workflows.engines import Machines
from pharmakon.workflows.study import keep_signature, run_study, study_of

RECIPE = Recipe(stability=None, challenger=False)


def test_two_workers_give_what_one_gives(cohort):
    study = study_of(cohort, recipe=RECIPE)
    one, two = (run_study(study, folds=3, repeats=1, permutations=1, machines=Machines(workers)) for workers in (1, 2))
    np.testing.assert_array_equal(one.risks("fused").value, two.risks("fused").value)


def test_a_correction_needs_a_batch(cohort_file):
    path = cohort_file()
    path.write_text(path.read_text().replace('batch = "plate"\n', ""))
    with pytest.raises(DataError, match=r"design\.batch"):
        study_of(read_cohort(path), recipe=RECIPE, correction="combat")


def test_a_corrected_signature_keeps_its_correction(cohort):
    signature, steps = keep_signature(study_of(cohort, recipe=RECIPE, correction="combat"), stable=False)
    assert set(steps) == {"rna"}
    assert set(steps["rna"].batches_) == {"a", "b"}
    assert signature.positive == "R"
