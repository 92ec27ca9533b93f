"""Ids and references of FHIR resources: what they are, and tokens that still find each other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .pseudonym import Pseudonyms
from .safe_harbor import table

SERVER = "https://deidentified.invalid/"
"""Stands for the address of a server, which identifies a hospital (RFC 2606: no such host can exist)."""

_RELATIVE = re.compile(r"(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9.-]{1,64})(?:/_history/[^/]+)?")


def class_of(identifier: Mapping[str, Any]) -> str:
    """Which of the 18 an Identifier is, by its type and system."""
    kind = identifier.get("type")
    codings = kind.get("coding", []) if isinstance(kind, dict) else []
    codes = {str(one.get("code", "")) for one in codings if isinstance(one, dict)}
    for name, known in table("fhir")["identifier_types"].items():
        if codes & set(known):
            return str(name)
    system = str(identifier.get("system", "")).casefold()
    for name, parts in table("fhir")["identifier_systems"].items():
        if any(part in system for part in parts):
            return str(name)
    return "other"


def pointed(reference: str) -> tuple[str, str]:
    """(type, id) that a reference points to; ("", id) for a urn, ("", "") for what has no id."""
    if reference.startswith("#"):
        return "", reference[1:]
    if reference.casefold().startswith(("urn:uuid:", "urn:oid:")):
        return "", reference.split(":", 2)[2]
    found = _RELATIVE.search(reference)
    return (found["type"], found["id"]) if found else ("", "")


def tokens(reference: str, pseudonyms: Pseudonyms) -> tuple[str, str]:
    """(the reference with a token for its id, the id). A search keeps its resource type, an unknown form nothing."""
    if re.fullmatch(r"[A-Z][A-Za-z]+", reference):
        return reference, ""
    kind, original = pointed(reference)
    if not original:
        kept = re.match(r"([A-Z][A-Za-z]+)\?", reference)
        return (kept[1] if kept else ""), reference
    if reference.startswith("#"):
        return f"#{pseudonyms.token(original)}", original
    if reference.casefold().startswith("urn:oid:"):
        return f"urn:oid:{pseudonyms.uid(original)}", original
    if reference.casefold().startswith("urn:uuid:"):
        return f"urn:uuid:{pseudonyms.token(original)}", original
    server = SERVER if "://" in reference else ""
    return f"{server}{kind}/{pseudonyms.token(original)}", original
