"""Write docs/reference from the code: what a machine can know, no hand keeps up to date.

`python docs/generate.py` writes the pages; tests/test_docs.py fails when they are out of date.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Written by docs/generate.py; change the code, then run `make docs`. -->\n"


def pages() -> dict[str, str]:
    """File name -> text of every generated page."""
    return {
        "configuration.md": configuration(),
        "descriptors.md": descriptors(),
        "endpoints.md": endpoints(),
    }


def configuration() -> str:
    """Every key of every verb."""
    from pharmakon.workflows.benchmark import BenchmarkConfig
    from pharmakon.workflows.design import DesignConfig
    from pharmakon.workflows.predict import PredictConfig
    from pharmakon.workflows.recalibrate import RecalibrateConfig
    from pharmakon.workflows.train import TrainConfig

    parts = [
        NOTE,
        "# Configuration\n",
        (
            "A verb's configuration is one model: its keys are the flags of the command line (`max_points` is "
            "`--max-points`), the keyword options of the Python function and, for `design`, the keys of the goal file. "
            "A key that does not exist is an error with a suggestion.\n"
        ),
    ]
    for verb, model in (
        ("train", TrainConfig),
        ("recalibrate", RecalibrateConfig),
        ("predict", PredictConfig),
        ("design", DesignConfig),
        ("benchmark", BenchmarkConfig),
    ):
        parts += [f"## {verb}\n", _summary(model), *_keys(model)]
        for name, inner in _inner_models(model).items():
            parts += [f"### {verb}: `{name}`\n", _summary(inner), *_keys(inner)]
    return "\n".join(parts)


def endpoints() -> str:
    """The facts of each endpoint."""
    from pharmakon.predict.endpoints import endpoints

    parts = [
        NOTE,
        "# Endpoints\n",
        "What each shipped model estimates. Estimates and intervals never leave the range.\n",
    ]
    for name, item in endpoints().items():
        judged = "" if item.threshold is None else f"{item.threshold:g}: {item.meaning}"
        rows = [
            ("group", item.group),
            ("unit", item.unit),
            ("kind", item.kind),
            ("range", f"{item.low:g} to {item.high:g}"),
            ("better", item.better),
            ("threshold", judged or item.meaning or "none"),
            ("hazard", "yes: a design may penalise or forbid it, never reward it" if item.hazard else "no"),
            ("data", ", ".join(f"`{file}`" for file in item.data.files)),
            ("licence", item.data.licence),
            ("citation", item.data.citation),
            ("limits", "; ".join(item.data.limits) or "none stated"),
        ]
        parts += [f"## `{name}`: {item.title}\n", f"{item.what}\n", _table(("", ""), rows)]
    return "\n".join(parts)


def descriptors() -> str:
    """The computed properties a goal can name."""
    from pharmakon.chem.descriptors import NAMED

    rows = [(f"`{name}`", item.title, item.unit or "-", _range(item.low, item.high)) for name, item in NAMED.items()]
    intro = "Properties that are computed, not learnt: a goal of `pharmakon design` may name any of them.\n"
    return "\n".join([NOTE, "# Descriptors\n", intro, _table(("name", "what", "unit", "range"), rows)])


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"{low:g} or more"
    return "-" if high is None else f"{high:g} or less"


def _summary(model: type[BaseModel]) -> str:
    return f"{(model.__doc__ or '').strip()}\n"


def _keys(model: type[BaseModel]) -> list[str]:
    rows = [
        (f"`{name}`", _type(field.annotation), _default(field), " ".join((field.description or "").split()))
        for name, field in model.model_fields.items()
    ]
    return [_table(("key", "type", "default", "what"), rows)]


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return "required"
    if value is None or value in ((), [], {}, ""):
        return "-"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, BaseModel):
        return "see below"
    return f"`{value}`"


def _type(annotation: Any) -> str:
    """`list of Goal`, `one of high, low`, `number`: the words a reader of a TOML file knows."""
    if get_origin(annotation) is Literal:
        return "one of " + ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type(part) for part in get_args(annotation) if part is not NoneType))
    if get_origin(annotation) in (tuple, list):
        inner = [part for part in get_args(annotation) if part is not Ellipsis]
        return f"list of {' or '.join(dict.fromkeys(_type(part) for part in inner))}"
    if get_origin(annotation) is dict:
        return f"table of {_type(get_args(annotation)[1])}"
    words = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}
    return words.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _inner_models(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The models that stand inside this one's fields, by class name, outermost first."""
    found: dict[str, type[BaseModel]] = {}
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            found[inner.__name__] = inner
            found.update(_inner_models(inner))
    return found


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
        print(REFERENCE / name)
