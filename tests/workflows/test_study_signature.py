import numpy as np
import pytest

from pharmakon.biomarkers.recipe import Recipe
from pharmakon.core.errors import DataError, ModelError
from pharmakon.workflows.study import keep_signature, study_of
from pharmakon.workflows.study_signature import load, save

RECIPE = Recipe(stability=None, challenger=False)


@pytest.fixture
def kept(cohort, tmp_path):
    study = study_of(cohort, recipe=RECIPE, correction="combat")
    signature, steps = keep_signature(study, stable=False)
    features = {name: block.features for name, block in cohort.blocks.items()}
    path = save(tmp_path / "signature", signature, corrections=steps, features=features, name="toy", levels={})
    return signature, path


def test_it_comes_back_as_it_went(kept, cohort):
    _, path = kept
    frozen = load(path)
    batch = cohort.role("batch")
    again = load(path).apply(cohort.blocks, batch)
    np.testing.assert_array_equal(frozen.apply(cohort.blocks, batch).value, again.value)
    assert again.seen.all()


def test_a_corrected_block_needs_its_batches(kept, cohort):
    with pytest.raises(DataError, match="declare the batch"):
        load(kept[1]).apply(cohort.blocks)


def test_an_unseen_batch_goes_by_the_policy(kept, cohort):
    frozen = load(kept[1])
    new = np.array(["z"] * len(cohort))
    assert np.isfinite(frozen.apply(cohort.blocks, new).value).all()
    with pytest.raises(DataError, match="was not there in training"):
        frozen.with_policy("refuse").apply(cohort.blocks, new)
    assert frozen.corrections["rna"].unseen == "reference"


def test_a_changed_number_is_noticed(kept):
    path = kept[1]
    numbers = path / "signature.npz"
    numbers.write_bytes(numbers.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError):
        load(path)


def test_it_has_no_way_to_learn(kept):
    assert not [name for name in dir(load(kept[1])) if "fit" in name or "train" in name]
