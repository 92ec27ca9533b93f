"""Whose signatures count: a TOML list of people, their public keys and what each may sign."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field, field_validator

from pharmakon.core.config import Config

Role = Literal["author", "reviewer", "approver"]


class Person(Config):
    """Somebody whose signature counts."""

    name: str = Field(min_length=1, description="printed name, as in signatures")
    email: str = Field("", description="e-mail address")
    key: str = Field(pattern=r"^[0-9a-f]{64}$", description="public half of the identity (pharmakon identity show)")
    roles: tuple[Role, ...] = Field(min_length=1, description="author, reviewer, approver; one or several")
    users: tuple[str, ...] = Field((), description="accounts (user@host) and names under which this person runs things")
    revoked: datetime | None = Field(
        None, description="from when the key counts no more, with its offset from UTC: lost, stolen, or the person left"
    )

    @field_validator("revoked")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a time of revocation needs its offset from UTC, such as 2026-03-01T00:00:00Z")
        return value


class TrustList(Config):
    """Who may sign what."""

    reviewer_may_approve: bool = Field(False, description="whether one person may both review and approve a record")
    people: tuple[Person, ...] = Field(min_length=1, description="whose signatures count, as [[people]] tables")

    @field_validator("people")
    @classmethod
    def _apart(cls, people: tuple[Person, ...]) -> tuple[Person, ...]:
        keys = [person.key for person in people]
        if len(set(keys)) < len(keys):
            raise ValueError("two people have one key; nobody could tell who signed")
        return people

    def person(self, key: str) -> Person | None:
        """Whose key it is."""
        return next((person for person in self.people if person.key == key), None)

    def doubt(self, key: str, name: str, when: datetime) -> str:
        """Why a signature of this key, under this printed name, at this time, does not count; "" where it does."""
        person = self.person(key)
        if person is None:
            return f"signed by a key that is not in the trust list, under the name {name!r}"
        if person.name != name:
            return f"signed under the name {name!r} by the key of {person.name}"
        if person.revoked is not None and when >= person.revoked:
            return f"signed by {name} after that key was revoked"
        return ""
