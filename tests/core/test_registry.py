"""Names that stand for objects."""

import sys

import pytest

from pharmakon.core.errors import UnknownName
from pharmakon.core.registry import Registry


def test_a_name_is_imported_when_it_is_looked_up(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    shapes = Registry("shape", {"hsv": "colorsys:rgb_to_hsv", "none": "no_such_module:thing"})
    assert [*shapes] == ["hsv", "none"]
    assert "hsv" in shapes
    assert "colorsys" not in sys.modules
    assert shapes["hsv"](0, 0, 0) == (0.0, 0.0, 0)
    with pytest.raises(ModuleNotFoundError):
        shapes["none"]


def test_a_wrong_name_gets_a_suggestion():
    with pytest.raises(UnknownName, match="no shape named 'hvs'; did you mean 'hsv'"):
        Registry("shape", {"hsv": "colorsys:rgb_to_hsv"})["hvs"]
