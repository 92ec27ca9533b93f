"""Requests to a workbench: a token or a session's own secret with each, tried again where that does no harm."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pharmakon.core.closing import Closing
from pharmakon.core.errors import Denied, PharmakonError, TooMany, Unavailable, UnknownName, UsageError

from .api_server import Me

TRIES, LOOK = 4, 1.0
"""Times that a request is sent while the server is away; seconds between two of them."""


class Connection(Closing):
    """A workbench at an address, as the user of a token; without one, the server of this machine.

    `http` is an httpx.Client to use in place of an own one. A context manager that closes it.
    """

    def __init__(self, server: str = "http://127.0.0.1:8080", *, token: str = "", http: Any = None) -> None:
        import httpx

        self._http: Any = http or httpx.Client(base_url=server, timeout=60.0)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._csrf = "" if token else None

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def me(self) -> Me:
        """Who the server takes the caller for."""
        return Me.model_validate(self._ask("GET", "/api/v1/me").json())

    def _ask(self, method: str, path: str, *, tries: int = TRIES, **request: Any) -> Any:
        """The answer. Raises the error that the server's says, after a few tries where it is away or busy."""
        import httpx

        headers = {**self._headers, **request.pop("headers", {})}
        if method != "GET" and self._csrf is None:
            self._csrf = self.me().csrf
        if method != "GET" and self._csrf:
            headers["X-CSRF-Token"] = self._csrf
        for left in reversed(range(tries)):
            try:
                answer = self._http.request(method, path, headers=headers, **request)
            except httpx.TransportError as error:
                if not left:
                    raise _away(error) from None
                time.sleep(LOOK)
                continue
            if answer.status_code not in (429, 503) or not left:
                break
            time.sleep(min(60.0, float(answer.headers.get("Retry-After", LOOK))))
        if answer.is_error:
            raise _error(answer)
        return answer

    def _pages(self, path: str, page: type[Any], **more: Any) -> Iterator[Any]:
        """The items of all pages, each asked for when the one before is used up."""
        before: float | str | None = None
        while True:
            asked = {"limit": 200, **more, **({} if before is None else {"before": before})}
            found = page.model_validate(self._ask("GET", path, params=asked).json())
            yield from found.items
            before = found.next
            if before is None:
                return

    @contextmanager
    def _parts(self, path: str, **request: Any) -> Iterator[Iterator[bytes]]:
        """The bytes of an answer as they come; nobody need read to the end."""
        import httpx

        try:
            with self._http.stream("GET", path, headers=self._headers, **request) as answer:
                if answer.is_error:
                    answer.read()
                    raise _error(answer)
                yield answer.iter_bytes()
        except httpx.TransportError as error:
            raise _away(error) from None

    def _saved(self, path: str, target: str | Path, **request: Any) -> Path:
        """Write an answer to a file, whole or not at all."""
        from pharmakon.core.files import replacing

        with self._parts(path, **request) as parts, replacing(Path(target)) as file:
            for part in parts:
                file.write(part)
        return Path(target)


def _away(error: Exception) -> Unavailable:
    return Unavailable(f"no workbench answers: {error} (pharmakon serve starts one)")


def _error(answer: Any) -> PharmakonError:
    """What the server says as the error that it is here."""
    try:
        said = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        said = f"the server answered {answer.status_code}"
    kinds: dict[int, type[PharmakonError]] = {401: Denied, 403: Denied, 422: UsageError, 503: Unavailable}
    if answer.status_code == 404:
        error: PharmakonError = UnknownName("thing", answer.request.url.path, ())
        error.args = (said,)
        return error
    if answer.status_code == 429:
        return TooMany(said, wait=float(answer.headers.get("Retry-After", 60)))
    return kinds.get(answer.status_code, PharmakonError)(said)
