"""FHIR R4 resources without identifiers: what may stay is listed, and every other text goes.

Numbers, truth values and codes of public vocabularies stay. Names, addresses, contacts, narratives, notes and unknown
extensions go; dates keep their year; ids, fullUrls, identifiers and references become tokens that still find
each other.
The tables are in fhir.toml, and tests hold them against the 193 rules of Microsoft's Safe Harbor configuration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pharmakon.core.errors import DataError

from .dates import holds_date, is_date, year_of
from .fhir_elements import Kind, codes_kept, instant, is_code, kind_of, public, removed_path, removing_extension
from .fhir_identifiers import class_of, pointed, tokens
from .patterns import find_patterns
from .removals import Removals
from .safe_harbor import OLDEST, table
from .treatment import Treatment

SUBJECTS = ("subject", "patient", "beneficiary", "individual", "for", "subscriber", "policyHolder")
DEEPEST = 100
_RESOURCE = re.compile(r"[A-Z][A-Za-z]{2,63}")
_ELEMENT = re.compile(r"_?[a-z][A-Za-z0-9]{0,63}")
BINARY = {"image": "photo", "video": "photo", "audio": "biometric"}


def clean_resource(resource: Mapping[str, Any], treatment: Treatment, removals: Removals) -> dict[str, Any]:
    """A Bundle or any other resource without identifiers. DataError for what is no FHIR resource."""
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise DataError("it is no FHIR resource: it has no resourceType")
    patients = [one for one in _resources(resource) if one.get("resourceType") == "Patient" and one.get("id")]
    only = str(patients[0]["id"]) if len(patients) == 1 else ""
    walker = _Walker(treatment, removals, only)
    return walker.resource(resource, only, 0) or {"resourceType": resource["resourceType"]}


def _resources(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield resource
    entries = resource.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        inner = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(inner, dict):
            yield from _resources(inner)


class _Walker:
    """Goes through one document. A path is the resource's type and its elements' names, without list positions."""

    def __init__(self, treatment: Treatment, removals: Removals, only: str) -> None:
        self._rules, self._removals, self._only = treatment, removals, only

    def resource(self, node: Mapping[str, Any], person: str, depth: int) -> dict[str, Any]:
        kind = str(node.get("resourceType", ""))
        kind = kind if _RESOURCE.fullmatch(kind) else ""
        person = self._person(node, kind) or person
        found = self._members(node, kind, person, depth, ages=_is_age_observation(node))
        return {"resourceType": kind, **found} if kind and found else {}

    def _person(self, node: Mapping[str, Any], kind: str) -> str:
        """The id of the patient whom a resource is about, "" where it does not say."""
        if kind == "Patient":
            return str(node.get("id", ""))
        for name in SUBJECTS:
            reference = node.get(name)
            target = reference.get("reference", "") if isinstance(reference, dict) else ""
            if isinstance(target, str) and ("Patient/" in target or target.startswith("urn:")):
                return pointed(target)[1]
        return self._only

    def _members(
        self, node: Mapping[str, Any], path: str, person: str, depth: int, *, ages: bool = False
    ) -> dict[str, Any]:
        if depth > DEEPEST:
            raise DataError(f"it is nested more than {DEEPEST} deep, as no FHIR resource is")
        kept: dict[str, Any] = {}
        texts = codes_kept(node)
        for key, value in node.items():
            if key == "resourceType":
                continue
            if not _ELEMENT.fullmatch(key):  # no element is called so: somebody's name may be
                self._gone(value, f"{path}.an element that FHIR does not know", "other")
                continue
            where = f"{path}.{key.lstrip('_')}" if path else key
            if key == "text" and isinstance(value, str) and _folded(value) in texts:
                kept[key] = value
            elif isinstance(value, list):
                items = [self._node(item, key, where, person, depth + 1, ages=ages) for item in value]
                if key.startswith("_"):  # it lies beside a list, place by place
                    items = items if any(item is not None for item in items) else []
                else:
                    items = [item for item in items if item is not None]
                if items:
                    kept[key] = items
            elif (found := self._node(value, key, where, person, depth + 1, ages=ages)) is not None:
                kept[key] = found
        return kept

    def _node(self, value: Any, key: str, path: str, person: str, depth: int, *, ages: bool) -> Any:
        """What is left of a value; None for nothing."""
        if value is None:
            return None
        if key == "resource" or (key == "contained" and isinstance(value, dict)):
            return self.resource(value, person, depth) or None
        if identifier := removed_path(path):
            self._gone(value, path, identifier)
            return None
        if isinstance(value, dict):
            return self._element(value, key, path, person, depth, ages=ages)
        if isinstance(value, bool):
            return value
        if isinstance(value, (int, float)):
            if ages and key == "valueInteger" and value > OLDEST:
                self._removals.took(path, "date", "90 or over", value)
                return OLDEST + 1
            return value
        return self._text(str(value), key, path, person)

    def _element(self, node: dict[str, Any], key: str, path: str, person: str, depth: int, *, ages: bool) -> Any:
        kind = kind_of(node, key)
        match kind:
            case Kind.NAME:
                self._gone(node, path, "name")
                return None
            case Kind.CONTACT:
                system = str(node.get("system", ""))
                self._gone(node, path, system if system in ("phone", "fax", "email", "url") else "phone")
                return None
            case Kind.ADDRESS:
                return self._address(node, path, person)
            case Kind.IDENTIFIER:
                return self._identifier(node, path, person, depth)
            case Kind.REFERENCE:
                return self._reference(node, path, person, depth)
            case Kind.CODING:
                return self._coding(node, path, person)
            case Kind.ATTACHMENT:
                return self._attachment(node, path, person, depth)
            case Kind.EXTENSION:
                url = str(node.get("url", ""))
                if identifier := removing_extension(url):
                    self._gone(node, path, identifier)
                    return None
                return self._extension(node, url, path, person, depth)
        inner = self._members(node, path, person, depth)
        if (key.casefold().endswith("age") or ages) and isinstance(inner.get("value"), (int, float)):
            years = str(node.get("code", node.get("unit", "a"))).casefold() in ("a", "yr", "year", "years", "y", "age")
            if years and inner["value"] > OLDEST:
                self._removals.took(f"{path}.value", "date", "90 or over", inner["value"])
                inner |= {"value": OLDEST + 1, "comparator": ">="}
        return inner or None

    def _extension(self, node: dict[str, Any], url: str, path: str, person: str, depth: int) -> dict[str, Any] | None:
        """What is left of an extension that may stay; a text that only repeats its code stays too."""
        words = codes_kept(node)
        inside = node.get("extension")
        parts = [one for one in inside if isinstance(one, dict)] if isinstance(inside, list) else []
        same = [one for one in parts if one.keys() == {"url", "valueString"} and _folded(one["valueString"]) in words]
        rest = {name: value for name, value in node.items() if name not in ("url", "extension")}
        found = self._members({**rest, "extension": [one for one in parts if one not in same]}, path, person, depth)
        if found and same:
            found["extension"] = [*found.get("extension", []), *same]
        return {"url": url, **found} if found else None

    def _text(self, text: str, key: str, path: str, person: str) -> str | None:
        """A text: an id, a date, a code, an address of a vocabulary, or something that goes."""
        if key == "id":
            return self._token(text, path, "mrn" if path.startswith("Patient.") else "other")
        if key in ("fullUrl", "reference") or path.endswith(("entry.request.url", "entry.response.location")):
            return self._pointer(text, path)
        if key == "uid":
            made = self._rules.pseudonyms.uid(text.removeprefix("urn:oid:"))
            self._removals.took(path, "other", "pseudonym", text)
            return f"urn:oid:{made}" if text.startswith("urn:oid:") else made
        if is_date(text) or year_of(text):
            return self._date(text, key, path, person)
        if is_code(text, key) or public(text):
            return text
        if find_patterns(text) or holds_date(text):
            hit = next(iter(find_patterns(text)), None)
            self._gone(text, path, hit.identifier if hit else "date")
            return None
        return self._rules.cleaned(text, person, self._removals, path) or None

    def _date(self, text: str, key: str, path: str, person: str) -> str | None:
        new, done = self._rules.date(text, person)
        if new != text:
            self._removals.took(path, "date", done, text if is_date(text) else "")
        return f"{new}-01-01T00:00:00Z" if len(new) == 4 and instant(key, path) else new or None

    def _gone(self, value: Any, path: str, identifier: str) -> None:
        for leaf in leaves(value):
            self._removals.took(path, identifier, "removed", leaf)

    def _token(self, text: str, path: str, identifier: str) -> str:
        self._removals.took(path, identifier, "pseudonym", _telling(text))
        return self._rules.pseudonyms.token(text)

    def _pointer(self, text: str, path: str) -> str | None:
        new, original = tokens(text, self._rules.pseudonyms)
        if original:
            self._removals.took(path, "mrn" if "Patient" in text else "other", "pseudonym", _telling(original))
        return new or None

    def _address(self, node: dict[str, Any], path: str, person: str) -> dict[str, Any] | None:
        """State and country, and three digits of a ZIP code of the USA."""
        kept = {key: node[key] for key in ("use", "type", "state", "country") if isinstance(node.get(key), str)}
        kept = {
            key: value for key, value in kept.items() if not find_patterns(value) and not any(map(str.isdigit, value))
        }
        code, country = str(node.get("postalCode", "")), str(node.get("country", "US")).strip().upper()
        if code:
            prefix, done = self._rules.zip(code) if country in ("US", "USA", "UNITED STATES") else ("", "removed")
            self._removals.took(f"{path}.postalCode", "place", done, code)
            if prefix:
                kept["postalCode"] = prefix
        for key in ("text", "line", "city", "district"):
            self._gone(node.get(key), f"{path}.{key}", "place")
        return kept if kept.keys() & {"state", "country", "postalCode"} else None

    def _identifier(self, node: dict[str, Any], path: str, person: str, depth: int) -> dict[str, Any] | None:
        identifier, value = class_of(node), str(node.get("value", ""))
        kept = self._members({k: v for k, v in node.items() if k not in ("value", "system")}, path, person, depth)
        if public(system := str(node.get("system", ""))):
            kept["system"] = system
        elif system:
            self._removals.took(f"{path}.system", "url", "removed", system)
        if value and identifier in table("fhir")["tokens"]["identifiers"]:
            if value.startswith("urn:oid:") and identifier != "mrn":
                kept["value"] = f"urn:oid:{self._rules.pseudonyms.uid(value.removeprefix('urn:oid:'))}"
                self._removals.took(f"{path}.value", identifier, "pseudonym", value.removeprefix("urn:oid:"))
            else:
                kept["value"] = self._token(value, f"{path}.value", identifier)
        elif value:
            self._removals.took(f"{path}.value", identifier, "removed", value)
        return kept or None

    def _reference(self, node: dict[str, Any], path: str, person: str, depth: int) -> dict[str, Any] | None:
        display = node.get("display")
        if isinstance(display, str):
            clinical = path.rpartition(".")[2] in table("fhir")["clinical"]
            kind, shown = ("other", "") if clinical else ("name", display)
            self._removals.took(f"{path}.display", kind, "removed", shown)
        return self._members({k: v for k, v in node.items() if k != "display"}, path, person, depth) or None

    def _coding(self, node: dict[str, Any], path: str, person: str) -> dict[str, Any] | None:
        """A code of a public vocabulary with its words; a code of the hospital's own goes."""
        system = str(node.get("system", ""))
        if not public(system):
            for key in ("system", "code", "display"):
                if node.get(key):
                    self._removals.took(f"{path}.{key}", "other", "removed", node[key] if key != "system" else "")
            self._removals.look(path, f"Codes of {'a local system' if system else 'no system'} were removed.")
            return None
        words = {k: v for k, v in node.items() if k in ("system", "version", "code", "display", "userSelected")}
        return {k: v for k, v in words.items() if not (isinstance(v, str) and k == "display" and find_patterns(v))}

    def _attachment(self, node: dict[str, Any], path: str, person: str, depth: int) -> dict[str, Any] | None:
        """Its kind and date; a text in it goes through the tagger, a picture or a voice goes."""
        import base64
        import binascii

        kept = self._members(
            {k: node[k] for k in ("contentType", "language", "creation") if k in node}, path, person, depth
        )
        media = str(node.get("contentType", ""))
        for key in ("url", "title", "hash"):
            self._gone(node.get(key), f"{path}.{key}", "url" if key == "url" else "other")
        if data := node.get("data"):
            if media.startswith("text/"):
                try:
                    text = base64.b64decode(str(data)).decode("utf-8", errors="replace")
                except (binascii.Error, ValueError):
                    text = ""
                if clean := self._rules.cleaned(text, person, self._removals, f"{path}.data"):
                    kept["data"] = base64.b64encode(clean.encode()).decode()
            else:
                self._removals.took(f"{path}.data", BINARY.get(media.partition("/")[0], "other"), "removed")
                self._removals.look(path, f"Attachments ({media or 'of unknown kind'}) were removed.")
        return kept or None


def leaves(value: Any) -> Iterator[str]:
    """Every text and number in a value."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in ("use", "system", "url", "rank", "status"):
                yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _telling(identifier: str) -> str:
    """An id to search for; a plain word, such as the "coverage" of a contained resource, is in every file."""
    return identifier if any(map(str.isdigit, identifier)) else ""


def _folded(value: object) -> str:
    return str(value).strip().casefold()


def _is_age_observation(node: Mapping[str, Any]) -> bool:
    code = node.get("code")
    codings = code.get("coding", []) if isinstance(code, dict) else []
    return any(isinstance(one, dict) and one.get("code") in table("fhir")["age_codes"] for one in codings)
