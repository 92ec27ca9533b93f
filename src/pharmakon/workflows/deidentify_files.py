"""One file at a time: read, cleaned, written under a name that does not identify, and read back value by value."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pharmakon.core.errors import DataError
from pharmakon.core.files import replacing, write_atomic
from pharmakon.privacy.leftovers import Leaf
from pharmakon.privacy.removals import Removals
from pharmakon.privacy.treatment import Treatment

from .deidentify_h5ad import clean_h5ad, leaves_of_h5ad, variables_of

TABLE, PARQUET, H5AD, FHIR, LINES, DICOM = "table", "Parquet table", "h5ad", "FHIR", "FHIR lines", "DICOM"
NOTE = "note"
KINDS = {
    **dict.fromkeys((".csv", ".tsv", ".tab"), TABLE),
    **dict.fromkeys((".parquet", ".pq"), PARQUET),
    ".h5ad": H5AD,
    ".json": FHIR,
    ".ndjson": LINES,
    ".txt": NOTE,
    **dict.fromkeys((".dcm", ".dicom", ".ima"), DICOM),
}
NAMES = {
    TABLE: (".csv", "table"),
    PARQUET: (".parquet", "table"),
    H5AD: (".h5ad", "table"),
    FHIR: (".json", "bundle"),
    LINES: (".ndjson", "resources"),
    NOTE: (".txt", "note"),
    DICOM: (".dcm", "image"),
}
"""Of a result the suffix, and what it is called where its own name may identify."""
BIOMETRIC = {
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".heic", ".gif"), "a picture may show a face"),
    **dict.fromkeys((".mp4", ".mov", ".avi"), "a film may show a face and hold a voice"),
    **dict.fromkeys((".wav", ".mp3", ".m4a", ".flac"), "a recording holds a voice"),
    **dict.fromkeys((".vcf", ".bam", ".cram", ".fastq", ".fq", ".bed", ".plink"), "a genome identifies"),
}
FEWEST = 3
NAMING = 3
"""Words of a removed value, at most, for which a file's own name is searched."""
ORDINARY = frozenset(
    (
        *("data", "clinical", "table", "export", "results", "study", "trial", "hospital", "labs", "tests", "train"),
        *("adult", "measurements", "values", "registry", "parquet", "english", "spanish"),
    )
)
"""Words of the names of files that nobody is called."""
_NESTED = re.compile(r"\[|STRUCT|MAP|UNION|BLOB|BIT", re.IGNORECASE)


class Refused(Exception):
    """A file that cannot be de-identified; the reason does not name it."""


@dataclass(frozen=True, slots=True)
class Made:
    """A cleaned file: its name in the results, its kind, how many records it has, and what was removed."""

    name: str
    kind: str
    records: int
    removals: Removals
    columns: Sequence[str] = field(default=())


def clean_file(path: Path, folder: Path, treatment: Treatment, declared: Mapping[str, str], *, taken: set[str]) -> Made:
    """Clean one file into `folder`. Raises Refused for what cannot be de-identified."""
    kind = _kind(path)
    removals = Removals(f"#{len(taken)}")
    columns: Sequence[str] = ()
    content: Any
    try:
        match kind:
            case "table":
                content, records, columns = _table(path, treatment, removals, declared)
            case "Parquet table":
                content, records, columns = _parquet(path, treatment, removals, declared)
            case "h5ad":
                content, records, columns = clean_h5ad(path, treatment, removals, declared)
            case "FHIR" | "FHIR lines":
                content, records = _fhir(path, kind, treatment, removals)
            case "note":
                content, records = _note(path, treatment, removals), 1
            case _:
                content, records = _dicom(path, treatment, removals), 1
    except DataError as error:
        raise Refused(str(error).replace(str(path), "it")) from None
    name = _name(path, kind, treatment, removals, taken)
    if callable(content):
        content(folder / name)
    else:
        write_atomic(folder / name, content)
    return Made(name, kind, records, removals.named(name), columns)


def _kind(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in (".gz", ".bz2", ".xz")]
    last = suffixes[-1] if suffixes else ""
    if last in BIOMETRIC:
        raise Refused(f"{BIOMETRIC[last]}: such a file is not de-identified by taking something out")
    if kind := KINDS.get(last, ""):
        return kind
    with path.open("rb") as stream:
        if stream.read(132)[128:] == b"DICM":
            return DICOM
    raise Refused("neither a table (CSV, TSV, Parquet, h5ad), nor FHIR JSON, nor DICOM, nor a note (.txt)")


def _name(path: Path, kind: str, treatment: Treatment, removals: Removals, taken: set[str]) -> str:
    """A name of the result: the file's own for a table, where nothing in it identifies; a token otherwise."""
    from pharmakon.privacy.patterns import find_patterns

    suffix, short = NAMES[kind]
    stem = path.name.partition(".")[0]
    words = {word.casefold() for word in re.findall(r"[^\W\d_]{3,}", stem)}
    removed = {
        word.casefold()
        for value in removals.values
        if len(value.split()) <= NAMING
        for word in re.findall(r"[^\W\d_]{3,}", value)
    }
    own = kind in (TABLE, PARQUET, H5AD) and not words & removed and not re.search(r"\d{4}", stem)
    own = own and not _of_a_person(stem)
    if own and not find_patterns(stem) and re.fullmatch(r"[\w -]+", stem) and f"{stem}{suffix}" not in taken:
        return f"{stem}{suffix}"
    made = f"{short}-{treatment.pseudonyms.token(str(path))}"
    return next(name for i in range(10**6) if (name := f"{made}{f'-{i}' if i else ''}{suffix}") not in taken)


def _of_a_person(stem: str) -> bool:
    """Whether a file's name may be somebody's: a word is known as one, or all begin with capitals as names do."""
    from pharmakon.privacy.columns import by_name, of_people

    words = re.findall(r"[^\W\d_]{2,}", stem)
    ordinary = any(by_name(word) or word.casefold() in ORDINARY for word in words)
    return any(map(of_people, words)) or (bool(words) and all(map(str.istitle, words)) and not ordinary)


def _table(
    path: Path, treatment: Treatment, removals: Removals, declared: Mapping[str, str]
) -> tuple[str, int, Sequence[str]]:
    from pharmakon.privacy.tables import clean_table, has_no_header
    from pharmakon.store.bytestream import open_text
    from pharmakon.store.delimited import Delimited
    from pharmakon.store.writers import guarded

    source = Delimited(open_text(path))
    if has_no_header(source.columns):
        raise Refused("its first line looks like a row and not like names of columns: give it a header")
    rows = []
    for row, problem in source.rows():
        rows.append(row)
        if problem:  # cells that slipped stand under a harmless name
            raise Refused(f"row {len(rows):,}: {problem}; mend it, so that each value stands in its column")
    cells = _columns(source.columns, rows)
    cleaned = clean_table(cells, treatment, removals, declared=_ours(declared, cells))
    kept = [one.name for one in cleaned.kept]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=source.delimiter, lineterminator="\n")
    writer.writerow(map(guarded, kept))
    columns = [cleaned.changed.get(name, cells[name]) for name in kept]
    writer.writerows(map(guarded, made) for made in zip(*columns, strict=True))
    return out.getvalue(), len(rows), source.columns


def _columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Sequence[str]]:
    return dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())


def _ours(declared: Mapping[str, str], cells: Mapping[str, object]) -> dict[str, str]:
    return {name: action for name, action in declared.items() if name in cells}


def _parquet(
    path: Path, treatment: Treatment, removals: Removals, declared: Mapping[str, str]
) -> tuple[Any, int, Sequence[str]]:
    from pharmakon.privacy.tables import clean_table
    from pharmakon.store.parquet import Parquet
    from pharmakon.store.writers import write_parquet

    source = Parquet(path)
    rows = [cells for cells, _ in source.rows()]
    types = source.types
    cells = _columns(source.columns, rows)
    for name in [name for name, kind in types.items() if _NESTED.search(kind)]:
        del cells[name]
        removals.took(name, "other", "removed")
        removals.look(name, "A column of lists, structures or bytes was removed: nobody can tell what is in it.")
    cleaned = clean_table(cells, treatment, removals, declared=_ours(declared, cells))
    kept = [one.name for one in cleaned.kept]
    columns = [cleaned.changed.get(name, cells[name]) for name in kept]
    same = {name: types[name] for name in kept if name not in cleaned.changed and types[name] != "VARCHAR"}

    def write(target: Path) -> None:
        records = (dict(zip(kept, row, strict=True)) for row in zip(*columns, strict=True))
        write_parquet(target, kept, records, types=same)

    return write, len(rows), source.columns


def _fhir(path: Path, kind: str, treatment: Treatment, removals: Removals) -> tuple[str, int]:
    from pharmakon.privacy.fhir import clean_resource
    from pharmakon.store.bytestream import open_text
    from pharmakon.store.hierarchical import parse_json, read_json

    if kind == LINES:
        lines = [line for line in open_text(path).lines() if line.strip()]
        made = [clean_resource(parse_json(line, "a line of it"), treatment, removals) for line in lines]
        return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in made), len(made)
    cleaned = clean_resource(read_json(path), treatment, removals)
    records = len(cleaned.get("entry", ())) if cleaned["resourceType"] == "Bundle" else 1
    return json.dumps(cleaned, ensure_ascii=False, indent=1) + "\n", records


def _note(path: Path, treatment: Treatment, removals: Removals) -> str:
    from pharmakon.store.bytestream import open_text

    text = "".join(open_text(path).lines())
    cleaned = treatment.cleaned(text, path.stem, removals, "the note")
    if text.strip() and not cleaned:
        raise Refused("a note is free text as a whole: --texts tag keeps it, with tags for what a tagger finds")
    return cleaned


def _dicom(path: Path, treatment: Treatment, removals: Removals) -> Any:
    import pydicom
    from pydicom.errors import InvalidDicomError

    from pharmakon.privacy.dicom import clean_dicom

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            dataset = pydicom.dcmread(path)
            cleaned = clean_dicom(dataset, treatment, removals)
        except InvalidDicomError:
            raise Refused("it is no DICOM file") from None
        except (OSError, ValueError, TypeError, KeyError, NotImplementedError) as error:
            raise Refused(f"it is no DICOM file that can be read ({type(error).__name__})") from None

    def write(target: Path) -> None:
        with warnings.catch_warnings(), replacing(target) as stream:
            warnings.simplefilter("ignore")
            cleaned.save_as(stream, enforce_file_format=True)

    return write


def leaves_of(path: Path, kind: str) -> Iterator[Leaf]:
    """Every value of a written file, read back from the disk."""
    name = path.name
    if kind in (TABLE, PARQUET, H5AD):
        yield from _cells(path, kind)
    elif kind == FHIR:
        yield from _json(json.loads(path.read_bytes()), name, "", {})
    elif kind == LINES:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from _json(json.loads(line), name, "", {})
    elif kind == NOTE:
        yield Leaf(name, "the note", f"{name}:", path.read_text(encoding="utf-8"))
    else:
        import pydicom

        from pharmakon.privacy.dicom import STANDARD

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            dataset = pydicom.dcmread(path, stop_before_pixels=True)
            for element in (*dataset.file_meta, *dataset.iterall()):
                if element.VR not in ("SQ", "OB", "OW", "UN") and element.value is not None:
                    several = element.value if element.VM > 1 else [element.value]
                    for one in several:
                        if not str(one).startswith(STANDARD):
                            yield Leaf(name, element.keyword or str(element.tag), f"{name}:", str(one))


def _cells(path: Path, kind: str) -> Iterator[Leaf]:
    from pharmakon.privacy.columns import PUBLIC, by_name

    table: dict[str, Sequence[str]]
    if kind == H5AD:
        table = dict(leaves_of_h5ad(path))
        yield from variables_of(path)
    else:
        from pharmakon.store.bytestream import open_text
        from pharmakon.store.delimited import Delimited
        from pharmakon.store.parquet import Parquet

        source = Parquet(path) if kind == PARQUET else Delimited(open_text(path))
        table = _columns(source.columns, [cells for cells, _ in source.rows()])
    for column, values in table.items():
        yield Leaf(path.name, "the header", f"{path.name}:", column)
        public = (by_name(column) or ("", "", ""))[2] in PUBLIC
        for row, value in enumerate(values):
            if value:
                yield Leaf(path.name, column, f"{path.name}:{row}", value, public)


def _json(node: Any, file: str, path: str, parent: Mapping[str, Any]) -> Iterator[Leaf]:
    from pharmakon.privacy.fhir_elements import is_code, public

    if isinstance(node, dict):
        kind = str(node.get("resourceType", ""))
        for key, value in node.items():
            yield from _json(value, file, f"{kind or path}.{key}", node)
    elif isinstance(node, list):
        for item in node:
            yield from _json(item, file, path, parent)
    elif node is not None and not isinstance(node, bool):
        key = path.rpartition(".")[2]
        words = (
            key in ("state", "country", "resourceType")
            or is_code(str(node), key)
            or (
                key in ("display", "text", "valueString")
                and (key != "display" or public(str(parent.get("system", ""))))
            )
        )
        yield Leaf(file, path, f"{file}:", str(node), words)
