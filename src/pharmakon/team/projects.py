"""Projects, and who has which role in them: the data of one are nobody's in another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pharmakon.core.errors import UnknownName, UsageError

from .accounts import NAME
from .database import Database, new_id
from .sessions import known_roles
from .tables import members, projects, users


@dataclass(frozen=True, slots=True)
class Project:
    """A project, with the roles of whoever asked."""

    id: str
    name: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a project."""

    user: str
    name: str
    email: str
    roles: tuple[str, ...]


class Projects:
    """The projects of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str) -> Project:
        """A new project, with nobody in it. Raises UsageError where the name is taken."""
        from sqlalchemy import insert
        from sqlalchemy.exc import IntegrityError

        if not name.strip() or len(name.strip()) > NAME or not name.strip().isprintable():
            raise UsageError(f"a project needs a name of at most {NAME} letters")
        made = Project(new_id(), name.strip())
        try:
            with self._database.write() as connection:
                now = self._database.now(connection)
                connection.execute(insert(projects).values(id=made.id, name=made.name, created=now))
        except IntegrityError:
            raise UsageError(f"there is a project {made.name!r} already") from None
        return made

    def of(self, user: str) -> list[Project]:
        """The projects that a user has a role in, by name."""
        from sqlalchemy import select

        query = (
            select(projects.c.id, projects.c.name, members.c.role)
            .join_from(projects, members, projects.c.id == members.c.project)
            .where(members.c.user == user)
            .order_by(projects.c.name)
        )
        found: dict[tuple[str, str], set[str]] = {}
        with self._database.read() as connection:
            for id, name, role in connection.execute(query):
                found.setdefault((id, name), set()).add(role)
        return [Project(id, name, frozenset(roles)) for (id, name), roles in found.items()]

    def all(self) -> list[Project]:
        """Every project, by name."""
        from sqlalchemy import select

        with self._database.read() as connection:
            return [Project(row.id, row.name) for row in connection.execute(select(projects).order_by(projects.c.name))]

    def set_roles(self, project: str, user: str, roles: Iterable[str]) -> None:
        """Give a user these roles in a project in place of those held; none at all takes the user out.

        Raises UnknownName for a project, an account or a role that is not there, UsageError where nobody would be left
        to administer the project.
        """
        from sqlalchemy import delete, insert, select

        wanted = known_roles(dict.fromkeys(roles))
        with self._database.write() as connection:
            for table, id, what in ((projects, project, "project"), (users, user, "account")):
                if connection.execute(select(table.c.id).where(table.c.id == id)).first() is None:
                    raise UnknownName(what, id, ())
            mine = (members.c.project == project) & (members.c.user == user)
            before = set(connection.execute(select(members.c.role).where(mine)).scalars())
            connection.execute(delete(members).where(mine))
            if "admin" not in wanted and "admin" in before:
                left = select(members.c.user).where((members.c.project == project) & (members.c.role == "admin"))
                if connection.execute(left.limit(1)).first() is None:
                    raise UsageError("a project keeps an administrator: make somebody else one first")
            for role in wanted:
                connection.execute(insert(members).values(project=project, user=user, role=role))

    def members(self, project: str) -> list[Member]:
        """Who is in a project, by name."""
        from sqlalchemy import select

        query = (
            select(users.c.id, users.c.name, users.c.email, members.c.role)
            .join_from(members, users, members.c.user == users.c.id)
            .where(members.c.project == project)
            .order_by(users.c.name, members.c.role)
        )
        found: dict[tuple[str, str, str], list[str]] = {}
        with self._database.read() as connection:
            for id, name, email, role in connection.execute(query):
                found.setdefault((id, name, email), []).append(role)
        return [Member(*who, tuple(roles)) for who, roles in found.items()]
