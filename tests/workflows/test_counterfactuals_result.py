"""The result in plain data."""

import json

from pharmakon.core.types import Property
from pharmakon.workflows.counterfactuals_result import CounterfactualsResult, Value


def test_a_missing_number_is_null_in_json():
    value = Value(float("nan"), 1.0, 2.0)
    plain = CounterfactualsResult("CCO", "mine", Property("mine", "Mine", "mg"), value, "Mine below 1").plain()
    assert plain["before"] == {"value": None, "low": 1.0, "high": 2.0, "verdict": ""}
    assert json.loads(json.dumps(plain, allow_nan=False))["found"] == []
