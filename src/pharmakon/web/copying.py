"""A job's request in other words: for the shell, for Python, and as a TOML file."""

from __future__ import annotations

import inspect
import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import pharmakon
from pharmakon.team.verbs import Verb

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
    "/library": ("/api/v1/libraries", '*workbench.jobs(verb="library"), sep="\\n"'),
    "/models": ("/api/v1/models", '*workbench.models(), sep="\\n"'),
    "/people": ("/api/v1/members", '*workbench.members(), sep="\\n"'),
    "/record": ("/api/v1/records", '*workbench.records(), sep="\\n"'),
    "/run": ("/api/v1/verbs", '*workbench.verbs(), sep="\\n"'),
    "/trust": ("/api/v1/verbs", '*workbench.verbs(), sep="\\n"'),
}
"""Where a program asks for what a page lists: the address of the API, and a call of its client where it has one."""


def copies_of(verb: Verb, config: Config) -> dict[str, str]:
    """What a page shows under "copy as" of a verb with a configuration."""
    found = {"CLI": as_cli(verb, config), "Python": as_python(verb, config), "TOML": as_toml(config)}
    return {name: text for name, text in found.items() if text}


def over_api(server: str, path: str, call: str) -> dict[str, str]:
    """The same of a page that a program asks the server for: an address of its API, a call of its client."""
    shell = f'curl -H "Authorization: Bearer $PHARMAKON_TOKEN" {shlex.quote(server.rstrip("/") + path)}'
    python = (
        "import os\n\nfrom pharmakon.web.client import Client\n\n"
        f'with Client({_literal(server.rstrip("/"))}, token=os.environ["PHARMAKON_TOKEN"]) as workbench:\n'
        f"    print({call})"
    )
    return {"CLI": shell, "Python": python} if call else {"CLI": shell}


def listed(server: str, page: str) -> dict[str, str]:
    """What a page that lists shows under "copy as"; nothing for another page."""
    return over_api(server, *LISTS[page]) if page in LISTS else {}


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
    return shlex.join(words + [word for name in verb.outputs for word in ("--output", name.rstrip("/"))])


def as_python(verb: Verb, config: Config) -> str:
    """A call of the verb's function; "" where it has none."""
    if not verb.python:
        return ""
    if _tables(config):
        return f'import pharmakon\n\npharmakon.{verb.python}("{GOAL_FILE}", output={_literal(_output(verb))})'
    rest, first = dict(config), []
    for parameter in inspect.signature(getattr(pharmakon, verb.python)).parameters.values():
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            name = parameter.name if parameter.name in verb.model.model_fields else verb.subject
            if name in rest:
                first.append(_literal(rest.pop(name)))
            elif parameter.default is parameter.empty:
                return ""
            else:
                break
    rest["output"] = list(verb.outputs) if verb.many else _output(verb)
    options = [f"{name}={_literal(value)}" for name, value in rest.items()]
    return f"import pharmakon\n\npharmakon.{verb.python}({', '.join([*first, *options])})"


def as_toml(config: Config) -> str:
    """The configuration as a TOML file."""
    return "\n".join(_toml(config)).strip()


def _tables(config: Config) -> bool:
    return any(isinstance(x, Mapping) for value in config.values() for x in (value if _is_list(value) else [value]))


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
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else json.dumps(name)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))
