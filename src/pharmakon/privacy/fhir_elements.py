"""What a FHIR element is, told by its name and shape: no schema is needed, and what is unknown is treated as text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any

from .patterns import vocabularies
from .safe_harbor import table


class Kind(Enum):
    """Datatypes that need a treatment of their own."""

    NAME = "HumanName"
    ADDRESS = "Address"
    CONTACT = "ContactPoint"
    IDENTIFIER = "Identifier"
    REFERENCE = "Reference"
    CODING = "Coding"
    ATTACHMENT = "Attachment"
    EXTENSION = "Extension"
    OTHER = ""


_BASE = {"id", "extension", "use", "period", "type"}
_CODE = re.compile(r"[A-Za-z%\[{][\w.%/\[\]{}*+;= -]{0,39}|\d{1,3}(?:\.\d{1,3})*|/\w{1,9}|10[*^]\d{1,2}(?:/\w{1,9})?")
_SUFFIXES = ("Reference", "Identifier", "Coding", "Attachment", "HumanName", "Address", "ContactPoint")


def kind_of(node: Mapping[str, Any], key: str) -> Kind:
    """The datatype of an object, from the name it has in its parent and the names of its own parts."""
    names = {name.lstrip("_") for name in node}
    if key.startswith("value") and (suffix := key.removeprefix("value")) in _SUFFIXES:
        return Kind(suffix)
    if key in ("extension", "modifierExtension"):
        return Kind.EXTENSION
    if key == "coding":
        return Kind.CODING
    if names & {"family", "given"} and names <= _BASE | {"family", "given", "prefix", "suffix", "text"}:
        return Kind.NAME
    if names & {"line", "city", "district", "postalCode"} or (
        names & {"state", "country"} and names <= _BASE | {"text", "state", "country"}
    ):
        return Kind.ADDRESS
    if key == "telecom" or (names <= _BASE | {"system", "value", "rank"} and node.get("system") in _CONTACTS):
        return Kind.CONTACT
    if isinstance(node.get("value"), str) and names <= _BASE | {"system", "value", "assigner"}:
        return Kind.IDENTIFIER
    if key in ("identifier", "masterIdentifier", "requestIdentifier", "groupIdentifier"):
        return Kind.IDENTIFIER
    if "reference" in names or (
        names and names <= {"display", "identifier", "type", "id", "extension"} and names & {"display", "identifier"}
    ):
        return Kind.REFERENCE
    if names & {"contentType", "data"} and not names & {"coding", "resource"}:
        return Kind.ATTACHMENT
    if {"system", "code"} <= names and not names & {"value", "coding"}:
        return Kind.CODING
    return Kind.OTHER


_CONTACTS = ("phone", "fax", "email", "pager", "url", "sms", "other")


def public(address: str) -> bool:
    """Whether an address names a public terminology, profile or extension."""
    return bool(vocabularies().fullmatch(address)) or address.startswith(tuple(table("fhir")["urns"]))


def is_code(text: str, key: str) -> bool:
    """Whether an element of type `code`, or a unit, looks like a word of a vocabulary, not like somebody's number."""
    if known := table("fhir")["values"].get(key.lstrip("_")):
        return text in known
    return key.lstrip("_") in _codes() and bool(_CODE.fullmatch(text)) and not re.search(r"\d{4}", text)


def codes_kept(node: Mapping[str, Any]) -> set[str]:
    """The words of the public codes in a CodeableConcept or an extension: a text equal to one of them may stay."""
    found: set[str] = set()
    for name in ("coding", "extension"):
        items = node.get(name)
        for item in items if isinstance(items, list) else []:
            coding = item.get("valueCoding", item) if isinstance(item, dict) else {}
            if isinstance(coding, dict) and public(str(coding.get("system", ""))):
                found.add(str(coding.get("display", "")).strip().casefold())
    return found - {""}


def instant(key: str, path: str) -> bool:
    """Whether an element is of type `instant`, which cannot hold a year alone."""
    return key in table("fhir")["instants"] or path in table("fhir")["instants"]


def removing_extension(url: str) -> str:
    """The identifier for which an extension goes whole; "" where it may stay.

    Parts of a compound extension have a plain word for an address, and share the fate of the whole.
    """
    if not public(url) and not re.fullmatch(r"[A-Za-z][A-Za-z-]{0,39}", url):
        return "other"
    return str(table("fhir")["extensions"].get(url.rstrip("/").rpartition("/")[2], ""))


def removed_path(path: str) -> str:
    """The identifier for which a path goes whole; "" where nothing says so."""
    exact, anywhere = _removed()
    return exact.get(path) or anywhere.get(path.partition(".")[2]) or ""


@cache
def _removed() -> tuple[dict[str, str], dict[str, str]]:
    exact, anywhere = {}, {}
    for identifier, paths in table("fhir")["remove"].items():
        for path in paths:
            if path.startswith("*."):
                anywhere[path[2:]] = identifier
            else:
                exact[path] = identifier
    return exact, anywhere


@cache
def _codes() -> frozenset[str]:
    return frozenset(name.strip() for name in table("fhir")["codes"].split(","))
