"""A software bill of materials: everything installed that this package needs, in CycloneDX 1.6.

Of each component its name, version, package URL, licence as its own metadata states it, and a hash of what is
installed; which needs which; and the shipped models. The same environment and time give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import platform
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pharmakon.store.plain import document
from pharmakon.store.provenance import code_identity, git_commit, package_folder

from .environment import ROOT, Installed, closure

SCHEMA = "http://cyclonedx.org/schema/bom-1.6.schema.json"
SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
"""RFC 4122's name space of URLs, for a serial number that follows from the content."""
INSTALLED = "pharmakon:installed:sha256"
"""Property: SHA-256 over the files that a distribution's RECORD lists, each with its own hash.

It is of what is installed, so it cannot be compared with that of a wheel; two environments with the same one run the
same code.
"""
SPDX = {
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
"""Trove classifiers that name one licence, by their last words; others, such as "BSD License", stay words."""
NOTES = {"INSTALLER", "RECORD", "REQUESTED", "direct_url.json"}
LONGEST = 100
"""Letters of a licence's name: some distributions put its whole text there."""


def bill(*, when: datetime, installed: Mapping[str, Installed] | None = None) -> str:
    """The bill as JSON."""
    found = closure() if installed is None else installed
    root = found.get(ROOT)
    others = [one for name, one in found.items() if name != ROOT]
    first = {
        "type": "application",
        "bom-ref": ROOT,
        "name": ROOT,
        "version": root.version if root else _version(),
        "licenses": [{"expression": "Apache-2.0"}],
        "properties": list(_code()),
    }
    models = list(_models())
    needs = {_ref(one): sorted(_ref(found[name]) for name in one.needs) for one in others}
    direct = sorted(_ref(found[name]) for name in root.needs) if root else sorted(needs)
    needs |= {ROOT: [*direct, *(one["bom-ref"] for one in models), "cpython"]}
    needs |= {one["bom-ref"]: [] for one in models} | {"cpython": []}
    python = {"type": "platform", "bom-ref": "cpython", "name": "CPython", "version": platform.python_version()}
    body: dict[str, Any] = {
        "$schema": SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "component": first,
            "tools": {"components": [{"type": "application", "name": ROOT, "version": first["version"]}]},
        },
        "components": [*map(_component, others), *models, python],
        "dependencies": [{"ref": ref, "dependsOn": on} for ref, on in sorted(needs.items())],
    }
    return document({**body, "serialNumber": uuid.uuid5(SPACE, document(body)).urn})


def licence(one: Installed) -> list[dict[str, Any]]:
    """What a distribution's metadata states of its licence, as CycloneDX has it; [] where it states nothing."""
    if expression := _stated(one, "License-Expression"):
        return [{"expression": expression}]
    classifiers = one.distribution.metadata.get_all("Classifier") or ()
    classified = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License ::")]
    named = [{"license": _named(words)} for words in dict.fromkeys(classified) if words != "OSI Approved"]
    if named:
        return named
    text = _stated(one, "License").splitlines()
    return [{"license": {"name": text[0][:LONGEST]}}] if text else []


def _stated(one: Installed, field: str) -> str:
    """A field of a distribution's metadata; "" where it has none."""
    return str(next(iter(one.distribution.metadata.get_all(field) or ()), "")).strip()


def _named(words: str) -> dict[str, str]:
    return {"id": SPDX[words]} if words in SPDX else {"name": words}


def _component(one: Installed) -> dict[str, Any]:
    stated, digest = licence(one), _installed(one)
    about = _stated(one, "Summary")
    return {
        "type": "library",
        "bom-ref": _ref(one),
        "name": one.name,
        "version": one.version,
        "purl": _ref(one),
        **({"description": about} if about else {}),
        **({"licenses": stated} if stated else {}),
        **({"properties": [{"name": INSTALLED, "value": digest}]} if digest else {}),
    }


def _ref(one: Installed) -> str:
    return f"pkg:pypi/{one.name}@{one.version}"


def _installed(one: Installed) -> str:
    """The hash over RECORD's lines; "" without a RECORD.

    What an installer writes itself is left out: scripts, which name the place of their Python, and notes on how it was
    installed.
    """
    listed = [p for p in one.distribution.files or () if p.parts[0] != ".." and p.name not in NOTES]
    lines = [f"{p.as_posix()},{p.hash.mode}={p.hash.value}\n" for p in listed if p.hash is not None]
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest() if lines else ""


def _models() -> Iterator[dict[str, Any]]:
    """The shipped models: each with the hash of its list of sums, which has one for every file of it."""
    for card in sorted((package_folder() / "models").glob("*/card.json")):
        said = json.loads(card.read_bytes())
        sums = card.with_name("SHA256SUMS")
        digest = hashlib.sha256((sums if sums.is_file() else card).read_bytes()).hexdigest()
        name = f"{ROOT}/models/{card.parent.name}"
        yield {
            "type": "machine-learning-model",
            "bom-ref": name,
            "name": name,
            "version": str(said.get("version", "")),
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }


def _code() -> Iterator[dict[str, str]]:
    yield {"name": "pharmakon:code:sha256", "value": code_identity()}
    if commit := git_commit():
        yield {"name": "pharmakon:code:commit", "value": commit}


def _version() -> str:
    from pharmakon import __version__

    return __version__
