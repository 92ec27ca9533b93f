"""Logging, and where the package's and the user's data live."""

from __future__ import annotations

import logging
import os
from pathlib import Path

logger = logging.getLogger("pharmakon")
logger.addHandler(logging.NullHandler())


def data_root() -> Path | None:
    """The folder of public data sets (environment variable PHARMAKON_DATA), or None where there is none."""
    value = os.environ.get("PHARMAKON_DATA", "")
    path = Path(value).expanduser()
    return path if value and path.is_dir() else None
