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


def test_one_with_a_base_keeps_only_what_it_adds(
    screen: Screen, pair: Screen, strangers: list[str], tmp_path: Path
) -> None:
    pair.save(tmp_path / "graph")
    assert not (tmp_path / "graph" / "network.npz").exists() and not (tmp_path / "graph" / "analogues.npz").exists()
    again = Screen.load(tmp_path / "graph", lender=lambda: screen)
    one, two = (made.model("logs").predict(strangers[:20]) for made in (pair, again))
    assert (one.value == two.value).all() and one.nearest_id == two.nearest_id
    assert (one.value != screen.model("logs").predict(strangers[:20]).value).any()
    assert again.model("logs").blend.names_ == ("network", "graph")


def test_one_with_another_base_is_refused(screen: Screen, pair: Screen, tmp_path: Path) -> None:
    pair.save(tmp_path / "graph")
    other = Screen(screen.networks, screen.analogues, {}, {}, {}, digest="another")
    for lender in (None, lambda: other):
        with pytest.raises(ModelError, match="another network"):
            Screen.load(tmp_path / "graph", lender=lender)


def test_a_model_can_leave_with_both_networks(pair: Screen, strangers: list[str], tmp_path: Path) -> None:
    model = pair.model("soluble")
    model.save(tmp_path / "soluble")
    one, two = (made.predict(strangers[:20]) for made in (model, Model.load(tmp_path / "soluble")))
    assert (one.value == two.value).all() and (one.high == two.high).all() and one.nearest_id == two.nearest_id


def test_a_screen_given_as_a_model_is_told_apart(screen: Screen, tmp_path: Path) -> None:
    screen.save(tmp_path / "screen")
    with pytest.raises(ModelError, match=r"many endpoints.*logs, soluble"):
        Model.load(tmp_path / "screen")
