"""Heavy and optional imports."""

import sys

import pytest

from pharmakon.core.errors import MissingExtra
from pharmakon.core.lazy import lazy_exports, require


def test_a_package_that_is_there():
    assert require("json", extra="deep", needed_for="reading") is sys.modules["json"]


def test_a_package_that_is_not_there():
    with pytest.raises(
        MissingExtra, match=r'flying needs no_such_package\. Install it: pip install "pharmakon\[deep\]"'
    ):
        require("no_such_package.part", extra="deep", needed_for="flying")


def test_exports_are_resolved_on_use(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    getattr_ = lazy_exports("here", {"rgb_to_hsv": "colorsys"})
    assert "colorsys" not in sys.modules
    assert getattr_("rgb_to_hsv")(0, 0, 0) == (0.0, 0.0, 0)
    with pytest.raises(AttributeError, match="module 'here' has no attribute 'hsv'"):
        getattr_("hsv")
