"""An open library: the rows that meet a filter, pages of them, columns of numbers, molecules with a part or alike."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pharmakon.core.errors import DataError, PharmakonError, UsageError

from .library import ECFP4, SCREEN, TABLE, read_facts
from .library_filter import SIMILARITY, LibraryFilter, Order, condition, known, numbers, ordering, quoted
from .library_repeats import REPEAT, told

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Rows = NDArray[np.int32]
T = TypeVar("T")
KEPT = 32
"""Answers of each kind that are remembered."""
FIXED = ("row", "id", "smiles", "problem")
"""Columns that every page has, and nobody chooses."""
PAGE = 500
"""Rows of the longest page."""
SECONDS = 120.0
"""Of the longest search for a substructure."""
SOON, LONGEST = 1.0, 50.0
"""Seconds that its end is waited for: by who takes a part of the rows, and by who wants all of them."""


class Search:
    """A search for a substructure, which goes on in a thread of its own: `mask` holds what it has found by now."""

    def __init__(self, n: int) -> None:
        self.mask = np.zeros(n, dtype=bool)
        self.done, self.total = 0, 0
        self.error: PharmakonError | None = None
        self.over = threading.Event()


class Library:
    """A library's folder, opened. It may be asked from several threads."""

    def __init__(self, folder: Path) -> None:
        import duckdb

        self.folder, self.facts = folder, read_facts(folder)
        self.rows = int(self.facts["rows"])
        self.columns: Mapping[str, Mapping[str, Any]] = {column["name"]: column for column in self.facts["columns"]}
        self.choosable = {name: column for name, column in self.columns.items() if name not in FIXED}
        self.marked = REPEAT in self.columns
        """Whether it says which rows are repeats: one that was made by an earlier version does not."""
        self._connection = duckdb.connect()
        self._connection.execute("SET threads = 2; SET memory_limit = '1GB'; SET temp_directory = ''")
        path = re.sub(r"([*?\[])", r"[\1]", str(folder / TABLE))  # DuckDB would take these for wildcards
        try:
            self._connection.from_parquet(path).create_view("molecules")
        except duckdb.Error as error:
            raise DataError(f"the library cannot be read: {error}") from None
        self._lock, self._searching = threading.Lock(), threading.Lock()
        self._kept: OrderedDict[Any, Any] = OrderedDict()
        self._searches: OrderedDict[str, Search] = OrderedDict()

    def cursor(self) -> DuckDBPyConnection:
        """A connection for one thread; the table is `molecules`."""
        return self._connection.cursor()

    def find(
        self,
        asked: LibraryFilter,
        order: Order | None = None,
        *,
        picked: NDArray[np.bool_] | None = None,
        whole: bool = True,
    ) -> Rows:
        """The rows (from 0) that meet a filter, in order; `picked` is the selection that the filter names.

        A substructure is waited for, and UsageError raised where that takes too long; `whole=False` gives what was
        found by now: see `search`.
        """
        order = order or Order()
        if order.sort == SIMILARITY and asked.similar is None:
            raise UsageError("to sort by similarity, say to which molecule")
        plain = asked.model_copy(update={"smarts": "", "similar": None, "selection": ""})
        rows = self._remembered(
            ("find", plain.model_dump_json(), order.model_dump_json()), lambda: self._sql(plain, order)
        )
        mask = np.ones(self.rows, dtype=bool) if picked is None else picked.copy()
        if asked.smarts.strip():
            search = self.search(asked.smarts, wait=LONGEST if whole else 0.0)
            if search.error is not None:
                raise search.error
            if whole and not search.over.is_set():
                raise UsageError("the substructure is still being searched for: ask again when the search is over")
            mask &= search.mask
        if asked.similar is not None:
            mask &= self.similarity(asked.similar.smiles) >= asked.similar.at_least
        rows = np.asarray(rows[mask[rows]], dtype=np.int32)
        if order.sort == SIMILARITY and asked.similar is not None:
            sign = -1 if order.down else 1
            rows = rows[np.argsort(sign * self.similarity(asked.similar.smiles)[rows], kind="stable")]
        return rows

    def page(self, rows: Sequence[int], columns: Sequence[str]) -> list[dict[str, Any]]:
        """The cells of some rows, in the order given: row, id, smiles, problem, `values`, and of estimates more.

        `repeat` says of which earlier row it has the structure, in words.

        `ranges` are their intervals, `verdicts` their verdicts, `outside` those whose model does not know the molecule.
        """
        if len(rows) > PAGE:
            raise UsageError(f"a page has at most {PAGE} rows")
        asked = [known(name, self.columns) for name in dict.fromkeys(columns)]
        chosen = [c["name"] for c in asked if c["name"] not in FIXED]
        wanted = [*FIXED, *chosen]
        estimates = [c["name"] for c in asked if c["kind"] == "estimate"]
        for suffix in ("_low", "_high", "_verdict", "_in_domain"):
            wanted += [name + suffix for name in estimates]
        found = self._cells(rows, [*wanted, REPEAT] if self.marked else wanted)
        firsts = {first for cell in found.values() if (first := cell.get(REPEAT)) is not None}
        ids = {row: cell["id"] for row, cell in self._cells(list(firsts), ["row", "id"]).items()}
        shown = []
        for row in rows:
            cell = found[int(row)]
            first = cell.get(REPEAT)
            shown.append(
                self._told(cell, chosen, estimates) | {"repeat": told(first, "" if first is None else ids[first])}
            )
        return shown

    def _cells(self, rows: Sequence[int], columns: Sequence[str]) -> dict[int, dict[str, Any]]:
        """Cells by column, by row; `row` is among the columns."""
        if not len(rows):
            return {}
        names = list(dict.fromkeys(columns))
        picked = ", ".join(str(int(row)) for row in rows)
        sql = f"SELECT {', '.join(map(quoted, names))} FROM molecules WHERE row IN ({picked})"  # noqa: S608 - whole numbers
        cells = (dict(zip(names, line, strict=True)) for line in self.cursor().execute(sql).fetchall())
        return {cell["row"]: cell for cell in cells}

    def values(self, name: str) -> NDArray[np.float32]:
        """A column of numbers, shape (rows,), NaN where there is none. Raises UnknownName, UsageError."""
        sql = f"SELECT CAST({quoted(numbers(name, self.columns))} AS FLOAT) AS x FROM molecules ORDER BY row"  # noqa: S608 - quoted
        found = self._remembered(("values", name), lambda: self.cursor().execute(sql).fetchnumpy()["x"])
        filled: NDArray[np.float32] = np.ma.filled(found, np.nan).astype(np.float32)
        return filled

    def similarity(self, smiles: str) -> NDArray[np.float32]:
        """How alike every row and one molecule are, Tanimoto (ECFP4). Raises DataError for what is no structure."""
        from pharmakon.chem.fingerprints import bits
        from pharmakon.chem.similarity import tanimoto
        from pharmakon.chem.standardize import standardize

        def compared() -> NDArray[np.float32]:
            read = standardize(smiles)
            if read.mol is None:
                raise DataError(f"the molecule to compare with: {read.problem}")
            alike: NDArray[np.float32] = tanimoto(bits([read.mol]), self._bits(ECFP4))[0]
            return alike

        found: NDArray[np.float32] = self._remembered(("similarity", smiles.strip()), compared)
        return found

    def search(self, smarts: str, *, wait: float = SOON) -> Search:
        """The search for a substructure, begun where nobody asked before; waits so many seconds for its end.

        Raises DataError for what is no SMARTS.
        """
        from pharmakon.chem.substructure import read_smarts

        query = read_smarts(smarts)
        with self._lock:
            search = self._searches.get(smarts)
            if search is None:
                search = self._searches[smarts] = Search(self.rows)
                threading.Thread(target=self._look, args=(search, query), daemon=True).start()
                while len(self._searches) > KEPT:
                    self._searches.popitem(last=False)
        search.over.wait(wait)
        return search

    def _look(self, search: Search, query: Any) -> None:
        from pharmakon.chem.substructure import having, may_have

        try:
            with self._searching:  # one after the other: each takes a core
                left = may_have(query, self._bits(SCREEN))
                search.total = len(left)
                smiles = self._smiles()
                for done, found in having(query, [smiles[i] for i in left], seconds=SECONDS):
                    search.mask[left[found]] = True
                    search.done = min(done, search.total)
        except PharmakonError as error:
            search.error = error
        finally:
            search.over.set()

    def _sql(self, asked: LibraryFilter, order: Order) -> Rows:
        where, values = condition(asked, self.columns)
        sql = f"SELECT row FROM molecules WHERE {where} ORDER BY {ordering(order, self.columns)}"  # noqa: S608
        return np.asarray(self.cursor().execute(sql, values).fetchnumpy()["row"], dtype=np.int32)

    def _smiles(self) -> list[str]:
        def read() -> list[str]:
            sql = "SELECT smiles FROM molecules ORDER BY row"
            return [str(line[0]) for line in self.cursor().execute(sql).fetchall()]

        return self._remembered("smiles", read)

    def _bits(self, name: str) -> NDArray[np.uint8]:
        found: NDArray[np.uint8] = np.load(self.folder / name, mmap_mode="r", allow_pickle=False)
        return found

    def _remembered(self, key: Any, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: T = self._kept[key]
                return kept
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _told(self, cell: dict[str, Any], columns: Sequence[str], estimates: Sequence[str]) -> dict[str, Any]:
        return {
            **{name: cell[name] for name in FIXED},
            "values": {name: _known(cell[name]) for name in columns},
            "ranges": {name: [_known(cell[f"{name}_low"]), _known(cell[f"{name}_high"])] for name in estimates},
            "verdicts": {name: cell[f"{name}_verdict"] for name in estimates if cell[f"{name}_verdict"]},
            "outside": [name for name in estimates if not cell[f"{name}_in_domain"] and not cell["problem"]],
        }


def _known(value: Any) -> Any:
    """A cell for JSON: NaN and infinity are null."""
    return None if isinstance(value, float) and not np.isfinite(value) else value
