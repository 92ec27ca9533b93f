import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from pharmakon.store.plain import document, line, plain


class Settings(BaseModel):
    path: Path
    weights: tuple[float, ...]


@dataclass
class Point:
    x: float


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array([[1.0, np.nan]]), [[1.0, None]]),
        (np.array(2), 2),
        (Settings(path=Path("a/b"), weights=(1, 2)), {"path": "a/b", "weights": [1.0, 2.0]}),
        ([Point(math.inf)], [{"x": None}]),
        ({3: {"b", "a"}}, {"3": ["a", "b"]}),
        (None, None),
    ],
)
def test_values_become_plain(value, expected):
    result = plain(value)
    assert result == expected
    assert type(result) is type(expected)


def test_what_has_no_plain_form_is_not_guessed():
    with pytest.raises(TypeError, match="object has no plain form"):
        plain({"a": [object()]})


def test_a_document_is_sorted_strict_json():
    text = document({"b": math.nan, "a": "µ"})
    assert text == '{\n  "a": "µ",\n  "b": null\n}\n'


def test_a_line_gives_every_number_back():
    values = {"z": [0.1, 1e-300, math.inf, -0.0], "a": math.nan, "text": "two\nlines"}
    text = line(values)
    assert "\n" not in text
    back = json.loads(text)
    assert list(back) == list(values)
    assert back["z"] == values["z"]
    assert math.isnan(back["a"])
