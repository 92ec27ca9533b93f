from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pharmakon.core.errors import ModelError
from pharmakon.predict.model import Model
from pharmakon.predict.screen import Screen, screened_names


def test_its_models_are_models_like_any_other(screen: Screen, molecules: list[str]) -> None:
    asked = [molecules[4], "not a molecule", molecules[5]]
    got = screen.model("soluble").predict(asked)
    assert np.isnan(got.value[1]) and np.isfinite(got.value[[0, 2]]).all()
    assert got.nearest_id[2] == "m5" and got.nearest_similarity[2] == 1
    assert got.nearest_id[0] != "m4"  # it was not measured
    assert (got.low[[0, 2]] <= got.value[[0, 2]]).all() and (got.value[[0, 2]] <= got.high[[0, 2]]).all()


def test_it_survives_being_written(screen: Screen, strangers: list[str], tmp_path: Path) -> None:
    screen.save(tmp_path / "screen")
    again = Screen.load(tmp_path / "screen")
    assert screened_names(tmp_path / "screen") == {"logs", "soluble"}
    for name in ("logs", "soluble"):
        one, two = (made.model(name).predict(strangers[:20]) for made in (screen, again))
        assert (one.value == two.value).all() and (one.low == two.low).all() and one.nearest_id == two.nearest_id
    card = json.loads((tmp_path / "screen" / "logs.json").read_text())
    assert card["domain"] and card["calibration"]


def test_an_altered_screen_is_refused(screen: Screen, tmp_path: Path) -> None:
    screen.save(tmp_path / "screen")
    (tmp_path / "screen" / "logs.json").write_text("{}")
    with pytest.raises(ModelError, match=r"logs\.json"):
        Screen.load(tmp_path / "screen")


def test_a_model_can_leave_with_the_network(screen: Screen, strangers: list[str], tmp_path: Path) -> None:
    model = screen.model("logs")
    model.save(tmp_path / "logs")
    one, two = (made.predict(strangers[:20]) for made in (model, Model.load(tmp_path / "logs")))
    assert (one.value == two.value).all() and (one.high == two.high).all() and one.nearest_id == two.nearest_id
