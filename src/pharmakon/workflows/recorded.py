"""The record of a verb that writes a file or a model: a run folder beside it, to make a crate of and to repeat."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel

from pharmakon.core.errors import UsageError

NETWORKS = ("screen", "graph")
"""The shipped folders that other shipped models borrow from."""


@contextmanager
def recorded(
    verb: str, config: BaseModel, outputs: Sequence[Path | None], *, inputs: Sequence[str | Path], seed: int = 0
) -> Iterator[None]:
    """Around the work that writes `outputs`: when it has gone well, `NAME.record` lies beside the first of them.

    Inputs are hashed when the block begins, outputs when it ends. Nothing is recorded without outputs, or of work that
    fails.
    Raises UsageError where the record's place holds something else, or a record that somebody signed.
    """
    written = [path for path in outputs if path is not None]
    if not written:
        yield
        return
    from pharmakon.record.beside import files_of_result, record_beside
    from pharmakon.record.crate import close
    from pharmakon.record.entry import LEDGER
    from pharmakon.record.ledger import Ledger
    from pharmakon.store.runs import RUN, RunFolder

    place = record_beside(written[0].absolute())
    _check(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        RunFolder.create(draft, verb=verb, config=config, inputs=inputs, seed=seed)
        yield
        ledger = Ledger(draft / LEDGER)
        ledger.output(draft / RUN)
        for path in (file for result in written for file in files_of_result(result)):
            ledger.beside(path)
        close(ledger)
        _check(place)
        shutil.rmtree(place, ignore_errors=True)
        draft.rename(place)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def model_files(model: str | Path, profile: str = "full") -> list[Path]:
    """What fixes a model: every file of a user's own; of a shipped one the sums of its folder and of those it borrows.

    Raises as `load_model` does.
    """
    import json

    from pharmakon.predict.model import BORROWS
    from pharmakon.predict.panel import card_file, shipped_folder
    from pharmakon.store.models import CARD, SUMS, paths_of

    shipped, folder = shipped_folder(), card_file(model, "fast" if profile == "fast" else "full").parent
    if shipped not in folder.parents:
        return paths_of(folder)
    borrows = BORROWS in json.loads((folder / CARD).read_bytes())
    return [shipped / name / SUMS for name in dict.fromkeys([folder.name, *(NETWORKS if borrows else ())])]


def models_files(models: Sequence[str | Path], profile: str = "full") -> list[Path]:
    """The same of several models, each file once."""
    return list(dict.fromkeys(path for model in models for path in model_files(model, profile)))


def _check(place: Path) -> None:
    """Refuse to replace what is no record, or one that somebody signed."""
    from pharmakon.record.entry import SIGNATURES
    from pharmakon.store.runs import RUN

    if place.exists() and not (place / RUN).is_file():
        raise UsageError(f"{place} is needed for the record and holds something else; choose another -o")
    if (place / SIGNATURES[0]).is_file():
        raise UsageError(f"{place} is a record that somebody signed, and is not replaced; choose another -o")
