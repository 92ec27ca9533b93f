"""Where heavy work runs: which engine was asked for, and machines that would give other values."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pharmakon.core.errors import PharmakonError
from pharmakon.engine.local import LocalEngine, SerialEngine
from pharmakon.workflows import engines
from pharmakon.workflows.engines import Machines
from pharmakon.workflows.screen_request import ScreenConfig


def test_the_engine_is_the_one_that_was_asked_for():
    assert isinstance(Machines(1).engine(), SerialEngine)
    assert isinstance(Machines(2).engine(), LocalEngine)
    assert isinstance(Machines(8).engine(most=1), SerialEngine)
    with pytest.raises(ValidationError, match="Ray cluster"):
        ScreenConfig(inputs=("a.csv",), models=("herg",), output="run", address="head:6379")


def test_a_machine_with_other_libraries_is_refused_by_name_of_what_differs():
    have, begun = engines._installed(), []
    engines.begin_same(have, begun.append, "models")
    assert begun == ["models"]
    with pytest.raises(PharmakonError, match=rf"has rdkit {have['rdkit']} \(not 2020.3\): it would give other values"):
        engines.begin_same(have | {"rdkit": "2020.3"}, begun.append, "models")
    with pytest.raises(PharmakonError, match="code of pharmakon"):
        engines.begin_same(have | {"code of pharmakon": "0"}, None)
    assert begun == ["models"]
