"""What a de-identification leaves behind besides the data: result.json, report.html, the ledger's entries of them."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pharmakon.core.errors import DataError
from pharmakon.core.files import write_atomic
from pharmakon.privacy.safe_harbor import identifiers, table
from pharmakon.privacy.treatment import TEXT_CLEANED
from pharmakon.record.crate import close
from pharmakon.record.deidentification import ClassLine, DeidentificationPage, LookLine, PlaceLine, render
from pharmakon.store.plain import document

if TYPE_CHECKING:
    from pharmakon.privacy.treatment import Treatment
    from pharmakon.record.ledger import Ledger

    from .deidentify import DeidentifyResult

RESULT, REPORT = "result.json", "report.html"
SAFE_HARBOR = "the 18 identifiers of HIPAA Safe Harbor, 45 CFR 164.514(b)(2)(i)"
NOT_SAFE_HARBOR = (
    "Dates were shifted, not cut to the year: this is NOT Safe Harbor. Release it as a limited data set under an "
    "agreement, or after an Expert Determination, 45 CFR 164.514(b)(1)."
)
STAYED = (
    "{n:,} {texts} stayed in the data with what a tagger found taken out. No tagger finds everything: a person has to "
    "read a sample before the data are passed on."
)
LIMITS = (
    (
        "Safe Harbor also asks that whoever releases the data has no actual knowledge that what is left could "
        "identify somebody, 45 CFR 164.514(b)(2)(ii). A rare diagnosis, an unusual course or a small place can be "
        "enough. A person has to answer that."
    ),
    (
        "Tokens are keyed (HMAC-SHA-256). Whoever holds the key can link them back: keep it apart, and never release "
        "it. Whether such a token is a code that is not derived from information about the individual, 45 CFR "
        "164.514(c), is for your privacy officer to judge."
    ),
    ("Under the GDPR, pseudonymised data are personal data still, Art. 4(5) and Recital 26."),
    (
        "A column of a harmless name was believed where its content did not contradict. What several harmless columns "
        "say together was not judged: measure that with k-anonymity."
    ),
    (
        "The search after writing finds values that were seen and forms that are known. An identifier of no known "
        "form in a column of a harmless name is not found by it."
    ),
    (
        "What is burnt into the pixels of an image, a face that can be drawn from slices of a head, and a genome in a "
        "matrix of measurements were not looked at."
    ),
)


def plain(result: DeidentifyResult) -> dict[str, Any]:
    """The result as plain data, without any value that was removed."""
    counts: Counter[tuple[str, str, str]] = Counter()
    files: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for place, n in result.removals.counts.items():
        key = (place.where, place.identifier, place.done)
        counts[key] += n
        files[key].add(place.file)
    looks: dict[tuple[str, str], set[str]] = defaultdict(set)
    for look in result.removals.looks:
        looks[look.where, look.why].add(look.file)
    return {
        "safe_harbor_method": result.safe_harbor,
        "label": SAFE_HARBOR if result.safe_harbor else "NOT Safe Harbor: dates shifted",
        "key_fingerprint": result.fingerprint,
        "free_text": result.text,
        "files": [
            {"name": name, "kind": kind, "records": n, "source_hmac": result.fingerprints.get(name, "")}
            for name, kind, n in result.files
        ],
        "refused": [{"kind": kind, "reason": reason} for kind, reason in result.refused],
        "identifiers": [
            {"number": one.number, "title": one.title, "values": result.removals.of(key)}
            for key, one in identifiers().items()
        ],
        "places": [
            {"where": where, "identifier": identifier, "done": done, "values": n, "files": sorted(files[key])}
            for key, n in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            for where, identifier, done in [key]
        ],
        "look_at": [
            {"where": where, "why": why, "files": sorted(held)} for (where, why), held in sorted(looks.items())
        ],
        "leftovers": 0,
        "cannot_promise": list(LIMITS),
    }


def write(result: DeidentifyResult, ledger: Ledger, treatment: Treatment) -> DeidentifyResult:
    """Write every file, record it, close the ledger; the result with the ledger's head."""
    folder, said = result.folder, plain(result)
    _searched(said, result, treatment)
    write_atomic(folder / RESULT, document(said))
    ledger.output(folder / RESULT)
    head = ledger.append("deidentified", files=len(result.files), safe_harbor=result.safe_harbor).hash
    result = replace(result, head=head)
    write_atomic(folder / REPORT, render(page(result, said, treatment)))
    ledger.output(folder / REPORT)
    return replace(result, head=close(ledger).hash)


def _searched(said: dict[str, Any], result: DeidentifyResult, treatment: Treatment) -> None:
    """The report tells columns and paths: nothing that was removed may stand among them."""
    from pharmakon.privacy.leftovers import Leaf, search

    told = [(f"place {i + 1}", one["where"]) for i, one in enumerate(said["places"])]
    told += [(f"refused {i + 1}", one["reason"]) for i, one in enumerate(said["refused"])]
    found = search(
        (Leaf(RESULT, where, "", text) for where, text in told), result.removals, treatment.pseudonyms.issued
    )
    if found.left:
        where = ", ".join(sorted({where for _, where, _ in found.left}))
        raise DataError(f"the report itself would tell identifiers ({where}): is a person's name that of a column?")


def page(result: DeidentifyResult, said: dict[str, Any], treatment: Treatment) -> DeidentificationPage:
    """The report's content."""
    from pharmakon import __version__

    titles = identifiers()
    removed = sum(result.removals.counts.values())
    records = sum(n for *_, n in result.files)
    dropped = len({(one["where"]) for one in said["places"] if one["done"] in ("removed", "text removed")})
    stayed = sum(one["values"] for one in said["places"] if one["done"] == TEXT_CLEANED)
    first = f"{removed:,} values in {len(result.files):,} {_s('file', len(result.files))} were removed or changed."
    return DeidentificationPage(
        title=_title(result, stayed),
        summary=[
            first,
            f"Method: {SAFE_HARBOR}." if result.safe_harbor else NOT_SAFE_HARBOR,
            "The results were read back and searched for what was removed and for known forms: nothing was left.",
            *([STAYED.format(n=stayed, texts=_s("text", stayed))] if stayed else []),
        ],
        figures=[
            (f"{len(result.files):,}", _s("file", len(result.files))),
            (f"{records:,}", _s("record", records)),
            (f"{removed:,}", "values removed or changed"),
            (f"{dropped:,}", "columns or paths removed"),
            (f"{len(said['look_at']):,}", "to look at"),
        ],
        safe_harbor=result.safe_harbor,
        classes=[ClassLine(one.number, one.title, one.done, result.removals.of(key)) for key, one in titles.items()],
        places=[
            PlaceLine(
                one["where"],
                titles[one["identifier"]].title if one["identifier"] else "",
                one["done"],
                one["values"],
                len(one["files"]),
            )
            for one in said["places"]
        ],
        looks=[LookLine(one["where"], len(one["files"]), one["why"]) for one in said["look_at"]],
        files=result.files,
        refused=sorted(set(result.refused)),
        method=list(_method(result, treatment)),
        limits=LIMITS,
        facts={
            "pharmakon": __version__,
            "Label": said["label"],
            "Key, fingerprint": result.fingerprint,
            "Ages over 89 counted from": treatment.today.isoformat(),
            "ZIP code lists": ", ".join(f"census of {one['census']}" for one in table("zip3")["lists"]),
            **({"Ledger's entry before this page": result.head} if result.head else {}),
        },
        config=json.dumps(result.config, indent=2, ensure_ascii=False),
    )


def _title(result: DeidentifyResult, stayed: int) -> str:
    said = "Without identifiers" if result.safe_harbor else "Pseudonymised, dates shifted"
    return f"{said}, but for texts to be read" if stayed else said


def _method(result: DeidentifyResult, treatment: Treatment) -> Iterator[str]:
    yield (
        "Columns were recognised by what was declared, by names in English and Spanish, by forms and check digits "
        "of values, and by how rarely codes and names repeat. A column of an unknown name whose values look like "
        "identifiers was dropped."
    )
    yield (
        "FHIR resources were rebuilt from what may stay: numbers, truth values, codes of public vocabularies, years, "
        "states. Ids, identifiers and references became tokens that still find each other."
    )
    yield (
        "DICOM headers follow the basic confidentiality profile of PS3.15, annex E, with patient characteristics kept; "
        + ("pixels were passed on unseen." if treatment.keep_pixels else "no pixels were passed on.")
    )
    yield (
        "Dates were moved by 1 to 365 days, the same for all dates of a person, drawn from the key; where the "
        "person is not known, and in whatever is no whole date, the year was kept."
        if treatment.shift_dates
        else "Dates were cut to the year. Where a file format needs a whole date, the first of January stands for it."
    )
    yield (
        f"Ages over 89 became 90+, and years before {treatment.today.year - 89} were removed. ZIP codes of the USA "
        "kept three digits, and became 000 where they hold 20,000 people or fewer."
    )
    yield f"Free texts: {result.text}."
    if any(look.why.startswith("A word that was removed") for look in result.removals.looks):
        yield "Some words that are also names were left where they are common words; they are in the list above."


def _s(word: str, n: int) -> str:
    return word if n == 1 else f"{word}s"
