from pharmakon.workflows.federate_pooled import pooled_state
from pharmakon.workflows.federate_rounds import fit_rounds


def test_the_pooled_study_is_of_the_same_patients_and_no_kept_back_one(study, sites):
    """Another value of a patient who is kept back changes nothing in it; test_federate_rounds compares the numbers."""
    from pharmakon.biomarkers.kept_back import KEPT_BACK

    state = fit_rounds(study, sites)
    before = pooled_state(study, sites, state)
    site = sites["west"]
    site.blocks["rna"].values[site.part == KEPT_BACK] = 99.0
    assert pooled_state(study, sites, state) == before
    site.blocks["rna"].values[site.part == 0] += 1.0
    assert pooled_state(study, sites, state) != before


def test_a_covariate_that_does_not_vary_in_a_part_weighs_nothing(study, sites):
    """A race of which everybody is in one fold, say."""
    state = fit_rounds(study, sites)
    j = next(j for j, (block, _) in enumerate(state.columns) if block == "clinical")
    like = state.columns[j]
    for site in sites.values():
        block = site.blocks["clinical"]
        block.values[:, block.features.index(like[1])] = 0.0
    found = pooled_state(study, sites, state).fits[0]
    assert found.per_unit[found.columns.index(j)] == 0.0
