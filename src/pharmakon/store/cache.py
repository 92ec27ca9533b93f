"""Answers that cost time or money, kept between runs: an SQLite file that several processes may use at once."""

from __future__ import annotations

import contextlib
import math
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pharmakon.core.closing import Closing
from pharmakon.core.errors import DataError

__all__ = ["Answer", "Cache", "Question"]

FILE = "scorers.sqlite"
"""Its usual name, in store.places.cache_folder."""
OURS = 0x70686D6B
"""What marks a file as such a cache, among SQLite files ("phmk")."""
PATIENCE = 60.0
"""Seconds to wait while another process writes."""
BLOCK = 500
"""Molecules looked up at a time."""

_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    scorer TEXT NOT NULL, version TEXT NOT NULL, definition TEXT NOT NULL, smiles TEXT NOT NULL,
    value REAL NOT NULL, low REAL NOT NULL, high REAL NOT NULL,
    PRIMARY KEY (scorer, version, definition, smiles)
) WITHOUT ROWID
"""

_FIND = """
SELECT smiles, value, low, high FROM answers WHERE scorer = ? AND version = ? AND definition = ? AND smiles IN ({})
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A value and its interval: the same number three times where it has none."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Question:
    """Who was asked: equal questions about one molecule have one answer. `definition` is a hash."""

    scorer: str
    version: str
    definition: str


class Cache(Closing):
    """Answers by question and canonical SMILES, in the file at `path`, which is made where there is none.

    Raises DataError where the file is damaged or something else; deleting it costs nothing but asking again.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()
        with self._told():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            try:
                self._begin()
            except BaseException:
                self._file.close()
                raise

    def get(self, question: Question, smiles: Sequence[str]) -> dict[str, Answer]:
        """The answers that are known, by SMILES."""
        found: dict[str, Answer] = {}
        who = (question.scorer, question.version, question.definition)
        with self._told():
            for start in range(0, len(smiles), BLOCK):
                some = smiles[start : start + BLOCK]
                marks = ", ".join("?" * len(some))
                rows = self._file.execute(_FIND.format(marks), (*who, *some))
                for text, *numbers in rows:
                    if not all(isinstance(number, float) and math.isfinite(number) for number in numbers):
                        raise sqlite3.DatabaseError(f"{text} has the values {numbers}")
                    found[text] = Answer(*numbers)
        return found

    def put(self, question: Question, answers: Mapping[str, Answer]) -> None:
        """Keep answers for good, all or none; one that another process has put there meanwhile stays."""
        who = (question.scorer, question.version, question.definition)
        rows = [(*who, text, a.value, a.low, a.high) for text, a in answers.items()]
        with self._told(), self._writing():
            self._file.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _begin(self) -> None:
        with self._writing():
            (mark,) = self._file.execute("PRAGMA application_id").fetchone()
            (tables,) = self._file.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if mark != OURS and tables:
                raise DataError(f"{self.path} is a database of something else; name another file as the cache")
            self._file.execute(f"PRAGMA application_id = {OURS}")
            self._file.execute(_TABLE)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction; others who write wait."""
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.OperationalError) as error:
            raise DataError(
                f"the cache of scorers' answers {self.path} cannot be used: {error}; name another file as `cache`, or "
                "switch it off with cache = false"
            ) from None
        except sqlite3.DatabaseError as error:
            raise DataError(
                f"the cache of scorers' answers {self.path} is damaged or no such file ({error}); delete it if it is "
                "one, and the scorers are asked again, or name another file as `cache`"
            ) from None
