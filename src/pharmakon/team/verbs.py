"""The verbs that run as jobs: what a request may ask of one, and where its inputs and outputs lie.

Nothing that a request says is a path of the server: a file is named as it was uploaded, and what another job made by
`job:ID/NAME`.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError, Denied, UnknownName, UsageError
from pharmakon.workflows.molecules import MoleculesConfig

from .containment import below, contained
from .files import file_name
from .kept import not_kept

JOB = re.compile(r"job:([0-9a-f]{16})(?:/(.+))?")
"""How a request names what another job of the project made."""
OURS = frozenset({"output", "resume", "overwrite", "workers", "engine", "address"})
"""What no request sets: where the results go, and how much of the machine they take."""
GIVEN = "structures.csv"
"""The table that structures given as text become."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb. `outputs` are names in the job's folder; one that ends in / is a folder."""

    name: str
    title: str
    about: str
    first: tuple[str, ...]
    config: str
    outputs: tuple[str, ...]
    many: bool
    paths: frozenset[str]
    files: frozenset[str]
    refused: frozenset[str]
    patient: bool
    patients: frozenset[str]
    makers: Mapping[str, Sequence[str]]
    made: frozenset[str]
    resume: bool
    kept: str
    cli: str
    python: str

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
        return (self.paths | self.files).union(typed) - {"output"}

    @property
    def subject(self) -> str:
        """The field that says what it is about."""
        fields = self.model.model_fields
        return next((name for name, field in fields.items() if field.is_required()), next(iter(fields)))

    def taken(self) -> frozenset[str]:
        """The fields that no request may set."""
        return self.refused | OURS


@cache
def verbs() -> Mapping[str, Verb]:
    """Every verb by its name."""
    text = files("pharmakon.team").joinpath("verbs.toml").read_text(encoding="utf-8")
    return {
        name: Verb(
            name=name,
            title=row["title"],
            about=row["about"],
            first=tuple(row.get("first", ())),
            config=row["config"],
            outputs=tuple([row["output"]] if isinstance(row["output"], str) else row["output"]),
            many=not isinstance(row["output"], str),
            paths=frozenset(row.get("paths", ())),
            files=frozenset(row.get("files", ())),
            refused=frozenset(row.get("refused", ())),
            patient=row.get("patient", False),
            patients=frozenset(row.get("patients", ())),
            makers=row.get("makers", {}),
            made=frozenset(row.get("made", ())),
            resume=row.get("resume", False),
            kept=row.get("kept", ""),
            cli=row.get("cli", name),
            python=row.get("python", ""),
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
    if twice := [name for name in names if names.count(name) > 1]:
        raise UsageError(f"two of the job's files are called {twice[0]}: give one of them another name")
    not_kept(names, verb.kept)
    for key in config:
        if key in verb.taken():
            raise Denied(f"{key!r} cannot be set here: it is the server's to say")
    for field, text in named(verb, config):
        if JOB.fullmatch(text):
            continue
        if field in verb.made:
            raise Denied(f"{field!r} takes what a job made here (job:ID/NAME), and no uploaded file")
        file_name(text)
        if field in verb.paths and text not in names:
            continue  # the name of a shipped model
        if text not in names:
            raise UnknownName("file", text, names, hint="upload it, and list it among the job's files")
    build(verb.model, {**_tabled(verb, config), **_output(verb, Path("output"))})


def mistakes(verb: Verb, config: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a configuration, by field; "" stands for what is wrong with all of it."""
    found: dict[str, str] = {}
    try:
        verb.model.model_validate({**_tabled(verb, config), **_output(verb, Path("output"))})
    except ValidationError as error:
        for mistake in error.errors(include_url=False):
            place = ".".join(str(part) for part in mistake["loc"][1:])
            said = mistake["msg"].removeprefix("Value error, ")
            found.setdefault(str(mistake["loc"][0]) if mistake["loc"] else "", f"{place}: {said}" if place else said)
    except ConfigError as error:
        found[""] = str(error)
    return found


def jobs_named(verb: Verb, config: Mapping[str, Any]) -> list[str]:
    """The ids of the jobs whose results a configuration names, each once."""
    found = (JOB.fullmatch(text) for _, text in named(verb, config))
    return list(dict.fromkeys(match[1] for match in found if match))


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
    config = _tabled(verb, config, inputs)
    known = {path.name: path for path in inputs.iterdir()} if inputs.is_dir() else {}
    for path in known.values():
        contained(path)

    def place(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        if match := JOB.fullmatch(text):
            return str(below(made(match[1]), match[2] or ""))
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


def _tabled(verb: Verb, config: Mapping[str, Any], inputs: Path | None = None) -> dict[str, Any]:
    """Structures that were given as text become a table (written to `inputs`): a job answers with a file."""
    whole = dict(config)
    given = whole.get("smiles")
    if not issubclass(verb.model, MoleculesConfig) or whole.get("data") or not isinstance(given, (list, tuple)):
        return whole
    build(verb.model, whole)
    if inputs is not None:
        with (inputs / GIVEN).open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows([("id", "smiles"), *enumerate(given, 1)])
    del whole["smiles"]
    return {**whole, "data": GIVEN}


def _output(verb: Verb, folder: Path) -> dict[str, Any]:
    if "output" not in verb.model.model_fields:
        return {}
    paths = [str(folder / name) for name in verb.outputs]
    return {"output": paths if verb.many else paths[0]}


def _holds_path(annotation: Any) -> bool:
    return annotation is Path or any(_holds_path(part) for part in get_args(annotation))
