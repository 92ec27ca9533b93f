"""DICOM headers without identifiers, by the basic confidentiality profile of PS3.15 (dicom.toml has the attributes).

Names and texts go, UIDs are mapped by the key so that a series stays a series, private attributes go. What is burnt
into pixels cannot be seen here: such images are flagged, and no pixels are passed on unless that is asked for.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from .dates import holds_date
from .patterns import find_patterns
from .removals import Removals
from .safe_harbor import OLDEST, table
from .treatment import Treatment

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset, FileDataset

TEXTS = frozenset(("AE", "LO", "LT", "SH", "ST", "UC", "UR", "UT"))
DATES = frozenset(("DA", "DT", "TM"))
BINARY = frozenset(("OB", "OD", "OF", "OL", "OV", "OW"))
STANDARD = "1.2.840.10008."
SHORT = 16
"""Characters of a short string."""
PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
METHOD = ("pharmakon, PS3.15 basic profile", "patient characteristics kept")
"""Of at most 64 characters each, as the VR asks."""
CODES = (("113100", "Basic Application Confidentiality Profile"), ("113108", "Retain Patient Characteristics Option"))
MODIFIED = ("113107", "Retain Longitudinal Temporal Information Modified Dates Option")
META = ("MediaStorageSOPClassUID", "TransferSyntaxUID", "FileMetaInformationVersion")
UNSEEN = "Nobody has looked at the pixels"


def clean_dicom(dataset: FileDataset, treatment: Treatment, removals: Removals) -> FileDataset:
    """The same file without identifiers, changed in place."""
    from pydicom.dataset import Dataset, FileMetaDataset

    person = str(dataset.get("PatientID", "") or "")
    _pixels(dataset, treatment, removals)
    _clean(dataset, person, treatment, removals, "")
    dataset.PatientIdentityRemoved = "YES"
    dates = "dates shifted" if treatment.shift_dates and person else "dates as years"
    dataset.DeidentificationMethod = [*METHOD, dates]
    dataset.DeidentificationMethodCodeSequence = [
        _coded(Dataset(), value, meaning) for value, meaning in (*CODES, MODIFIED)
    ]
    dataset.LongitudinalTemporalInformationModified = "MODIFIED"
    meta = FileMetaDataset()
    for name in META:
        if (value := dataset.file_meta.get(name)) is not None:
            setattr(meta, name, value)
    if "SOPInstanceUID" in dataset:
        meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta = meta
    dataset.preamble = b"\0" * 128  # in it there may be a second header, of a TIFF file
    return dataset


def _clean(dataset: Dataset, person: str, treatment: Treatment, removals: Removals, path: str) -> None:
    for element in list(dataset):
        keyword = element.keyword
        where = f"{path}{keyword or str(element.tag)}"
        if element.tag.is_private or element.tag.group in (0x5000, 0x6000) or _repeating(element.tag.group):
            _drop(dataset, element, "other", removals, where)
        elif keyword in PIXELS:
            continue
        elif element.VR == "SQ":
            if keyword in _listed("remove"):
                _drop(dataset, element, identifier_of(keyword), removals, where)
                continue
            for item in element.value or []:
                _clean(item, person, treatment, removals, f"{where}.")
            element.value = [item for item in element.value or [] if len(item) and not _local(item)]
        else:
            _value(dataset, element, keyword, person, treatment, removals, where)


def _value(  # noqa: PLR0917  private, called once
    dataset: Dataset,
    element: DataElement,
    keyword: str,
    person: str,
    treatment: Treatment,
    removals: Removals,
    where: str,
) -> None:
    held = _texts(element)
    if keyword in _listed("token"):
        if any(held):
            token = treatment.pseudonyms.token(held[0])
            element.value = token[:SHORT] if element.VR == "SH" else token
            _took(removals, where, keyword, "pseudonym", held)
    elif keyword in _listed("empty"):
        _took(removals, where, keyword, "removed", held)
        element.value = ""
    elif element.VR == "UI":
        new = [uid if uid.startswith(STANDARD) or not uid else treatment.pseudonyms.uid(uid) for uid in held]
        _took(removals, where, keyword, "pseudonym", [uid for uid in held if not uid.startswith(STANDARD)])
        element.value = new if len(new) > 1 else (new[0] if new else "")
    elif element.VR in DATES:
        element.value = [_date(text, element.VR, person, treatment) for text in held] if any(held) else ""
        _took(removals, where, keyword, "date shifted" if treatment.shift_dates and person else "year only", held)
    elif element.VR == "AS":
        years = held[0].endswith("Y") and held[0][:-1].isdigit() if held else False
        if years and int(held[0][:-1]) > OLDEST:
            element.value = "090Y"
            _took(removals, where, keyword, "90 or over", held)
    elif (
        keyword in _listed("remove")
        or element.VR in ("PN", "UN")
        or (element.VR in TEXTS and (keyword not in _listed("texts") or any(map(_telling, held))))
        or (element.VR in BINARY and keyword not in _listed("binary"))
    ):
        _drop(dataset, element, identifier_of(keyword), removals, where)


def _date(text: str, vr: str, person: str, treatment: Treatment) -> str:
    """A date or time that is still one: of a year its first day, of a time midnight unless dates are shifted."""
    if not text:
        return ""
    if vr == "TM":
        return text if treatment.shift_dates and person else "000000"
    day, rest = text[:8], text[8:]
    new, done = treatment.date(day, person)
    if done == "date shifted":
        return new + rest
    return (f"{new}0101" if vr == "DA" else new) if new else ""


def _pixels(dataset: FileDataset, treatment: Treatment, removals: Removals) -> None:
    """Pixels go unless they are asked for, and whatever is asked for, where a name is known to be in them."""
    facts = table("dicom")
    modality = str(dataset.get("Modality", "") or "").upper()
    burned = str(dataset.get("BurnedInAnnotation", "") or "").upper()
    body = str(dataset.get("BodyPartExamined", "") or "").upper()
    kinds = [str(kind).upper() for kind in dataset.get("ImageType", None) or []]
    here = [name for name in PIXELS if name in dataset]
    risky = modality in facts["burned_modalities"] or "SECONDARY" in kinds
    never = burned == "YES" or modality in facts["photographs"]
    if not here:
        return
    if never or not treatment.keep_pixels:
        for name in here:
            del dataset[name]
        identifier = "photo" if modality in facts["photographs"] else "other"
        removals.took("PixelData", identifier, "removed")
    if burned == "YES":
        removals.look("PixelData", "The header says that there is text burnt into the pixels: they were removed.")
    elif never:
        removals.look("PixelData", f"A photograph of a person ({modality}): its pixels were removed.")
    elif treatment.keep_pixels:
        why = f"images of this kind ({modality or 'unknown'}) often have names burnt in" if risky else "they were kept"
        removals.look("PixelData", f"{UNSEEN}, and {why}.")
        if any(part in body for part in facts["heads"]):
            removals.look("PixelData", "From slices of a head a face can be drawn: deface them first.")


def identifier_of(keyword: str) -> str:
    """Which of the 18 an attribute is, by its keyword."""
    return next((key for word, key in table("dicom")["classes"].items() if word in keyword), "other")


def _drop(dataset: Dataset, element: DataElement, identifier: str, removals: Removals, where: str) -> None:
    for text in _under(element):
        removals.took(where, identifier, "removed", text)
    del dataset[element.tag]


def _under(element: DataElement) -> list[str]:
    if element.VR == "SQ":
        return [text for item in element.value or [] for inner in item for text in _under(inner)] or [""]
    return _texts(element) or [""]


def _took(removals: Removals, where: str, keyword: str, done: str, held: list[str]) -> None:
    for text in filter(None, held):
        removals.took(where, identifier_of(keyword), done, text)


def _texts(element: DataElement) -> list[str]:
    """The values of an element as text; none for binary ones."""
    value: Any = element.value
    if value is None or isinstance(value, (bytes, bytearray)):
        return []
    several = isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue"
    return [str(one).strip() for one in (value if several else [value])]


def _telling(text: str) -> bool:
    """Whether a text that may stay looks like an identifier all the same."""
    return bool(find_patterns(text)) or holds_date(text)


def _local(item: Dataset) -> bool:
    """Whether an item is a code of a private scheme (PS3.3, 8.2: its designator begins with 99)."""
    return str(item.get("CodingSchemeDesignator", "") or "").startswith("99")


def _repeating(group: int) -> bool:
    return 0x5000 <= group <= 0x50FF or 0x6000 <= group <= 0x60FF


def _coded(item: Dataset, value: str, meaning: str) -> Dataset:
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", table("dicom")[name]))
