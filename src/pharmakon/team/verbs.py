"""The verbs that run as jobs: what a request may ask of one, and where its inputs and outputs lie.

Nothing that a request says is a path of the server: a file is named as it was uploaded, and what another job made by
`job:ID/NAME`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any, get_args

from pydantic import BaseModel

from pharmakon.core.config import build, read_toml
from pharmakon.core.errors import Denied, UnknownName, UsageError

from .files import file_name

JOB = re.compile(r"job:([0-9a-f]{16})(?:/(.+))?")
"""How a request names what another job of the project made."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb. `outputs` are names in the job's folder; one that ends in / is a folder."""

    name: str
    title: str
    config: str
    outputs: tuple[str, ...]
    many: bool
    paths: frozenset[str]
    refused: frozenset[str]
    patient: bool
    resume: bool

    @property
    def model(self) -> type[BaseModel]:
        """Its configuration."""
        module, _, name = self.config.rpartition(".")
        found: type[BaseModel] = getattr(import_module(f"pharmakon.workflows.{module}"), name)
        return found

    @property
    def run(self) -> Callable[..., Any]:
        """Its workflow."""
        found: Callable[..., Any] = import_module(f"pharmakon.workflows.{self.config.partition('.')[0]}").run
        return found

    def places(self) -> frozenset[str]:
        """The fields that name files."""
        typed = (name for name, field in self.model.model_fields.items() if _holds_path(field.annotation))
        return self.paths.union(typed) - {"output"}


@cache
def verbs() -> Mapping[str, Verb]:
    """Every verb by its name."""
    text = files("pharmakon.team").joinpath("verbs.toml").read_text(encoding="utf-8")
    return {
        name: Verb(
            name=name,
            title=row["title"],
            config=row["config"],
            outputs=tuple([row["output"]] if isinstance(row["output"], str) else row["output"]),
            many=not isinstance(row["output"], str),
            paths=frozenset(row.get("paths", ())),
            refused=frozenset(row.get("refused", ())),
            patient=row.get("patient", False),
            resume=row.get("resume", False),
        )
        for name, row in tomllib.loads(text).items()
    }


def verb(name: str) -> Verb:
    """A verb by its name. Raises UnknownName."""
    if name not in verbs():
        raise UnknownName("verb", name, verbs())
    return verbs()[name]


def check(verb: Verb, config: Mapping[str, Any], names: Sequence[str]) -> None:
    """Refuse at once what could not run: an unknown key, a wrong value, a file that is not among the `names`.

    Raises ConfigError, UsageError, UnknownName or Denied. That a file lies there and can be read is the job's to find.
    """
    taken = verb.refused.union({"output", "resume"} if "resume" in verb.model.model_fields else {"output"})
    for key in config:
        if key in taken:
            raise Denied(f"{key!r} cannot be set here: it is the server's to say")
    for field, text in named(verb, config):
        if JOB.fullmatch(text):
            continue
        if field in verb.paths and text not in names and "/" not in text and "\\" not in text:
            continue  # the name of a shipped model
        file_name(text)
        if text not in names:
            raise UnknownName("file", text, names, hint="upload it, and list it among the job's files")
    build(verb.model, {**config, **_output(verb, Path("output"))})


def named(verb: Verb, config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, text) of everything in a configuration that names a file."""
    for field in sorted(verb.places()):
        given = config.get(field)
        for text in given if isinstance(given, (list, tuple)) else [given]:
            if isinstance(text, str) and text:
                yield field, text


def prepared(
    verb: Verb, config: Mapping[str, Any], *, inputs: Path, output: Path, made: Callable[[str], Path], resume: bool
) -> tuple[BaseModel, dict[str, Any]]:
    """The configuration to run with and further arguments, names replaced by paths below `inputs` and `output`.

    `made` gives the folder of what another job made, by its id.
    """
    known = {path.name: path for path in inputs.iterdir()} if inputs.is_dir() else {}
    for path in known.values():
        if path.suffix.lower() == ".toml":
            _contained(path)

    def place(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        if match := JOB.fullmatch(text):
            return str(_below(made(match[1]), match[2] or ""))
        return str(known[text]) if text in known else text

    places = verb.places()
    whole = {
        key: ([place(x) for x in value] if isinstance(value, (list, tuple)) else place(value))
        if key in places
        else value
        for key, value in config.items()
    }
    more: dict[str, Any] = {}
    if "output" in verb.model.model_fields:
        whole |= _output(verb, output)
        if resume and "resume" in verb.model.model_fields:
            whole["resume"] = True
    else:
        more = {"output": output / verb.outputs[0], "resume": resume}
    return build(verb.model, whole), more


def _output(verb: Verb, folder: Path) -> dict[str, Any]:
    if "output" not in verb.model.model_fields:
        return {}
    paths = [str(folder / name) for name in verb.outputs]
    return {"output": paths if verb.many else paths[0]}


def _below(folder: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if ".." in parts or name.startswith("/") or "\\" in name:
        raise Denied(f"{name!r} leads out of what the job made")
    path = folder.joinpath(*parts)
    if not path.exists():
        raise UsageError(f"the job made no {name!r}")
    return path


def _contained(path: Path) -> None:
    """Refuse a TOML file that names what lies outside its own folder. Raises Denied."""
    root = path.parent.resolve()
    for text in _texts(read_toml(path)):
        if not text or len(text) > 1_000 or "\x00" in text or "\n" in text:
            continue
        leads = (root / text).resolve()
        if ".." in PurePosixPath(text.replace("\\", "/")).parts or (not leads.is_relative_to(root) and leads.exists()):
            raise Denied(f"{path.name} names {text!r}, which lies outside of the uploaded files")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _holds_path(annotation: Any) -> bool:
    return annotation is Path or any(_holds_path(part) for part in get_args(annotation))
