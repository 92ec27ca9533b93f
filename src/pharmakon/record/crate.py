"""A run as an RO-Crate 1.1 (Process Run Crate 0.5): what went in, what ran, what came out, who started it.

`ro-crate-metadata.json` lists every file with its SHA-256 and bears a hash of itself, so that a changed byte has one
name: of a file, when the list no longer fits it; of the list, when its own hash does not. Against somebody who makes
all hashes right again, the list is signed (`record.attestation`).

The text is a function of the folder alone: the same folder gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from pharmakon.core.errors import RecordError
from pharmakon.core.files import sha256, write_atomic
from pharmakon.store.plain import document
from pharmakon.store.runs import RUN, RunFolder

from .audit import verify
from .beside import is_beside
from .entry import CLOSED, CRATE, LEDGER, OUTPUT, SIGNATURES, Entry, parse
from .environment import FILE as ENVIRONMENT
from .environment import lock
from .ledger import Ledger

METADATA, ENVELOPE = CRATE
CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
FORMAT = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
KINDS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".sdf": "chemical/x-mdl-sdfile",
    ".toml": "application/toml",
    ".txt": "text/plain",
}
ABOUT = {
    RUN: "What was asked: the effective configuration, inputs by SHA-256, seed, versions and code",
    LEDGER: "What happened, as a chain of hashes",
    "ledger.head.json": "How many entries the ledger has, and the last one's hash",
    SIGNATURES[0]: "Electronic signatures of the run",
    SIGNATURES[1]: "How many signatures there are, and the last one's hash",
    ENVIRONMENT: "Every distribution that was installed for the run: NAME==VERSION",
    "sbom.json": "Software bill of materials, CycloneDX",
}
SELF = "pharmakon:sha256:"
"""Before the hash that the metadata bears of itself, with 64 zeros in its place."""
_SELF = re.compile(rb'"pharmakon:sha256:([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class Listed:
    """What a crate's metadata says: digests by file, and whether it is as it was written."""

    files: Mapping[str, str]
    whole: bool
    graph: Mapping[str, Mapping[str, Any]]
    """Every entity by its @id."""

    @property
    def run(self) -> str:
        """Where the run lies in the crate: "" or "run/"."""
        return next((place for place in ("", "run/") if f"{place}{RUN}" in self.files), "")


def close(ledger: Ledger, /, *, scratch: Path | None = None, **data: Any) -> Entry:
    """End a run: record what was installed, close its ledger, and describe the folder as an RO-Crate.

    `scratch` is a folder in it that is done with: it goes once the run is known to be over, and no earlier.
    """
    folder = ledger.path.parent
    ledger.output(write_atomic(folder / ENVIRONMENT, lock()))
    end = ledger.seal(**data)
    _tidy(folder, scratch)
    return end


def finished(folder: Path, *, scratch: Path | None = None) -> Entry | None:
    """The closing entry of a run that had come to its end; what a kill kept `close` from is done. Else None.

    RecordError where the run's files are not what they were when it ended.
    """
    path = folder / LEDGER
    lines = path.read_bytes().splitlines() if path.is_file() else []
    last = parse(lines[-1]) if lines else None
    if last is None or last.event != CLOSED:
        return None
    if problems := verify(folder).problems:
        raise RecordError(f"{folder} holds a run that came to its end, and now: {problems[0]}; choose another -o")
    if (scratch is not None and scratch.exists()) or not (folder / METADATA).is_file():
        _tidy(folder, scratch)
    return last


def _tidy(folder: Path, scratch: Path | None) -> None:
    if scratch is not None and scratch.exists():
        shutil.rmtree(scratch)
    write_atomic(folder / METADATA, describe(folder))


def describe(root: Path, *, run: str = "", notes: Sequence[str] = ()) -> str:
    """The metadata of a crate whose run lies in `root`/`run`; `notes` are sentences of the crate as a whole.

    Raises RecordError where there is no run, or its ledger is not sound.
    """
    folder = RunFolder.open(root / run)
    entries = _chain(root / run / LEDGER)
    files = files_of(root)
    by_hash = {digest: name for name, digest in files.items() if name.startswith("inputs/")}
    inputs = [_input(one, by_hash) for one in folder.run["inputs"]]
    inputs = list({one["@id"]: one for one in inputs}.values())
    results = [_result(entry, run, files) for entry in entries if _is_result(entry)]
    outside = [one for one in (*inputs, *results) if one["@id"] not in map(quote, files)]
    outside = list({one["@id"]: one for one in outside}.values())
    own = [name for name in files if not name.startswith("inputs/")]
    parameters = list(_parameters(folder.run))
    agent = _agent(entries[0].by if entries else {})
    signed = list(_signatures(root / run / SIGNATURES[0]))
    outputs = [name for name in own if name.startswith(run) and Path(name).name not in SIGNATURES]
    verb = str(folder.run["verb"])
    title = str(folder.run["config"].get("name") or verb)
    end = entries[-1].time if entries else str(folder.run.get("started", ""))
    action = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"pharmakon {verb}",
        "instrument": {"@id": "#pharmakon"},
        "agent": {"@id": agent["@id"]},
        "startTime": folder.run.get("started", ""),
        "endTime": end,
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
        "object": _refs(inputs) + _refs(parameters),
        "result": [{"@id": quote(name)} for name in outputs] + _refs(results),
    }
    crate = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"pharmakon {verb}: {title}" if title != verb else f"pharmakon {verb}",
        "description": " ".join(["A run with its inputs, parameters, environment, outputs and record.", *notes]),
        "datePublished": end[:10],
        "license": "Not stated: whoever ran it decides who may have it",
        "identifier": SELF + "0" * 64,
        "conformsTo": {"@id": PROFILE},
        "hasPart": [{"@id": quote(name)} for name in files] + _refs(outside),
        "mentions": [{"@id": "#run"}, *_refs([one for one in signed if one["@type"] != "Person"])],
    }
    graph = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": FORMAT},
        },
        crate,
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        action,
        _software(folder.run, quote(run + ENVIRONMENT) if run + ENVIRONMENT in files else ""),
        agent,
        *parameters,
        *outside,
        *(_file(root, name, digest, run, entries) for name, digest in files.items()),
        *signed,
        *_head(entries),
    ]
    text = document({"@context": CONTEXT, "@graph": graph})
    return text.replace(SELF + "0" * 64, SELF + hashlib.sha256(text.encode()).hexdigest(), 1)


def redescribed(folder: Path) -> None:
    """Describe a run's folder anew, after a signature; not where somebody signed the description as it was."""
    if (folder / METADATA).is_file() and (folder / LEDGER).is_file() and not (folder / ENVELOPE).is_file():
        write_atomic(folder / METADATA, describe(folder))


def read(content: bytes) -> Listed:
    """What a crate's metadata lists. RecordError where it is no metadata of a crate."""
    found = _SELF.search(content)
    whole = found is not None and _hash_of(content, found) == found[1].decode()
    try:
        graph = {str(one["@id"]): one for one in json.loads(content)["@graph"]}
        files = {unquote(name): str(one["sha256"]) for name, one in graph.items() if _is_file(one)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RecordError(f"{METADATA} is not the metadata of a crate: it was changed, or is of another kind") from None
    files = {name: digest for name, digest in files.items() if not re.match(r"(ni|urn):", name)}
    return Listed(files, whole, graph)


def files_of(root: Path) -> dict[str, str]:
    """SHA-256 by name of every file that a crate lists.

    Left out are the metadata and its signature, hidden files, and of a run's own folder those below it that hold
    another run.
    """
    inner = [p.parent for p in root.rglob(RUN) if p.parent != root] if (root / RUN).is_file() else []
    found = {}
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root)
        hidden = any(part.startswith(".") for part in name.parts)
        if hidden or name.as_posix() in (METADATA, ENVELOPE) or any(path.is_relative_to(one) for one in inner):
            continue
        found[name.as_posix()] = sha256(path)
    return found


def named_by_hash(digest: str) -> str:
    """A file's name where it has no place: by its SHA-256, as RFC 6920 writes it."""
    return "ni:///sha-256;" + base64.urlsafe_b64encode(bytes.fromhex(digest)).decode().rstrip("=")


def _hash_of(content: bytes, found: re.Match[bytes]) -> str:
    blank = content[: found.start(1)] + b"0" * 64 + content[found.end(1) :]
    return hashlib.sha256(blank).hexdigest()


def _is_file(entity: Mapping[str, Any]) -> bool:
    kinds = entity.get("@type")
    return "File" in (kinds if isinstance(kinds, list) else [kinds]) and "sha256" in entity


def _refs(entities: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"@id": str(one["@id"])} for one in entities]


def _chain(path: Path) -> list[Entry]:
    try:
        lines = path.read_bytes().split(b"\n")[:-1]
    except OSError:
        raise RecordError(f"{path.parent} has no ledger: only a run that records what it does makes a crate") from None
    entries = [entry for entry in map(parse, lines) if entry is not None]
    if len(entries) != len(lines):
        raise RecordError(f"{path} is not as it was written; `pharmakon ledger verify` says how")
    return entries


def _input(one: Mapping[str, Any], by_hash: Mapping[str, str]) -> dict[str, Any]:
    """An input: the file in the crate where it was copied, else by its hash alone."""
    digest = str(one["sha256"])
    place = by_hash.get(digest)
    plain = re.fullmatch(r"[0-9a-f]{64}", digest) is not None
    return {
        "@id": quote(place) if place else (named_by_hash(digest) if plain else f"urn:pharmakon:{digest}"),
        "@type": "File",
        "name": Path(str(one["path"])).name,
        "sha256": digest,
        "contentSize": str(one["bytes"]),
    }


def _is_result(entry: Entry) -> bool:
    return entry.event == OUTPUT and is_beside(str(entry.data.get("path")))


def _result(entry: Entry, run: str, files: Mapping[str, str]) -> dict[str, Any]:
    """What the run wrote beside its record: the file in the crate where it was copied, else by its hash alone."""
    name, digest = str(entry.data["path"]), str(entry.data["sha256"])
    place = posixpath.normpath(run + name)
    said = {"@type": "File", "name": name.removeprefix("../"), "sha256": digest}
    return {
        "@id": quote(place) if files.get(place) == digest else named_by_hash(digest),
        **said,
        "contentSize": str(entry.data["bytes"]),
    }


def _parameters(run: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    asked = {**run["config"], "seed": run["seed"]}
    for name, value in sorted(asked.items()):
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
        yield {"@id": f"#parameter-{name}", "@type": "PropertyValue", "name": name, "value": text}


def _agent(by: Mapping[str, Any]) -> dict[str, Any]:
    user = str(by.get("user") or "unknown")
    account = {"alternateName": by["account"]} if by.get("account") else {}
    return {"@id": "#agent", "@type": "Person", "name": user, **account}


def _software(run: Mapping[str, Any], environment: str) -> dict[str, Any]:
    versions, code, system = run.get("versions", {}), run.get("code", {}), run.get("platform", {})
    words = [f"Python {versions['python']}"] if "python" in versions else []
    words += [" ".join(str(system[key]) for key in ("system", "release", "machine") if key in system)]
    return {
        "@id": "#pharmakon",
        "@type": "SoftwareApplication",
        "name": "pharmakon",
        "softwareVersion": versions.get("pharmakon", ""),
        **({"version": code["commit"]} if "commit" in code else {}),
        **({"identifier": f"sha256:{code['sha256']}"} if "sha256" in code else {}),
        "runtimePlatform": ", ".join(word for word in words if word),
        **({"softwareRequirements": {"@id": environment}} if environment else {}),
    }


def _file(root: Path, name: str, digest: str, run: str, entries: Sequence[Entry]) -> dict[str, Any]:
    inside = name.removeprefix(run)
    about = {"description": ABOUT[inside]} if inside in ABOUT else {}
    kind = {"encodingFormat": KINDS[Path(name).suffix]} if Path(name).suffix in KINDS else {}
    head = {"identifier": {"@id": "#ledger-head"}} if inside == LEDGER and entries else {}
    size = str((root / name).stat().st_size)
    said = {"name": inside, "sha256": digest, "contentSize": size}
    return {"@id": quote(name), "@type": "File", **said, **kind, **about, **head}


def _head(entries: Sequence[Entry]) -> Iterator[dict[str, Any]]:
    if entries:
        last = entries[-1]
        yield {
            "@id": "#ledger-head",
            "@type": "PropertyValue",
            "name": "head of the ledger",
            "propertyID": f"SHA-256 of entry {last.seq}",
            "value": last.hash,
        }


def _signatures(path: Path) -> Iterator[dict[str, Any]]:
    """Each signature as an action with its meaning, and whoever gave it."""
    people = {}
    for line in path.read_bytes().split(b"\n")[:-1] if path.is_file() else ():
        entry = parse(line)
        if entry is None or "meaning" not in entry.data:
            continue
        said = entry.data
        who = f"#key-{said['key']}"
        email = {"email": said["email"]} if said.get("email") else {}
        people[who] = {"@id": who, "@type": "Person", "name": said["name"], "identifier": said["key"], **email}
        yield {
            "@id": f"#signature-{entry.seq}",
            "@type": "AssessAction",
            "name": said["meaning"],
            "description": said["why"],
            "agent": {"@id": who},
            "object": {"@id": "./"},
            "endTime": said["time"],
            "identifier": entry.hash,
        }
    yield from people.values()
