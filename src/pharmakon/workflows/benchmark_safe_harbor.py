"""What is left of the 18 Safe Harbor identifiers after deidentify, and what it removes without need."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pharmakon.privacy.safe_harbor import identifiers

from .benchmark import BenchmarkConfig, Learner, Say
from .deidentify import DATA, DeidentifyConfig
from .deidentify import run as deidentify
from .deidentify_files import FHIR, leaves_of
from .planted_identifiers import HARMLESS, STYLES, Person, bundle, headers, person, rows, write_dicom

PEOPLE = 1000
SHARES = {"CSV": 0.4, "Parquet": 0.2, "h5ad": 0.1, "FHIR": 0.25, "DICOM": 0.05}
TODAY = date(2026, 7, 1)
DIGITS = 7
PLANTED, BUNDLES = "planted records", "Synthea bundles"
FOLDER = "privacy/fhir_r4_synthea"


class SafeHarbor:
    """Every planted value is searched for in the bytes and in the values of the results."""

    what = "what is left of the 18 Safe Harbor identifiers, in made-up records and in FHIR bundles"
    protocol = (
        "1,000 made-up patients with identifiers of all 18 classes (400 in CSV and 200 in Parquet under English, "
        "Spanish, programmer's and meaningless column names, 100 in h5ad, 250 FHIR bundles, 50 DICOM headers), and "
        "the bundles of five Synthea patients with their hospitals and practitioners. A value is left where its "
        "text is in the bytes of a result, whatever the case, or its digits are those of a value. Over-removal: "
        "harmless columns that were dropped or changed, and measurements and public codes of the bundles that are "
        "gone"
    )
    published = "none: the truth is known"
    needs = FOLDER
    repeats = 1

    def tasks(self) -> Sequence[str]:
        return [PLANTED, BUNDLES]

    def files(self, task: str, root: Path) -> list[Path]:
        return sorted((root / FOLDER).glob("*.json")) if task == BUNDLES else []

    def run(self, task: str, root: Path, config: BenchmarkConfig, learner: Learner, say: Say) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            if task == BUNDLES:
                return bundles(self.files(task, root), folder)
            return planted(config.limit or PEOPLE, config.seed, folder, say)

    def summary(self, results: Mapping[str, Mapping[str, Any]], *, rivals: bool = True) -> dict[str, Any]:
        """Classes of which anything was left, over the tasks."""
        left = {name for result in results.values() for name in result["left"]}
        return {"tasks": len(results), "classes left, of 18": len(left)}


def planted(n: int, seed: int, folder: Path, say: Say) -> dict[str, Any]:
    """Make n patients, take their identifiers out, and search for them."""
    people = [person(i, seed) for i in range(n)]
    source = folder / "in"
    source.mkdir()
    say("writing")
    groups = write(people, source)
    say("de-identifying")
    deidentify(DeidentifyConfig(inputs=(source,), output=folder / "out", key=folder / "key", today=TODAY))
    say("searching")
    text, digits, old = results(folder / "out" / DATA)
    told = [value for one in people for value in one.told.values()]
    left = leftovers(told, text, digits)
    if old:
        left.setdefault("date", set()).update(old)
    changed, harmless = over_removed(groups, folder / "out" / DATA)
    return {
        "scores": {
            "classes left": _count(len(left), len(identifiers())),
            "values left": _count(sum(map(len, left.values())), len(set(told))),
            "harmless columns changed": _count(len(changed), harmless),
        },
        "anchors": {},
        "left": {name: len(found) for name, found in left.items()},
        "changed": sorted(changed),
        "note": f"{n:,} patients, {len(told):,} planted values, {len(set(told)):,} different",
    }


def write(people: Sequence[Person], folder: Path) -> dict[str, tuple[str, Sequence[Person]]]:
    """Write the patients in all formats: name of a table -> (its style, its patients)."""
    import anndata
    import numpy as np
    import pandas as pd

    from pharmakon.store.writers import write_parquet

    groups: dict[str, tuple[str, Sequence[Person]]] = {}
    parts, start = {}, 0
    for kind, share in SHARES.items():
        end = start + round(share * len(people))
        parts[kind], start = people[start:end], end
    for kind in ("CSV", "Parquet"):
        quarter = -(-len(parts[kind]) // len(STYLES))
        slices = [parts[kind][i : i + quarter] for i in range(0, len(parts[kind]), quarter)]
        for style, some in zip(STYLES, slices, strict=False):
            name, table = f"{kind}_{style}", rows(some, style)
            groups[name] = style, some
            if kind == "Parquet":
                types = {headers(style)[key]: "DOUBLE" for key in ("weight", "creatinine")}
                write_parquet(folder / f"{name}.parquet", list(table[0]), table, types=types)
                continue
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
                writer = csv.DictWriter(stream, list(table[0]))
                writer.writeheader()
                writer.writerows(table)
    obs = pd.DataFrame(rows(parts["h5ad"], "English"), index=[one.planted["mrn"] for one in parts["h5ad"]])
    groups["cells"] = "English", parts["h5ad"]
    anndata.AnnData(np.zeros((len(obs), 2), dtype=np.float32), obs=obs).write_h5ad(folder / "cells.h5ad")
    for i, one in enumerate(parts["FHIR"]):
        (folder / f"bundle_{i}_{one.planted['family']}.json").write_text(json.dumps(bundle(one)), encoding="utf-8")
    for i, one in enumerate(parts["DICOM"]):
        write_dicom(one, folder / f"image_{i}_{one.planted['family']}.dcm")
    return groups


def results(folder: Path) -> tuple[str, set[str], set[str]]:
    """(all bytes and values of the results as text, the digits of each value, ages over 89 that are told)."""
    parts: list[str] = []
    digits: set[str] = set()
    old: set[str] = set()
    kinds = {".csv": "table", ".parquet": "Parquet table", ".h5ad": "h5ad", ".json": FHIR, ".dcm": "DICOM"}
    ages = {headers(style)["age"] for style in STYLES}
    for path in sorted(folder.iterdir()):
        parts += [path.name, path.read_bytes().decode("utf-8", errors="replace")]
        for leaf in leaves_of(path, kinds[path.suffix]):
            if path.suffix != ".csv":
                parts.append(leaf.text)
            digits.add(re.sub(r"\D", "", leaf.text))
            number = re.fullmatch(r"0?(\d{2,3})Y?", leaf.text)
            told = leaf.where in ages or leaf.where == "PatientAge"
            if told and number and int(number[1]) > 89 and leaf.text != "090Y":
                old.add("an age over 89")
        if path.suffix == ".json" and any(age > 90 for age in _ages(json.loads(path.read_bytes()))):
            old.add("an age over 89")
    return "\n".join(parts).casefold(), digits - {""}, old


def leftovers(told: Iterable[tuple[str, str]], text: str, digits: set[str]) -> dict[str, set[str]]:
    """Class -> its values that are still there: as text, whatever the case, or as the digits of a value."""
    left: dict[str, set[str]] = defaultdict(set)
    words = set(re.findall(r"\w+", text))
    for name, value in dict.fromkeys(told):
        folded, number = value.casefold(), re.sub(r"\D", "", value)
        alone = folded in words if re.fullmatch(r"\w+", folded) else folded in text
        if alone or (len(number) >= DIGITS and number in digits):
            left[name].add(value)
    return dict(left)


def over_removed(groups: Mapping[str, tuple[str, Sequence[Person]]], folder: Path) -> tuple[set[str], int]:
    """(harmless columns that are gone or not what they were, how many there are) over the tables."""
    changed: set[str] = set()
    total = 0
    for path in folder.iterdir():
        if path.stem not in groups:
            continue
        style, people = groups[path.stem]
        names = headers(style)
        held: dict[str, list[str]] = defaultdict(list)
        for leaf in leaves_of(path, {".csv": "table", ".parquet": "Parquet table", ".h5ad": "h5ad"}[path.suffix]):
            held[leaf.where].append(leaf.text)
        for key in HARMLESS:
            total += 1
            same = [float(a) == float(b) if _is_number(a) else a == b for a, b in _pairs(held, names[key], people, key)]
            if len(same) != len(people) or not all(same):
                changed.add(f"{path.stem}: {key}")
    return changed, total


def bundles(paths: Sequence[Path], folder: Path) -> dict[str, Any]:
    """The bundles without identifiers, and what an independent look at the originals finds of theirs in them."""
    deidentify(DeidentifyConfig(inputs=tuple(paths), output=folder / "out", key=folder / "key", today=TODAY))
    originals = [json.loads(path.read_bytes()) for path in paths]
    told = [found for one in originals for found in identifying(one)]
    text, digits, old = results(folder / "out" / DATA)
    left = leftovers(told, text, digits)
    if old:
        left.setdefault("date", set()).update(old)
    made = [json.loads(path.read_bytes()) for path in sorted((folder / "out" / DATA).iterdir())]
    before, after = (sum(1 for one in group for _ in harmless_of(one)) for group in (originals, made))
    return {
        "scores": {
            "classes left": _count(len(left), len(identifiers())),
            "values left": _count(sum(map(len, left.values())), len(set(told))),
            "measurements and codes lost": _count(before - after, before),
            "references that find nothing": _count(*dangling(made, originals)),
        },
        "anchors": {},
        "left": {name: len(found) for name, found in left.items()},
        "note": f"{len(paths)} bundles, {len(set(told)):,} identifying values",
    }


def identifying(  # noqa: C901  a table of cases
    node: Any, key: str = "", parent: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, str]]:
    """(class, value) of what identifies in a bundle, by the names of FHIR's elements alone."""
    parent = parent or {}
    if isinstance(node, dict):
        for name, item in node.items():
            yield from identifying(item, name, node)
    elif isinstance(node, list):
        for item in node:
            yield from identifying(item, key, parent)
    elif isinstance(node, (str, float)):
        text = str(node)
        kind = str(parent.get("resourceType", ""))
        if key in ("family", "given") or (key == "valueString" and "mothersMaidenName" in str(parent.get("url"))):
            yield "name", text
        elif key in ("line", "city", "postalCode", "latitude", "longitude") or (
            key == "name" and kind in ("Organization", "Location")
        ):
            yield "place", text
        elif key == "value" and parent.get("system") in ("phone", "email", "fax"):
            yield str(parent["system"]), text
        elif key == "value" and isinstance(node, str) and "system" in parent:
            system = str(parent["system"])
            yield ("ssn" if "ssn" in system else "licence" if "npi" in system or "oid" in system else "other"), text
        elif key == "id" and re.search(r"\d{4}", text):
            yield ("mrn" if kind == "Patient" else "other"), text
        elif key == "system" and re.search(r"smarthealthit|synthetichealth", text):
            yield "url", text
        elif re.match(r"\d{4}-\d{2}-\d{2}", text) and not re.match(r"\d{4}-01-01T00:00:00", text):
            yield "date", text[:10]


def harmless_of(node: Any) -> Iterator[str]:
    """Numbers of measurements and public codes in a bundle."""
    if isinstance(node, dict):
        if isinstance(node.get("value"), (int, float)) and "unit" in node:
            yield str(node["value"])
        if "code" in node and re.search(r"snomed|loinc|hl7\.org|rxnorm|nucc|cvx", str(node.get("system", ""))):
            yield str(node["code"])
        for item in node.values():
            yield from harmless_of(item)
    elif isinstance(node, list):
        for item in node:
            yield from harmless_of(item)


def dangling(made: Sequence[Any], originals: Sequence[Any]) -> tuple[int, int]:
    """(references that find nothing in the results but found something in the originals, references)."""
    counts = []
    for group in (made, originals):
        full = {entry["fullUrl"] for one in group for entry in one["entry"]}
        references = [text for one in group for text in _references(one) if not text.startswith("#")]
        counts.append((sum(text not in full for text in references), len(references)))
    (lost, total), (before, _) = counts
    return lost - before, total


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for item in node.values():
            yield from _references(item)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)


def _ages(node: Any) -> Iterator[float]:
    for resource in (entry["resource"] for entry in node.get("entry", ())):
        if resource["resourceType"] != "Observation":
            continue
        if any(one.get("code") == "30525-0" for one in resource["code"]["coding"]) and "valueQuantity" in resource:
            yield resource["valueQuantity"]["value"]


def _pairs(held: Mapping[str, list[str]], name: str, people: Sequence[Person], key: str) -> Iterator[tuple[str, str]]:
    return zip(held.get(name, []), (one.harmless[key] for one in people), strict=False)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(?:\.\d+)?", text))


def _count(value: int, n: int) -> dict[str, Any]:
    return {"value": value, "low": value, "high": value, "n": n}


SAFE_HARBOR = SafeHarbor()
