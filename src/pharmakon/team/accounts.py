"""Accounts: made, logged in to, locked after wrong passwords. Passwords are kept as argon2id hashes (RFC 9106)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pharmakon.core.errors import Denied, TooMany, UnknownName, UsageError

from .database import Database, new_id
from .tables import users

TRIES = 5
"""Wrong passwords in a row before an account is locked."""
LOCKED = 60.0
"""Seconds of the first lock; each further wrong password doubles it, up to a day."""
NAME, ADDRESS = 200, 320
"""Characters of a name and of an e-mail address."""
SHORTEST, LONGEST = 12, 1024
"""Characters of a password (NIST SP 800-63B: length, and no rules of what it must hold)."""
WRONG = "the e-mail address or the password is wrong"
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True)
class User:
    """An account."""

    id: str
    email: str
    name: str
    admin: bool
    disabled: bool


class Accounts:
    """The accounts of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, email: str, name: str, password: str | None, *, admin: bool = False, subject: str = "") -> User:
        """A new account. Raises UsageError where the address is taken, or the password too short."""
        from sqlalchemy import insert
        from sqlalchemy.exc import IntegrityError

        email = email.strip().lower()
        if not _EMAIL.fullmatch(email) or len(email) > ADDRESS or not email.isprintable():
            raise UsageError(f"{email[:ADDRESS]!r} is no e-mail address")
        hashed = None if password is None else _hashed(password)
        made = User(new_id(), email, _named(name), admin, disabled=False)
        row = {key: getattr(made, key) for key in User.__slots__}
        row |= {"password": hashed, "subject": subject or None, "failed": 0, "locked_until": 0.0}
        try:
            with self._database.write() as connection:
                connection.execute(insert(users).values(**row, created=self._database.now(connection)))
        except IntegrityError:
            raise UsageError(f"there is an account of {email} already") from None
        return made

    def login(self, email: str, password: str) -> User:
        """The account that a password opens.

        Raises Denied where it does not, TooMany while the account is locked; neither says whether there is such an
        account, and both take the time of one hash.
        """
        from sqlalchemy import select, update

        with self._database.read() as connection:
            found = connection.execute(select(users).where(users.c.email == email.strip().lower())).mappings().first()
            now = self._database.now(connection)
        right = _right(found["password"] if found and found["password"] else _nobody(), password)
        if found is not None and found["locked_until"] > now:
            raise TooMany("too many wrong passwords: the account is locked", wait=found["locked_until"] - now)
        if found is None or not found["password"] or found["disabled"] or not right:
            if found is not None:
                with self._database.write() as connection:
                    failed = connection.execute(
                        update(users)
                        .where(users.c.id == found["id"])
                        .values(failed=users.c.failed + 1)
                        .returning(users.c.failed)
                    ).scalar_one()
                    if failed >= TRIES:
                        lock = min(LOCKED * 2.0 ** (failed - TRIES), 86_400.0)
                        until = self._database.now(connection) + lock
                        connection.execute(update(users).where(users.c.id == found["id"]).values(locked_until=until))
            raise Denied(WRONG)
        if found["failed"]:
            with self._database.write() as connection:
                connection.execute(update(users).where(users.c.id == found["id"]).values(failed=0, locked_until=0.0))
        return _user(found)

    def governed(self) -> bool:
        """Whether there is an administrator who can log in: the one user of a server without accounts cannot."""
        from sqlalchemy import select

        opens = users.c.password.is_not(None) | users.c.subject.is_not(None)
        with self._database.read() as connection:
            query = select(users.c.id).where(users.c.admin & opens)
            return connection.execute(query.limit(1)).first() is not None

    def get(self, user: str) -> User:
        """An account by its id. Raises UnknownName where there is none."""
        from sqlalchemy import select

        with self._database.read() as connection:
            found = connection.execute(select(users).where(users.c.id == user)).mappings().first()
        if found is None:
            raise UnknownName("account", user, ())
        return _user(found)

    def by_email(self, email: str) -> User | None:
        """The account of an address, if there is one."""
        from sqlalchemy import select

        with self._database.read() as connection:
            found = connection.execute(select(users).where(users.c.email == email.strip().lower())).mappings().first()
        return _user(found) if found else None

    def by_subject(self, subject: str) -> User | None:
        """The account that somebody else vouches for, by issuer and subject."""
        from sqlalchemy import select

        with self._database.read() as connection:
            found = connection.execute(select(users).where(users.c.subject == subject)).mappings().first()
        return _user(found) if found else None

    def all(self) -> list[User]:
        """Every account, by address."""
        from sqlalchemy import select

        with self._database.read() as connection:
            return [_user(row) for row in connection.execute(select(users).order_by(users.c.email)).mappings()]

    def set_password(self, user: str, password: str) -> None:
        """Another password; the lock ends, and so does every session that began with the old one."""
        from sqlalchemy import delete, update

        from .tables import sessions

        hashed = _hashed(password)
        with self._database.write() as connection:
            connection.execute(
                update(users).where(users.c.id == user).values(password=hashed, failed=0, locked_until=0.0)
            )
            connection.execute(delete(sessions).where(sessions.c.user == user))

    def has_password(self, user: str) -> bool:
        """Whether an account is opened by a password, and not by an OpenID provider."""
        from sqlalchemy import select

        with self._database.read() as connection:
            return connection.execute(select(users.c.password).where(users.c.id == user)).scalar() is not None

    def rename(self, user: str, name: str) -> None:
        """Another name, as it will be printed from now on. Raises UsageError for an empty one."""
        from sqlalchemy import update

        with self._database.write() as connection:
            connection.execute(update(users).where(users.c.id == user).values(name=_named(name)))

    def set_disabled(self, user: str, *, disabled: bool) -> None:
        """Shut an account, or open it again. A shut one's sessions and tokens answer no more."""
        from sqlalchemy import update

        with self._database.write() as connection:
            connection.execute(update(users).where(users.c.id == user).values(disabled=disabled))


def _user(row: Any) -> User:
    return User(row["id"], row["email"], row["name"], bool(row["admin"]), bool(row["disabled"]))


def _named(name: str) -> str:
    name = name.strip()
    if not name or len(name) > NAME or not name.isprintable():
        raise UsageError(f"an account needs a name of at most {NAME} letters, as it is printed beside a signature")
    return name


def _hashed(password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"a password has {SHORTEST} to {LONGEST:,} characters")
    return str(_hasher().hash(password))


def _right(hashed: str, password: str) -> bool:
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return bool(_hasher().verify(hashed, password[:LONGEST]))
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()  # RFC 9106's second choice: argon2id, 64 MiB, 3 passes, 4 lanes


@cache
def _nobody() -> str:
    """The hash that an unknown address is checked against, so that it takes as long as a known one."""
    import secrets

    return str(_hasher().hash(secrets.token_hex()))
