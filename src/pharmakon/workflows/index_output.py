"""Where an answer from an index may be written: anywhere but over what it is read from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pharmakon.core.errors import UsageError

from .molecules import check_output


def check_answer(index: Path, output: Path, *, queries: Iterable[Path] = ()) -> None:
    """Refuse (UsageError) to write into the index, over a file of queries or a folder, or where there is no folder."""
    for path in (index, *queries):
        check_output(path, output)
    if output.resolve().is_relative_to(index.resolve()):
        raise UsageError(f"{output} lies in the folder of the index; choose another -o")
