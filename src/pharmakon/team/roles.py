"""Who may do what: the table of roles, and the caller whose roles are looked up in it. Default deny."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pharmakon.core.errors import Denied

LOGGED_IN, IN_PERSON = "account.self", "account.change"
"""The two actions that need no role: to see one's own account; and to change it, which no token can."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is known, with the roles of the project that is open; `token` names the token it came with."""

    user: str
    name: str
    email: str
    project: str = ""
    roles: frozenset[str] = frozenset()
    admin: bool = False
    token: str = ""

    def may(self, action: str) -> bool:
        """Whether a role of the caller's allows an action."""
        table = permissions()
        if action in table:
            return bool(self.project) and not table[action].isdisjoint(self.roles)
        if action == LOGGED_IN:
            return True
        if action == IN_PERSON:
            return not self.token
        return action in server_actions() and self.admin and not self.token

    def check(self, action: str) -> None:
        """Raise Denied where it does not."""
        if not self.may(action):
            roles = ", ".join(sorted(permissions().get(action, ())))
            whose = f"takes a role of {roles}" if roles else f"is for {server_actions().get(action, 'nobody')}"
            raise Denied(f"{action} is not allowed to {self.name}: it {whose}")


@cache
def permissions() -> Mapping[str, frozenset[str]]:
    """The roles that each action of a project takes."""
    return {action: frozenset(roles) for action, roles in _table()["actions"].items()}


@cache
def server_actions() -> Mapping[str, str]:
    """The actions on the server as a whole, and who may do them, in words."""
    return dict(_table()["server"])


@cache
def roles() -> Mapping[str, str]:
    """The roles, and what each is for."""
    return dict(_table()["roles"])


def actions() -> tuple[str, ...]:
    """Every action there is."""
    return (*permissions(), *server_actions())


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("pharmakon.team").joinpath("roles.toml").read_text(encoding="utf-8"))
