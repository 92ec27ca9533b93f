"""An answer tells the fields that it names, and no secret beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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


class Shown(Answer):
    smiles: str
    title: str
    note: str
    created: float
    ended: float | None
    result: dict[str, Any]


def test_what_is_not_named_stays_on_the_server():
    assert Told.of(Held("a", ("reader",))).model_dump() == {"id": "a", "roles": ["reader"]}
    assert "secret" not in Told.of(Held("a", ())).model_dump_json()


def test_what_lacks_a_field_is_no_answer():
    with pytest.raises(ValidationError):
        Told.of(object())


def test_a_notebook_shows_its_parts_as_tables_and_nothing_of_them_as_markup():
    files = [{"name": "<b>.csv", "size": 3, "gone": ""}, {"name": "b.csv", "size": 4, "gone": None}]
    told = {"smiles": "CCO", "title": "<script>", "note": "", "created": 0.0, "ended": None}
    page = Shown(**told, result={"files": files, "partial": True, "<i>": "1", "notes": []})._repr_html_()
    assert "<svg" in page and "&lt;script&gt;" in page and "1970-01-01 00:00 UTC" in page
    assert "&lt;b&gt;.csv" in page and "&lt;i&gt;" in page and ">yes<" in page
    for absent in ("<script", "<b>", "<i>", ">note<", ">ended<", ">gone<"):
        assert absent not in page
