from dataclasses import FrozenInstanceError, asdict

import pytest

from pharmakon.biomarkers.recipe import Recipe


def test_a_recipe_is_frozen_and_can_be_written_down():
    recipe = Recipe()
    with pytest.raises(FrozenInstanceError):
        recipe.n_lambda = 3
    assert asdict(recipe)["stability"]["pairs"] == recipe.stability.pairs
