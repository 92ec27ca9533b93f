"""An answer tells the fields that it names, and no secret beside them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pydantic import ValidationError

from pharmakon.web.answers import Answer


@dataclass
class Held:
    id: str
    roles: tuple[str, ...]
    lease: str = "secret"


class Told(Answer):
    id: str
    roles: list[str]


def test_what_is_not_named_stays_on_the_server():
    assert Told.of(Held("a", ("reader",))).model_dump() == {"id": "a", "roles": ["reader"]}
    assert "secret" not in Told.of(Held("a", ())).model_dump_json()


def test_what_lacks_a_field_is_no_answer():
    with pytest.raises(ValidationError):
        Told.of(object())
