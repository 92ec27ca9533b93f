"""A screen's engine: which one was asked for, and machines that would give other values."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pharmakon.core.errors import PharmakonError
from pharmakon.engine.local import LocalEngine, SerialEngine
from pharmakon.workflows import screen_engine
from pharmakon.workflows.screen_request import ScreenConfig
from pharmakon.workflows.screen_shard import Asked


def config(**options):
    return ScreenConfig(inputs=("a.csv",), models=("herg",), output="run", **options)


def test_the_engine_is_the_one_that_was_asked_for():
    assert isinstance(screen_engine.engine_of(config(workers=1), Asked(())), SerialEngine)
    assert isinstance(screen_engine.engine_of(config(workers=2), Asked(())), LocalEngine)
    with pytest.raises(ValidationError, match="Ray cluster"):
        config(address="head:6379")


def test_a_machine_with_other_libraries_is_refused_by_name_of_what_differs():
    have = screen_engine._installed()
    screen_engine.load_same(Asked(()), have)
    with pytest.raises(PharmakonError, match=rf"has rdkit {have['rdkit']} \(not 2020.3\): rows would get other values"):
        screen_engine.load_same(Asked(()), have | {"rdkit": "2020.3"})
    with pytest.raises(PharmakonError, match="code of pharmakon"):
        screen_engine.load_same(Asked(()), have | {"code of pharmakon": "0"})
