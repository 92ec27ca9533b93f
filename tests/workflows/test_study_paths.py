from dataclasses import replace

from pharmakon.biomarkers.recipe import Recipe
from pharmakon.workflows.study import study_of
from pharmakon.workflows.study_paths import paths_of


def test_there_are_paths_of_omics_blocks_only(discovered):
    assert set(discovered.stability) == {"rna"}
    found = discovered.stability["rna"]
    assert found.frequency.shape[1] == len(found.features) == 24


def test_without_stability_selection_there_are_none(cohort):
    study = study_of(cohort, recipe=Recipe(stability=None))
    assert paths_of(study) == {}
    assert replace(study).recipe.stability is None
