"""What a screen may be asked."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pharmakon.workflows.screen_request import ScreenConfig


def test_something_is_wanted_or_some_models_are_asked():
    with pytest.raises(ValidationError, match="say what is wanted"):
        ScreenConfig(inputs=("a.csv",), output="out")
    with pytest.raises(ValidationError, match="inputs"):
        ScreenConfig(inputs=(), output="out", models=("herg",))


@pytest.mark.parametrize(
    ("options", "whole"),
    [
        ({"objective": "goal.toml"}, False),
        ({"objective": "goal.toml", "models": ("herg",)}, False),
        ({"objective": "goal.toml", "keep": "all"}, True),
        ({"models": ("herg",)}, True),
    ],
)
def test_every_row_is_kept_where_that_is_asked_and_where_nothing_else_is_left(options, whole):
    assert ScreenConfig(inputs=("a.csv",), output="out", **options).whole is whole
