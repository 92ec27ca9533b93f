"""The API's own description: what FastAPI makes of the routes, and how errors and answers that are no JSON look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

PROBLEM: Mapping[str, Any] = {
    "title": "Problem",
    "description": "Why a request was not done, as RFC 9457 has it.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "const": "about:blank"},
        "title": {"type": "string", "description": "the status in words"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what happened, and what to do, in a sentence"},
    },
}
STATUSES = {
    "401": "Nobody is known to call",
    "403": "The caller may not do this",
    "404": "What the address names is not there",
    "413": "What was sent is too large",
    "422": "The request is not understood, or cannot be done as things stand",
    "429": "Too many requests: Retry-After says when to ask again",
}
OURS = ("HTTPValidationError", "ValidationError")
"""What FastAPI would answer to a request that is not understood, and this server does not."""


def binary(*kinds: str) -> dict[str, Any]:
    """A route's options where it answers with bytes of one of these media types."""
    return {
        "responses": {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}}}
    }


def described(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document, in which each operation says how it refuses; it is changed itself, once or again."""
    for path, operation in _operations(document):
        for status in _refusals(path, operation):
            operation["responses"][status] = {
                "description": STATUSES[status],
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in OURS:
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM
    return document


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            yield path, operation


def _refusals(path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    guarded = "security" in operation
    yield from ("401", "403") if guarded else ()
    yield from ("404",) if "{" in path else ()
    yield from ("413",) if "requestBody" in operation else ()
    yield from ("422",) if guarded or "422" in operation["responses"] else ()
    yield "429"
