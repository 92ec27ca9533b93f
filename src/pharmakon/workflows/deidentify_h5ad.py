"""An h5ad file without identifiers: its clinical columns cleaned, its variables looked at, the rest gone.

Numbers stay: the matrix, its layers, embeddings, graphs. Names and texts stay where they are genes' or what the tables
of columns keep. What is in `uns`, and every second table, goes unread.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pharmakon.core.errors import DataError
from pharmakon.privacy.leftovers import Leaf
from pharmakon.privacy.removals import Removals
from pharmakon.privacy.treatment import Treatment

if TYPE_CHECKING:
    from pandas import DataFrame

OBS_NAMES = "obs_names"
UNREAD = "A second table was removed unread."
_PUBLIC = re.compile(r"(?:ENS[A-Z]*[GTPE]\d{11}|HGNC:\d+|N[MRP]_\d+|rs\d+|[OPQA-Z]\d[A-Z\d]{3}\d)(?:\.\d+)?")
"""Ids of public catalogues of genes, transcripts, proteins and variants."""


def clean_h5ad(
    path: Path, treatment: Treatment, removals: Removals, declared: Mapping[str, str]
) -> tuple[Callable[[Path], None], int, Sequence[str]]:
    """(writer of the clean file, observations, clinical columns). DataError where variables bear what was removed."""
    import pandas as pd
    from anndata import AnnData

    from pharmakon.privacy.tables import clean_table
    from pharmakon.store.hierarchical import read_h5ad

    data = read_h5ad(path)
    cells: dict[str, Sequence[str]] = {OBS_NAMES: [str(name) for name in data.obs_names]}
    cells |= {str(name): _texts(data.obs[name]) for name in data.obs.columns}
    ours = {name: action for name, action in declared.items() if name in cells}
    cleaned = clean_table(cells, treatment, removals, declared=ours)
    kept = {one.name for one in cleaned.kept}
    obs = pd.DataFrame(index=list(cleaned.changed.get(OBS_NAMES, cells[OBS_NAMES])))
    for name in data.obs.columns:
        if str(name) in cleaned.changed:
            obs[name] = pd.Categorical([text or None for text in cleaned.changed[str(name)]])
        elif str(name) in kept:
            obs[name] = data.obs[name].to_numpy() if data.obs[name].dtype != "category" else data.obs[name].values
    if data.uns:
        removals.took("uns", "other", "removed")
        removals.look("uns", "What was kept beside the table was removed unread.")
    data.uns = {}
    for part in ("obsm", "varm"):
        held = getattr(data, part)
        for name in [
            name for name, one in held.items() if getattr(one, "dtype", None) is None or one.dtype.kind not in "biuf"
        ]:
            del held[name]
            removals.look(part, UNREAD)
    raw = data.raw
    data.obs, data.var = obs, _variables(data.var, "var", removals)
    if raw is not None:
        data.raw = AnnData(raw.X, obs=obs, var=_variables(raw.var, "raw.var", removals))

    def write(target: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data.write_h5ad(target)

    return write, data.n_obs, [name for name in cells if name != OBS_NAMES]


def leaves_of_h5ad(path: Path) -> Iterator[tuple[str, Sequence[str]]]:
    """(column, its cells) of a written file: of the observations, then of the variables."""
    from pharmakon.store.hierarchical import read_h5ad

    data = read_h5ad(path)
    yield OBS_NAMES, list(data.obs_names)
    for name in data.obs.columns:
        yield str(name), _texts(data.obs[name])


def variables_of(path: Path) -> Iterator[Leaf]:
    """What a written file says of its variables, which are nobody's record."""
    from pharmakon.store.hierarchical import read_h5ad

    data = read_h5ad(path)
    for part, var in (("var", data.var), ("raw.var", data.raw.var if data.raw is not None else None)):
        if var is not None:
            for column in (var.index, *(var[name] for name in var.columns if var[name].dtype.kind not in "biuf")):
                for text in {str(one) for one in column}:
                    yield Leaf(path.name, part, f"{path.name}:", text)


def _variables(var: DataFrame, part: str, removals: Removals) -> DataFrame:
    """The variables with their names, and the columns that are numbers or identify nobody."""
    import pandas as pd

    from pharmakon.privacy.columns import recognise

    names = [str(name) for name in var.index]
    if shared := removals.values.keys() & set(names):
        raise DataError(f"{len(shared)} names of its variables ({part}) are also values that identify observations")
    made = pd.DataFrame(index=names)
    for name in var.columns:
        texts = [] if var[name].dtype.kind in "biuf" else [text for text in _texts(var[name]) if text]
        column = recognise(str(name), texts)
        if column.action == "keep" or (texts and all(map(_PUBLIC.fullmatch, texts))):
            made[name] = var[name].to_numpy() if var[name].dtype != "category" else var[name].values
            continue
        removals.took(f"{part}.{column.shown}", column.identifier or "other", "removed")
        removals.look(f"{part}.{column.shown}", "A column of the variables was removed: it may hold identifiers.")
    return made


def _texts(column: Any) -> list[str]:
    import pandas as pd

    return ["" if pd.isna(value) else str(value) for value in column]
