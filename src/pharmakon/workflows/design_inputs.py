"""Every file that a design reads: what its record names by SHA-256, what repeats it elsewhere, and rows not used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pharmakon.design.novelty import collection
from pharmakon.store.models import paths_of
from pharmakon.store.tables import open_table

from .stock import Rows
from .train_prior import LANGUAGE, prior_folder

if TYPE_CHECKING:
    from .design import DesignConfig
    from .design_patient import PatientGoal


def inputs_of(config: DesignConfig, patient: PatientGoal | None) -> list[Path]:
    """Tables, own models and the response model, and the prior, its weights last."""
    tables = [path for path in (config.stock, config.known, config.start_table) if path is not None]
    tables += patient.inputs if patient is not None else ()
    folders = [Path(name) for name in config.models if Path(name).is_dir()]
    folders += [config.response] if patient is not None else []
    prior = sorted(paths_of(prior_folder(config.prior)), key=lambda path: path.name == f"{LANGUAGE}.npz")
    return [*tables, *(path for folder in folders for path in paths_of(folder)), *prior]


def known_rows(path: Path | None) -> list[str]:
    """What became of the rows of the table to be new against, in a sentence; DataError where none can be read."""
    if path is None:
        return []
    found = collection(str(path))
    return [Rows(path.name, len(found), found.unreadable, notes=open_table(path).notes).sentence("known molecule")]
