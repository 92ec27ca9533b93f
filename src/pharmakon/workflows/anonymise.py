"""anonymise: a table in which nobody can be singled out, at the least loss there is, with the risk before and after."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import ConfigError, DataError, UnknownName
from pharmakon.core.types import Progress, silent
from pharmakon.record.notebook import Shown

from .anonymise_request import CrossTable, Quasi, Request, Secret

if TYPE_CHECKING:
    from pandas import DataFrame

    from pharmakon.privacy.anonymity import Measures, Sensitive
    from pharmakon.privacy.hierarchy import Codes, Hierarchy
    from pharmakon.privacy.lattice import Found
    from pharmakon.privacy.risk import Risk
    from pharmakon.privacy.suppression import Suppressed

MOST_SMALL = 200
"""Values of a cross-table's axis."""


class AnonymiseConfig(Config):
    """Which table, by which rules; what is given here wins over the file of rules."""

    data: Path = Field(description="CSV, TSV, Parquet or h5ad (its obs), one row a person")
    config: Path = Field(description="TOML file of the rules: quasi-identifiers, sensitive columns, k, l, t")
    output: Path | None = Field(None, description="folder to write; anonymise-NAME when not given")
    k: int | None = Field(None, ge=1, description="every class has so many rows at least")
    suppression: float | None = Field(None, ge=0, le=1, description="share of the rows that may be left out")
    loss: Literal["ncp", "discernibility", "height"] | None = Field(None, description="what the search minimises")
    overwrite: bool = Field(False, description="replace an earlier run in the folder")


@dataclass(frozen=True, slots=True)
class Cells:
    """A cross-table: the values of each axis, and its counts with what is hidden."""

    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    found: Suppressed


@dataclass(frozen=True, slots=True)
class AnonymiseResult(Shown):
    """What was found, and where it lies."""

    folder: Path
    request: Request
    columns: tuple[str, ...]
    """Of the output."""
    levels: dict[str, tuple[int, int]]
    """Quasi-identifier: its level, and the highest."""
    found: Found
    losses: dict[str, float]
    """Every loss at the node, and the mean class size by k."""
    before: Risk
    after: Risk
    measures: dict[str, tuple[Measures, Measures]]
    """Sensitive column: before and after."""
    frame: DataFrame
    cells: list[Cells] = field(default_factory=list)
    auc: tuple[float, float] | None = None
    """Of the model of `predict`: before and after."""
    dropped: tuple[str, ...] = ()
    """Columns that were left out."""
    notes: list[str] = field(default_factory=list)
    head: str = ""

    def plain(self) -> dict[str, Any]:
        """Everything but the rows, for JSON."""
        from .anonymise_output import plain

        return plain(self)


def run(config: AnonymiseConfig, *, progress: Progress = silent) -> AnonymiseResult:
    """Find the best generalisation, apply it, judge it, and write it. Every file is recorded in a ledger.

    Raises ConfigError for rules that make no sense, UnknownName for a column that is not there, and DataError where the
    hierarchies do not fit the table or nothing does what is asked.
    """
    import numpy as np

    from pharmakon.privacy.anonymity import measure
    from pharmakon.privacy.lattice import Search
    from pharmakon.privacy.risk import assess
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.matrix import read_frame
    from pharmakon.store.runs import RUN, RunFolder

    from .anonymise_output import LEDGER, write

    request = Request.from_toml(config.config, k=config.k, suppression=config.suppression, loss=config.loss)
    progress(0, 0, "reading")
    whole = read_frame(config.data).rename(columns=str.strip)
    for name in request.read:
        if name not in whole.columns:
            raise UnknownName("column", name, list(whole.columns), where=str(config.data))
    frame = whole[list(request.read)]
    if not len(frame):
        raise DataError(f"{config.data} has no rows")
    near = config.config.parent
    hierarchies = [_hierarchy(quasi, frame[quasi.column].tolist(), near) for quasi in request.quasi]
    leaves = np.column_stack([h.encode(frame[h.name].tolist()) for h in hierarchies])
    sensitive = [_sensitive(secret, frame[secret.column].tolist(), near) for secret in request.sensitive]
    search = Search(
        hierarchies,
        leaves,
        k=request.k,
        sensitive=sensitive,
        limit=request.suppression,
        loss=request.loss,
        matter=[quasi.weight for quasi in request.quasi],
    )
    found = search.best(progress=progress)
    raw = search.rows_alike()
    kept = found.classes >= 0
    if not kept.any():
        raise DataError("only leaving out every row does what is asked: ask for less, or allow fewer to be left out")
    measures = {s.name: (measure(raw, s), measure(found.classes[kept], _of(s, kept))) for s in sensitive}
    released = _generalised(frame, hierarchies, found, request)
    progress(0, 0, "tables of counts")
    cells = _tables(request.cells, frame)
    auc = None
    if request.predict:
        from .anonymise_utility import auc_before_after

        progress(0, 0, "what a model still learns")
        auc = auc_before_after(frame, hierarchies, found, request.predict)
    inputs = [config.data, config.config, *(near / q.hierarchy for q in request.quasi if q.hierarchy)]
    folder = RunFolder.create(
        config.output or Path(f"anonymise-{config.data.name.split('.')[0]}"),
        verb="anonymise",
        config=config,
        inputs=inputs,
        overwrite=config.overwrite,
    )
    ledger = Ledger(folder.path / LEDGER)
    ledger.output(folder.path / RUN)
    result = AnonymiseResult(
        folder.path,
        request,
        request.written,
        {h.name: (level, h.height) for h, level in zip(hierarchies, found.node, strict=True)},
        found,
        search.losses(found.node) | {"mean class size / k": kept.sum() / max(1, found.classes.max() + 1) / request.k},
        assess(raw, population=request.population),
        assess(found.classes, population=request.population),
        measures,
        released,
        cells,
        auc,
        tuple(str(c) for c in whole.columns if c not in request.written),
        list(_uncovered(request, cells)),
    )
    return write(result, config, ledger)


def _uncovered(request: Request, cells: Sequence[Cells]) -> Iterator[str]:
    """Tables of counts whose hidden cells the released rows tell, which have the same columns."""
    for number, table in enumerate(cells, start=1):
        if table.found.hidden.any() and set(table.columns) <= set(request.written):
            yield (
                f"cells-{number}.csv and anonymous.csv both have {' and '.join(table.columns)}: whoever has both can "
                "count rows and narrow down the cells that are hidden. Publish one of the two"
            )


def _hierarchy(quasi: Quasi, values: Sequence[str], near: Path) -> Hierarchy:
    from pharmakon.privacy.hierarchy import flat, from_groups, from_intervals, from_prefixes, from_rows

    if quasi.hierarchy:
        return from_rows(quasi.column, read_hierarchy(near / quasi.hierarchy, values))
    if quasi.intervals:
        return from_intervals(quasi.column, values, quasi.intervals, origin=quasi.origin)
    if quasi.prefixes:
        return from_prefixes(quasi.column, values, quasi.prefixes)
    if quasi.groups:
        return from_groups(quasi.column, values, quasi.groups)
    return flat(quasi.column, values)


def read_hierarchy(path: Path, values: Sequence[str]) -> list[list[str]]:
    """The rows of a hierarchy's CSV file, comma or semicolon; words for "missing" become "", as they do in tables.

    A missing value of the table that has no row gets one: it stays missing until the last level.
    """
    from pharmakon.store.bytestream import open_text
    from pharmakon.store.numbers import MISSING

    if not path.is_file():
        raise ConfigError(f"there is no hierarchy {path}")
    with open_text(path).open() as lines:
        text = lines.read()
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    found: dict[str, list[str]] = {}
    for number, cells in enumerate(csv.reader(text.splitlines(), delimiter=delimiter, skipinitialspace=True)):
        row = [cell.strip() for cell in cells]
        if not row:
            continue
        if row[0].casefold() in MISSING:
            row[0] = ""
        if row[0] and row[0] in found:
            raise DataError(f"{path}, row {number + 1}: {row[0]!r} stands twice")
        found.setdefault(row[0], row)
    rows = list(found.values())
    if "" in values and "" not in found and rows:
        last = {row[-1] for row in rows}
        rows.append([""] * (len(rows[0]) - 1) + [last.pop() if len(last) == 1 else ""])
    return rows


def _sensitive(secret: Secret, values: Sequence[str], near: Path) -> Sensitive:
    import numpy as np

    from pharmakon.privacy.anonymity import Sensitive
    from pharmakon.privacy.hierarchy import from_rows

    asked: dict[str, Any] = {"l": secret.l, "diversity": secret.diversity, "c": secret.c, "t": secret.t}
    if secret.distance == "hierarchical" and secret.hierarchy:
        tree = from_rows(secret.column, read_hierarchy(near / secret.hierarchy, values))
        return Sensitive(
            secret.column, tree.encode(values), tree.leaves, distance="hierarchical", hierarchy=tree, **asked
        )
    numbers = all(_number(v) for v in set(values))
    if secret.distance == "ordered" and not numbers:
        raise ConfigError(f"{secret.column!r} is to be ordered and holds what is no number")
    ordered = secret.distance == "ordered" or (secret.distance == "auto" and numbers)
    labels = sorted(set(values), key=float if ordered else str)
    place = {label: i for i, label in enumerate(labels)}
    codes = np.array([place[v] for v in values], dtype=np.int64)
    return Sensitive(secret.column, codes, len(labels), distance="ordered" if ordered else "equal", **asked)


def _number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _of(sensitive: Sensitive, kept: Any) -> Sensitive:
    from dataclasses import replace

    return replace(sensitive, codes=sensitive.codes[kept])


def _generalised(frame: DataFrame, hierarchies: Sequence[Hierarchy], found: Found, request: Request) -> DataFrame:
    """The rows that are kept, as they are released, sorted: the order of a table may tell who somebody is."""
    out = frame.loc[found.classes >= 0, list(request.written)].copy()
    for hierarchy, level in zip(hierarchies, found.node, strict=True):
        label = hierarchy.labels[level]
        out[hierarchy.name] = [label[i] for i in hierarchy.maps[level][hierarchy.encode(out[hierarchy.name].tolist())]]
    return out.sort_values(list(request.written), kind="stable", ignore_index=True)


def _tables(asked: Sequence[CrossTable], frame: DataFrame) -> list[Cells]:
    """Every table of counts; one whose columns another has is its margin, or each would tell what the other hides."""
    found: dict[CrossTable, Cells] = {}
    for table in sorted(asked, key=lambda one: -len(one.columns)):
        wider = next((one for one in found.values() if set(table.columns) <= set(one.columns)), None)
        strictest = max(one.threshold for one in asked if set(one.columns) <= set(table.columns))
        found[table] = _margin(wider, table) if wider is not None else _cells(table, frame, threshold=strictest)
    return [found[table] for table in asked]


def _margin(wider: Cells, table: CrossTable) -> Cells:
    """A table of counts out of the margins of another, hidden where it is hidden there."""
    from pharmakon.privacy.suppression import Suppressed

    totals = tuple(slice(None) if column in table.columns else -1 for column in wider.columns)
    left = [column for column in wider.columns if column in table.columns]
    order, whole = [left.index(column) for column in table.columns], wider.found
    values = tuple(wider.values[wider.columns.index(column)] for column in table.columns)
    found = Suppressed(
        whole.counts[totals].transpose(order),
        whole.primary[totals].transpose(order),
        whole.complementary[totals].transpose(order),
        whole.low[totals].transpose(order),
        whole.high[totals].transpose(order),
        whole.threshold,
    )
    return Cells(table.columns, values, found)


def _cells(table: CrossTable, frame: DataFrame, *, threshold: int) -> Cells:
    import numpy as np

    from pharmakon.privacy.suppression import suppress

    values, codes = [], []
    for column in table.columns:
        labels, code = np.unique(frame[column].to_numpy(dtype=str), return_inverse=True)
        if len(labels) > MOST_SMALL:
            raise DataError(f"column {column!r} has {len(labels):,} values: too many for the axis of a table of counts")
        values.append(tuple(str(v) for v in labels))
        codes.append(code)
    shape = tuple(map(len, values))
    flat: Codes = np.ravel_multi_index(tuple(codes), shape)
    counts = np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)
    return Cells(table.columns, tuple(values), suppress(counts, threshold=threshold))
