"""A server that is asked over HTTP: POST {"smiles": [...]}, answered with {"values": [...]} or a list.

A value is a number, or an object with value, low and high, or with error.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pharmakon.core.excerpt import excerpt

from .callers import Failed

WAITS = (0.5, 1.0, 2.0)
"""Seconds before each further try, where the server was not there or said that it was busy (503)."""
LARGEST = 1 << 26
"""Bytes of an answer at most."""
MOST = 200
"""Characters of an answer that are quoted."""
NOT_OURS = {401, 403, 404, 405, 407, 503}
"""Statuses that no molecule is to blame for."""


class Rest:
    """A connection to a server. `authorization` is the header's value: sent, and never told."""

    def __init__(self, url: str, *, timeout: float, authorization: str = "", waits: Sequence[float] = WAITS) -> None:
        self._url, self._timeout, self._authorization, self._waits = url, timeout, authorization, waits
        self._opener = build_opener(_NoRedirect)
        self._closed = threading.Event()

    def call(self, items: Sequence[str]) -> dict[int, Any]:
        """See callers.Caller: an object with value for each item, or a Failed."""
        places = range(len(items))
        body = json.dumps({"smiles": list(items)}).encode()
        for wait in (*self._waits, None):
            found, again = self._posted(body, self._timeout * len(items))
            if not again or wait is None or self._closed.wait(wait):
                break
        if isinstance(found, Failed):
            return dict.fromkeys(places, found)
        values = found.get("values") if isinstance(found, dict) else found
        if not isinstance(values, list):
            return dict.fromkeys(places, Failed(f'its answer has no list "values": {self._quoted(found)}', "none"))
        if len(values) != len(items):
            return dict.fromkeys(places, Failed(f"it gave {len(values)} values for {len(items)} molecules", "none"))
        return {place: self._answer(value) for place, value in enumerate(values)}

    def close(self) -> None:
        """No more tries."""
        self._closed.set()

    def _posted(self, body: bytes, timeout: float) -> tuple[Any, bool]:
        """What the server answered, or a Failed; and whether another try may help."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._authorization:
            headers["Authorization"] = self._authorization
        request = Request(self._url, body, headers, method="POST")  # noqa: S310 - the configuration allows http only
        try:
            with self._opener.open(request, timeout=timeout) as response:
                text = response.read(LARGEST)
        except HTTPError as error:
            with error:
                return self._refused(error), error.code == 503
        except (OSError, HTTPException) as error:
            cause = error.reason if isinstance(error, URLError) else error
            if isinstance(cause, TimeoutError):
                return Failed(f"no answer within {timeout:g} s", "any"), False
            return Failed(f"{self._url} cannot be reached: {cause}", "none"), isinstance(cause, ConnectionError)
        try:
            return json.loads(text), False
        except ValueError:
            return Failed(f"its answer is not JSON: {self._quoted(text.decode(errors='replace'))}", "none"), False

    def _refused(self, error: HTTPError) -> Failed:
        if 300 <= error.code < 400:  # followed, it would carry the authorization to another address
            target = error.headers.get("Location", "another address")
            return Failed(
                f"it answered that it has moved to {target} (HTTP {error.code}); give that as its url", "none"
            )
        try:
            said = error.read(LARGEST).decode(errors="replace")
        except OSError:
            said = ""
        text = f"it answered HTTP {error.code}" + (f": {self._quoted(said)}" if said.strip() else "")
        return Failed(text, "none" if error.code in NOT_OURS else "any")

    def _answer(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return {"value": value}
        return Failed(self._quoted(value["error"])) if value.get("error") else value

    def _quoted(self, said: Any) -> str:
        """The beginning of what a server said, should it echo the authorization without that."""
        text = " ".join((said if isinstance(said, str) else json.dumps(said)).split())
        for secret in (self._authorization, self._authorization.rpartition(" ")[2]):
            text = text.replace(secret, "***") if secret else text
        return excerpt(text, MOST)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any, **options: Any) -> None:
        """A redirect is told, not followed."""
