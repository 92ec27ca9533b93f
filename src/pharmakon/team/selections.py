"""Selections of a library's rows: a working one for each user, and named ones that the project shares."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pharmakon.core.errors import UnknownName, UsageError

from .database import Database, new_id
from .roles import Caller
from .tables import selections

Runs = Sequence[Sequence[int]]
"""Rows as runs: [first, how many], rising."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Some rows of a library. The working selection of a user has no name."""

    id: str
    user: str
    library: str
    name: str
    runs: Runs
    changed: float

    @property
    def count(self) -> int:
        """How many rows."""
        return sum(length for _, length in self.runs)


class Selections:
    """The selections of a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, caller: Caller, library: str) -> list[Selection]:
        """The caller's working selection and all named ones of a library of the open project, by name."""
        from sqlalchemy import or_, select

        caller.check("library.read")
        query = (
            select(selections)
            .where((selections.c.project == caller.project) & (selections.c.library == library))
            .where(or_(selections.c.name != "", selections.c.user == caller.user))
            .order_by(selections.c.name, selections.c.id)
        )
        with self._database.read() as connection:
            return [_selection(row) for row in connection.execute(query).mappings()]

    def get(self, caller: Caller, library: str, id: str) -> Selection:
        """One of them. Raises UnknownName."""
        found = next((one for one in self.list(caller, library) if one.id == id), None)
        if found is None:
            raise UnknownName("selection", id, ())
        return found

    def keep(self, caller: Caller, library: str, runs: Runs, *, name: str = "") -> Selection:
        """Keep rows as the selection of this name (none: the working one), in place of those it held.

        Raises UsageError where the name is somebody else's selection.
        """
        from sqlalchemy import delete, insert

        caller.check("selection.write")
        same = [one for one in self.list(caller, library) if one.name == name.strip()]
        if any(one.user != caller.user for one in same):
            raise UsageError(f"{name.strip()!r} is somebody else's selection: choose another name")
        row: dict[str, Any] = {
            "id": same[0].id if same else new_id(),
            "project": caller.project,
            "user": caller.user,
            "library": library,
            "name": name.strip()[:200],
            "rows": json.dumps([list(run) for run in runs], separators=(",", ":")),
        }
        with self._database.write() as connection:
            row["changed"] = self._database.now(connection)
            connection.execute(delete(selections).where(selections.c.id == row["id"]))
            connection.execute(insert(selections).values(**row))
        return self.get(caller, library, row["id"])

    def remove(self, caller: Caller, library: str, id: str) -> None:
        """Forget a selection of the caller's own. Raises UnknownName, UsageError for somebody else's."""
        from sqlalchemy import delete

        caller.check("selection.write")
        if self.get(caller, library, id).user != caller.user:
            raise UsageError("only who made a selection deletes it")
        with self._database.write() as connection:
            connection.execute(delete(selections).where(selections.c.id == id))


def _selection(row: Any) -> Selection:
    plain = {name: row[name] for name in ("id", "user", "library", "name", "changed")}
    return Selection(**plain, runs=json.loads(row["rows"]))
