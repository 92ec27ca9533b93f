"""Sessions of a browser and tokens of programs: secrets that are kept as hashes only, and end."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pharmakon.core.errors import Denied, UnknownName, UsageError

from .accounts import NAME
from .database import Database, new_id
from .roles import Caller, roles
from .tables import members, sessions, tokens, users

IDLE, LONGEST = 8 * 3600.0, 7 * 86_400.0
"""Seconds after which an unused session ends, and any session."""
PROVED = 300.0
"""Seconds for which a given password counts as given again: a signature wants one."""
PREFIX = "phk_"
"""Tokens begin with it, so that one that was published by mistake is recognised."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a browser. `csrf` is what its forms must bring back."""

    caller: Caller
    csrf: str
    proved: float
    """Seconds since the password was last given."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token, without its secret."""

    id: str
    name: str
    user: str
    project: str
    roles: tuple[str, ...]
    created: float
    expires: float
    used: float


class Sessions:
    """The sessions and tokens of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, user: str, project: str = "") -> str:
        """A new session; the secret that its cookie holds."""
        from sqlalchemy import delete, insert

        secret = secrets.token_urlsafe(32)
        with self._database.write() as connection:
            now = self._database.now(connection)
            ended = (sessions.c.created < now - LONGEST) | (sessions.c.seen < now - IDLE)
            connection.execute(delete(sessions).where(ended))
            row = {"hash": _hash(secret), "user": user, "project": project or None}
            connection.execute(insert(sessions).values(**row, created=now, seen=now, proved=now))
        return secret

    def find(self, secret: str) -> Session | None:
        """The session of a cookie; none where it ended, or its account was shut."""
        from sqlalchemy import select, update

        with self._database.read() as connection:
            query = select(
                sessions.c.created.label("begun"), sessions.c.seen, sessions.c.proved, sessions.c.project, *users.c
            ).join_from(sessions, users, sessions.c.user == users.c.id)
            row = connection.execute(query.where(sessions.c.hash == _hash(secret))).first()
            now = self._database.now(connection)
            if row is None or row.disabled or row.begun < now - LONGEST or row.seen < now - IDLE:
                return None
            caller = _caller(connection, row, row.project or "")
        if now - row.seen > IDLE / 100:
            with self._database.write() as connection:
                connection.execute(update(sessions).where(sessions.c.hash == _hash(secret)).values(seen=now))
        return Session(caller, csrf(secret), now - row.proved)

    def end(self, secret: str) -> None:
        """Log out."""
        from sqlalchemy import delete

        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.hash == _hash(secret)))

    def open_project(self, secret: str, project: str) -> None:
        """Make a project the open one of a session. Raises Denied where its user has no role in it."""
        from sqlalchemy import select, update

        with self._database.write() as connection:
            query = select(sessions.c.user).where(sessions.c.hash == _hash(secret))
            user = connection.execute(query).scalar()
            if not user or not _roles(connection, user, project):
                raise Denied("you have no role in this project")
            connection.execute(update(sessions).where(sessions.c.hash == _hash(secret)).values(project=project))

    def proved(self, secret: str) -> None:
        """Note that the password was given again."""
        from sqlalchemy import update

        with self._database.write() as connection:
            now = self._database.now(connection)
            connection.execute(update(sessions).where(sessions.c.hash == _hash(secret)).values(proved=now))

    def add_token(self, caller: Caller, name: str, *, as_roles: Iterable[str], days: float = 90.0) -> tuple[Token, str]:
        """A token of a caller for the open project, and its secret, which is shown this once.

        Raises UsageError for roles that the caller has not, Denied where the caller came with a token itself.
        """
        from sqlalchemy import insert

        if caller.token:
            raise Denied("a token makes no tokens: log in with a browser")
        wanted = tuple(sorted(set(as_roles)))
        if not wanted or not caller.roles.issuperset(wanted):
            raise UsageError(f"a token can have the roles that you have: {', '.join(sorted(caller.roles)) or 'none'}")
        if not 0 < days <= 366 or not name.strip() or len(name.strip()) > NAME or not name.strip().isprintable():
            raise UsageError(f"a token has a name of at most {NAME} letters, and ends within a year")
        secret = PREFIX + secrets.token_urlsafe(32)
        with self._database.write() as connection:
            now = self._database.now(connection)
            token = Token(new_id(), name.strip(), caller.user, caller.project, wanted, now, now + days * 86_400.0, 0.0)
            connection.execute(
                insert(tokens).values(
                    id=token.id,
                    hash=_hash(secret),
                    user=token.user,
                    project=token.project,
                    name=token.name,
                    roles=" ".join(wanted),
                    created=now,
                    expires=token.expires,
                    used=0.0,
                )
            )
        return token, secret

    def find_token(self, secret: str) -> Caller | None:
        """The caller of a token; none where it ended or was taken back."""
        from sqlalchemy import select, update

        with self._database.read() as connection:
            row = connection.execute(select(tokens).where(tokens.c.hash == _hash(secret))).first()
            now = self._database.now(connection)
            if row is None or row.expires < now:
                return None
            user = connection.execute(select(users).where(users.c.id == row.user)).first()
            if user is None or user.disabled:
                return None
            whole = _caller(connection, user, row.project)
        if now - row.used > 60.0:
            with self._database.write() as connection:
                connection.execute(update(tokens).where(tokens.c.id == row.id).values(used=now))
        allowed = whole.roles & set(row.roles.split())
        return Caller(whole.user, whole.name, whole.email, whole.project, allowed, admin=False, token=row.id)

    def tokens_of(self, user: str) -> list[Token]:
        """A user's tokens, the newest first."""
        from sqlalchemy import select

        with self._database.read() as connection:
            rows = connection.execute(select(tokens).where(tokens.c.user == user).order_by(tokens.c.created.desc()))
            return [
                Token(r.id, r.name, r.user, r.project, tuple(r.roles.split()), r.created, r.expires, r.used)
                for r in rows
            ]

    def end_token(self, user: str, token: str) -> None:
        """Take a token back. Raises UnknownName where the user has no such token."""
        from sqlalchemy import delete

        with self._database.write() as connection:
            gone = connection.execute(delete(tokens).where((tokens.c.id == token) & (tokens.c.user == user)))
            if not gone.rowcount:
                raise UnknownName("token", token, ())


def csrf(secret: str) -> str:
    """What the forms of a session bring back: nobody without the cookie can know it."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def known_roles(names: Iterable[str]) -> tuple[str, ...]:
    """The names in their order. Raises UnknownName for one that is no role."""
    found = tuple(names)
    for name in found:
        if name not in roles():
            raise UnknownName("role", name, roles())
    return found


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _caller(connection: Any, user: Any, project: str) -> Caller:
    held = _roles(connection, user.id, project) if project else frozenset()
    return Caller(user.id, user.name, user.email, project if held else "", held, admin=bool(user.admin))


def _roles(connection: Any, user: str, project: str) -> frozenset[str]:
    from sqlalchemy import select

    query = select(members.c.role).where((members.c.user == user) & (members.c.project == project))
    return frozenset(connection.execute(query).scalars())
