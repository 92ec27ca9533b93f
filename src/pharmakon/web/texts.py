"""The texts of a request, refused at the door where no database and no file could keep them."""

from __future__ import annotations

import contextlib
import re
from typing import Any

from fastapi import Request

from pharmakon.core.errors import UsageError

BROKEN = re.compile(r"[\0\ud800-\udfff]")
"""NUL, which PostgreSQL keeps in no text, and halves of characters, which JSON can write and UTF-8 cannot."""


async def check_texts(request: Request) -> None:
    """Look at every text of the address, a form or a JSON body. Raises UsageError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    left: list[Any] = [*request.path_params.values(), *request.query_params.multi_items()]
    if kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        left += (await request.form()).multi_items()
    elif kind.endswith("json"):
        with contextlib.suppress(ValueError, RecursionError):  # whoever reads it says that it is none
            left.append(await request.json())
    while left:  # no recursion: how deeply it nests is the caller's to say
        one = left.pop()
        if isinstance(one, dict):
            left += one.items()
        elif isinstance(one, (list, tuple)):
            left += one
        elif isinstance(one, str) and BROKEN.search(one):
            raise UsageError("a text holds a character that cannot be kept: NUL, or half of a surrogate pair")
