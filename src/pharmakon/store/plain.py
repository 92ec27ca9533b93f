"""Any of our values as plain JSON, always the same bytes for the same value."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel


def plain(value: Any, *, nan: float | None = None) -> Any:
    """Numbers, text, lists and string-keyed dicts only; a number that is not finite becomes `nan`.

    Pass nan=math.nan to keep NaN and infinities, for files that only Python reads back.
    """
    value = _simpler(value)
    if isinstance(value, float):
        return value if math.isfinite(value) or nan is not None else None
    if isinstance(value, Mapping):
        return {str(key): plain(item, nan=nan) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item, nan=nan) for item in value]
    if value is None or isinstance(value, (bool, str, int)):
        return value
    raise TypeError(f"{type(value).__name__} has no plain form")


def _simpler(value: Any) -> Any:
    """One step towards Python's own types."""
    match value:
        case np.generic() | np.ndarray():
            return value.tolist()
        case BaseModel():
            return value.model_dump(mode="json")
        case AbstractSet():
            return sorted(value, key=str)
        case Path():
            return str(value)
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def document(value: Any) -> str:
    """JSON for people: sorted, indented, UTF-8, a newline at the end; NaN is null."""
    return json.dumps(plain(value), sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def line(value: Any) -> str:
    """JSON on one line, in the given order. NaN and infinities are kept, as Python's json reads them."""
    return json.dumps(plain(value, nan=math.nan), ensure_ascii=False, separators=(",", ":"))
