"""Networks that a benchmark's learner may blend in: what they say of a task's molecules."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any


def lent(folder: Path | None, task: str) -> dict[str, Any]:
    """The learner's option for a task that the networks of a folder have learnt too; none without networks."""
    return {"lend": partial(_lender(folder).lend, task)} if folder is not None else {}


@cache
def _lender(folder: Path) -> Any:
    from pharmakon.predict.lending import Lender

    return Lender(folder)
