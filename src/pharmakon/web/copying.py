"""A job's request in other words: for the shell, for Python, and as a TOML file."""

from __future__ import annotations

import inspect
import json
import shlex
from collections.abc import Iterator, Mapping
from textwrap import indent
from typing import Any

import pharmakon
from pharmakon.team.verbs import Verb
from pharmakon.workflows.molecules import MoleculesConfig

Config = Mapping[str, Any]
GOAL_FILE = "goal.toml"
LISTS = {
    "/account": ("/api/v1/tokens", ""),
    "/accounts": ("/api/v1/accounts", ""),
    "/cohort": ("/api/v1/jobs?verb=discover", '*workbench.jobs(verb="discover"), sep="\\n"'),
    "/design": ("/api/v1/jobs?verb=design", '*workbench.jobs(verb="design"), sep="\\n"'),
    "/files": ("/api/v1/files", '*workbench.files(), sep="\\n"'),
    "/jobs": ("/api/v1/jobs", '*workbench.jobs(), sep="\\n"'),
    "/journal": ("/api/v1/journal", '*workbench.journal(), sep="\\n"'),
    "/library": ("/api/v1/libraries", '*workbench.libraries(), sep="\\n"'),
    "/models": ("/api/v1/models", '*workbench.models(), sep="\\n"'),
    "/people": ("/api/v1/members", '*workbench.members(), sep="\\n"'),
    "/record": ("/api/v1/records", '*workbench.records(), sep="\\n"'),
    "/run": ("/api/v1/verbs", '*workbench.verbs(), sep="\\n"'),
    "/trust": ("/api/v1/verbs", '*workbench.verbs(), sep="\\n"'),
}
"""Where a program asks for what a page lists: the address of the API, and a call of its client where it has one."""


def copies_of(verb: Verb, config: Config) -> dict[str, str]:
    """What a page shows under "copy as" of a verb with a configuration; TOML where the others read it from a file."""
    found = {"CLI": as_cli(verb, config), "Python": as_python(verb, config)}
    found["TOML"] = as_toml(config) if _tables(config) else ""
    return {name: text for name, text in found.items() if text}


def help_of(verb: Verb) -> dict[str, str]:
    """The same while nothing is asked for yet: what says how to ask."""
    found = {
        "CLI": verb.cli and f"pharmakon {verb.cli} --help",
        "Python": verb.python and f"import pharmakon\n\nhelp(pharmakon.{verb.python})",
    }
    return {name: text for name, text in found.items() if text}


def over_api(server: str, path: str, call: str, *, token: bool) -> dict[str, str]:
    """The same of a page that a program asks the server for: an address of its API, a call of its client.

    `token`: whether the server has accounts; one without takes none.
    """
    address = server.rstrip("/")
    header, start, given = "", "", ""
    if token:
        header = '-H "Authorization: Bearer $PHARMAKON_TOKEN" '
        start, given = "import os\n\n", ', token=os.environ["PHARMAKON_TOKEN"]'
    shell = f"curl {header}{shlex.quote(address + path)}"
    python = (
        f"{start}from pharmakon.web.client import Client\n\n"
        f"with Client({_literal(address)}{given}) as workbench:\n    print({call})"
    )
    return {"CLI": shell, "Python": python} if call else {"CLI": shell}


def listed(server: str, page: str, *, token: bool) -> dict[str, str]:
    """What a page that lists shows under "copy as"; nothing for another page."""
    return over_api(server, *LISTS[page], token=token) if page in LISTS else {}


def as_cli(verb: Verb, config: Config) -> str:
    """The command line; "" where the verb is none. What tables hold comes from a file, as TOML."""
    if not verb.cli:
        return ""
    if _tables(config):
        return f"pharmakon {verb.cli} {GOAL_FILE} -o {shlex.quote(_output(verb))}    # {GOAL_FILE}: see TOML"
    words = ["pharmakon", verb.cli]
    for name, value in config.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            words.append(flag)
        elif value is False:
            words.append(f"{flag}=false")
        elif isinstance(value, (list, tuple)):
            words += [word for one in value for word in (flag, str(one))]
        elif value is not None:
            words += [flag, str(value)]
    outputs = () if _as_text(verb, config) else verb.outputs
    return shlex.join(words + [word for name in outputs for word in ("--output", name.rstrip("/"))])


def as_python(verb: Verb, config: Config) -> str:
    """A call of the verb's function; "" where it has none."""
    if not verb.python:
        return ""
    if _tables(config):
        return _script(verb, f'"{GOAL_FILE}", output={_literal(_output(verb))}')
    rest, first = dict(config), []
    for parameter in _parameters(verb).values():
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            name = parameter.name if parameter.name in verb.model.model_fields else verb.subject
            if name in rest:
                first.append(_literal(rest.pop(name)))
            elif parameter.default is parameter.empty:
                return ""
            else:
                break
    if not (as_text := _as_text(verb, config)):
        rest["output"] = list(verb.outputs) if verb.many else _output(verb)
    options = [f"{name}={_literal(value)}" for name, value in rest.items()]
    return _script(verb, ", ".join([*first, *options]), here=as_text)


def as_toml(config: Config) -> str:
    """The configuration as a TOML file."""
    return "\n".join(_toml(config)).strip()


def _tables(config: Config) -> bool:
    return any(isinstance(x, Mapping) for value in config.values() for x in (value if _is_list(value) else [value]))


def _as_text(verb: Verb, config: Config) -> bool:
    """Whether the molecules are given as text: outside of a job the answer is printed, and no file is made."""
    return issubclass(verb.model, MoleculesConfig) and bool(config.get("smiles")) and not config.get("data")


def _script(verb: Verb, arguments: str, *, here: bool = False) -> str:
    """A script that calls the verb's function; `here`: in its own process alone."""
    call = f"pharmakon.{verb.python}({arguments})"
    if not here and "workers" in {*verb.model.model_fields, *_parameters(verb)}:
        call = behind_main(call)
    return f"import pharmakon\n\n{call}"


def behind_main(lines: str) -> str:
    """Lines of a script that starts processes: each of them loads the script again, and must not start more."""
    return 'if __name__ == "__main__":\n' + indent(lines, "    ")


def _parameters(verb: Verb) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(getattr(pharmakon, verb.python)).parameters


def _output(verb: Verb) -> str:
    return verb.outputs[0].rstrip("/")


def _literal(value: Any) -> str:
    return repr(list(value) if isinstance(value, tuple) else value)


def _toml(config: Config, place: str = "") -> Iterator[str]:
    """Plain keys first, then tables, then lists of tables."""
    later: list[tuple[str, Any]] = []
    for name, value in config.items():
        if isinstance(value, Mapping) or (_is_list(value) and value and isinstance(value[0], Mapping)):
            later.append((name, value))
        elif value is not None:
            yield f"{_key(name)} = {_value(value)}"
    for name, value in later:
        path = f"{place}{_key(name)}"
        for table in value if _is_list(value) else [value]:
            yield ""
            yield f"[[{path}]]" if _is_list(value) else f"[{path}]"
            yield from _toml(table, path + ".")


def _value(value: Any) -> str:
    if _is_list(value):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None) + "}"
    # A text is written as in JSON, but for what TOML wants escaped and JSON does not.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else _value(name)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))
