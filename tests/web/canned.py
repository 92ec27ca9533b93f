"""A server that is not there: it gives the answers that a test hands it."""

from __future__ import annotations

import httpx


def canned(*replies: httpx.Response | Exception) -> tuple[httpx.Client, list[httpx.Request]]:
    """An HTTP client that gets these answers in turn, and the requests that it sent; an error is raised to it."""
    asked, left = [], list(replies)

    def reply(request):
        asked.append(request)
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    return httpx.Client(transport=httpx.MockTransport(reply), base_url="http://x"), asked
