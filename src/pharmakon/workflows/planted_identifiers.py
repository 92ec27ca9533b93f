"""Made-up patients with identifiers of all 18 classes, in tables, FHIR bundles and DICOM headers.

What was planted is known, and so is what is harmless: a de-identification can be judged by both. Names and places are
ordinary ones put together by chance; numbers have sound check digits where there are any.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from pharmakon.core.random import stream
from pharmakon.privacy.check_digits import dni, iban, vin

GIVEN = (
    "Amelia Bertram Consuelo Dietrich Eulalia Fabian Gwendolyn Horacio Ignacia Jerome Katrin Leopoldo Marisol Norbert"
)
FAMILY = "Abernathy Benavides Castellanos Dombrowski Echeverría Fitzgerald Galdámez Holloway Iturbe Jankowski Lindqvist"
CITY = "Maplewood,Torrelodones,Saint Cloud,Villanueva del Pardillo,Kalamazoo,Benalmádena,Chattanooga,Ponferrada,Yonkers"
STREET = "Chestnut Grove,Old Mill,Whispering Pines,Harbour View,Juniper Hollow,Cobbler Hill"
STATES = ("Ohio", "Texas", "Oregon", "Maine")
CODES = ("I10", "E11.9", "C50.9", "J45.0", "K35.8")
LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
EPOCH = date(1934, 1, 1)

COLUMNS: dict[str, tuple[str, str, str]] = {
    "given": ("first_name", "nombre", "GivenName"),
    "family": ("last_name", "apellidos", "familyName"),
    "address": ("street_address", "direccion", "HomeAddress"),
    "city": ("city", "municipio", "birthPlace"),
    "zip": ("zip", "codigo_postal", "PostalCode"),
    "birth": ("date_of_birth", "fecha_nacimiento", "DOB"),
    "visit": ("admission_date", "fecha_de_ingreso", "lastVisitDate"),
    "age": ("age", "edad", "AgeAtDiagnosis"),
    "phone": ("phone", "telefono", "cellPhone"),
    "fax": ("fax", "numero_fax", "FaxNumber"),
    "email": ("email", "correo_electronico", "eMail"),
    "ssn": ("ssn", "dni", "SocialSecurityNo"),
    "mrn": ("mrn", "nhc", "PatientID"),
    "plan": ("member_id", "poliza", "HealthPlanNo"),
    "account": ("account_number", "cuenta_bancaria", "billingAccount"),
    "licence": ("license_number", "permiso_conducir", "DriverLicenseNo"),
    "vehicle": ("vin", "bastidor", "VehicleID"),
    "device": ("device_serial", "numero_de_serie", "pacemakerSerial"),
    "url": ("url", "pagina_web", "homepageUrl"),
    "ip": ("ip_address", "direccion_ip", "IPAddress"),
    "biometric": ("fingerprint", "huella_dactilar", "voicePrint"),
    "photo": ("photo", "fotografia", "faceImage"),
    "other": ("tattoo_registry", "codigo_registro", "RegistryCode"),
    "note": ("notes", "observaciones", "FreeTextComment"),
}
"""What is planted -> its column in English, in Spanish, and in the words of a program."""
HARMLESS: dict[str, tuple[str, str, str]] = {
    "sex": ("sex", "sexo", "Sex"),
    "state": ("state", "comunidad_autonoma", "StateOfResidence"),
    "diagnosis": ("diagnosis_code", "codigo_diagnostico", "IcdCode"),
    "stage": ("stage", "estadio", "TumorStage"),
    "systolic": ("systolic", "presion_arterial", "SystolicBP"),
    "weight": ("weight", "peso", "BodyWeight"),
    "platelets": ("platelets", "plaquetas", "PlateletCount"),
    "creatinine": ("creatinine", "creatinina", "SerumCreatinine"),
    "arm": ("arm", "brazo", "TreatmentArm"),
    "smoker": ("smoker", "fumador", "CurrentSmoker"),
    "days": ("survival_days", "supervivencia", "FollowUpDays"),
    "event": ("event", "evento", "EventStatus"),
}
STYLES = ("English", "Spanish", "programmer", "meaningless")
CLASS_OF = {
    **{
        key: key for key in COLUMNS if key not in ("given", "family", "address", "city", "zip", "birth", "visit", "age")
    },
    **dict.fromkeys(("given", "family", "note"), "name"),
    **dict.fromkeys(("address", "city", "zip"), "place"),
    **dict.fromkeys(("birth", "visit", "age"), "date"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up patient: what was planted, and what is harmless, as text."""

    planted: dict[str, str]
    harmless: dict[str, str]

    @property
    def told(self) -> dict[str, tuple[str, str]]:
        """What must not be found again: key -> (class of the 18, value). The age is looked for apart."""
        return {key: (CLASS_OF[key], value) for key, value in self.planted.items() if key not in ("age", "note")}


def person(number: int, seed: int) -> Person:
    """The patient of a number; one in eight is over 89."""
    draw = stream(seed, "planted", number)
    pick = _picker(draw)
    given, family, city = (
        pick(GIVEN.split()),
        pick(FAMILY.split()) + f"{_letters(draw, 2).lower()}",
        pick(CITY.split(",")),
    )
    age = int(draw.integers(90, 104)) if number % 8 == 0 else int(draw.integers(19, 89))
    birth = date(2026, 6, 1) - timedelta(days=round(age * 365.25) + int(draw.integers(60, 300)))
    visit = date(2019, 2, 3) + timedelta(days=int(draw.integers(0, 2300)))
    digits = _digits(draw)
    phone = f"({digits(3, first='2')}) {digits(3, first='5')}-{digits(4)}"
    blocks = [_letters(draw, n) for n in (1, 2, 2)]
    planted = {
        "given": given,
        "family": family,
        "address": f"{draw.integers(100, 9999)} {pick(STREET.split(','))} Road",
        "city": city,
        "zip": digits(5, first="9"),
        "birth": (birth if birth.day > 1 else birth + timedelta(days=1)).isoformat(),
        "visit": (visit if visit.day > 1 else visit + timedelta(days=1)).isoformat(),
        "age": str(age),
        "phone": phone,
        "fax": f"+1 {digits(3, first='3')} {digits(3, first='4')} {digits(4)}",
        "email": _plain(f"{given}.{family}{digits(2)}@mail.example"),
        "ssn": _checked(lambda: digits(8) + _letters(draw, 1), dni)
        if number % 2
        else f"{digits(3, first='7')}-{digits(2)}-{digits(4)}",
        "mrn": f"MR{digits(8)}",
        "plan": f"{digits(1, first='4')}{blocks[0]}T{digits(1)}-{blocks[1]}{digits(1)}-{blocks[2]}{digits(2)}",
        "account": _checked(lambda: f"ES{digits(2)} {digits(4)} {digits(4)} {digits(4)} {digits(4)} {digits(4)}", iban),
        "licence": f"D{digits(3)}-{digits(4)}-{digits(4)}",
        "vehicle": _checked(lambda: f"1HG{_letters(draw, 2)}{digits(3)}{digits(1)}{_letters(draw, 2)}{digits(6)}", vin),
        "device": f"SN-{_letters(draw, 3)}{digits(7)}",
        "url": _plain(f"https://www.family-{family}-{digits(4)}.example/about"),
        "ip": f"84.{draw.integers(10, 250)}.{draw.integers(10, 250)}.{draw.integers(10, 250)}",
        "biometric": f"FP:{_letters(draw, 6)}{digits(10)}",
        "photo": f"portrait_{family.lower()}_{digits(5)}.jpg",
        "other": f"REG/{digits(4)}/{_letters(draw, 4)}{digits(3)}",
        "note": f"{given} {family} called from {phone} and lives in {city}.",
    }
    harmless = {
        "sex": pick(("F", "M")),
        "state": pick(STATES),
        "diagnosis": pick(CODES),
        "stage": pick(("I", "II", "III", "IV")),
        "systolic": str(draw.integers(95, 185)),
        "weight": f"{draw.normal(74, 14):.1f}",
        "platelets": str(1000 * draw.integers(120, 450)),
        "creatinine": f"{abs(draw.normal(1, 0.3)):.2f}",
        "arm": pick(("drug", "placebo")),
        "smoker": pick(("never", "former", "current")),
        "days": str(draw.integers(3, 2900)),
        "event": str(draw.integers(0, 2)),
    }
    return Person(planted, harmless)


def headers(style: str) -> dict[str, str]:
    """Key -> name of its column. Meaningless names say nothing, but for the age, which nothing else could show."""
    everything = COLUMNS | HARMLESS
    if style == "meaningless":
        return {key: "age" if key == "age" else f"c{i:02d}" for i, key in enumerate(everything)}
    return {key: names[STYLES.index(style)] for key, names in everything.items()}


def rows(people: Sequence[Person], style: str) -> list[dict[str, str]]:
    """A table of people, a row each."""
    names = headers(style)
    return [{names[key]: value for key, value in (one.planted | one.harmless).items()} for one in people]


def bundle(one: Person) -> dict[str, Any]:
    """A FHIR bundle of one patient."""
    p, h = one.planted, one.harmless
    at, patient = (
        "http://fhir.hospital.example/",
        {"reference": f"Patient/{p['mrn']}", "display": f"{p['given']} {p['family']}"},
    )
    resources: list[dict[str, Any]] = [
        {
            "resourceType": "Patient",
            "id": p["mrn"],
            "text": {"status": "generated", "div": f"<div>{p['note']}</div>"},
            "identifier": [
                _identifier("MR", p["mrn"]),
                _identifier("SS", p["ssn"]),
                _identifier("DL", p["licence"]),
                _identifier("AN", p["account"]),
                {"system": "urn:oid:2.16.840.1.113883.4.999", "value": p["other"]},
                {"system": "http://plates.example/vehicle", "value": p["vehicle"]},
            ],
            "name": [{"family": p["family"], "given": [p["given"]]}],
            "telecom": [{"system": key, "value": p[key]} for key in ("phone", "fax", "email", "url")],
            "birthDate": p["birth"],
            "gender": "female" if h["sex"] == "F" else "male",
            "address": [
                {
                    "line": [p["address"]],
                    "city": p["city"],
                    "state": h["state"],
                    "postalCode": p["zip"],
                    "country": "US",
                }
            ],
            "photo": [{"contentType": "image/jpeg", "title": p["photo"], "url": f"{at}{p['photo']}"}],
            "extension": [{"url": "http://voice.example/print", "valueString": p["biometric"]}],
        },
        {
            "resourceType": "Observation",
            "id": f"o-{p['mrn']}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "30525-0", "display": "Age"}]},
            "subject": patient,
            "effectiveDateTime": f"{p['visit']}T09:30:00+01:00",
            "issued": f"{p['visit']}T10:30:00.000+01:00",
            "valueQuantity": {"value": int(p["age"]), "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"},
            "note": [{"text": p["note"]}],
        },
        {
            "resourceType": "Observation",
            "id": f"w-{p['mrn']}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body Weight"}]},
            "subject": patient,
            "valueQuantity": {
                "value": float(h["weight"]),
                "unit": "kg",
                "system": "http://unitsofmeasure.org",
                "code": "kg",
            },
        },
        {"resourceType": "Device", "id": f"d-{p['mrn']}", "serialNumber": p["device"], "patient": patient},
        {
            "resourceType": "Coverage",
            "id": f"c-{p['mrn']}",
            "status": "active",
            "subscriberId": p["plan"],
            "beneficiary": patient,
        },
        {
            "resourceType": "AuditEvent",
            "id": f"a-{p['mrn']}",
            "recorded": f"{p['visit']}T10:30:00Z",
            "agent": [{"requestor": True, "network": {"address": p["ip"], "type": "2"}}],
        },
    ]
    entries = [{"fullUrl": f"{at}{one['resourceType']}/{one['id']}", "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def write_dicom(one: Person, path: Path) -> None:
    """A DICOM file of one patient, with identifiers in standard and in private attributes and a few pixels."""
    from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
    from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian

    p, h = one.planted, one.harmless
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = CTImageStorage, ExplicitVRLittleEndian
    meta.MediaStorageSOPInstanceUID = UID(f"1.2.3.{int(p['mrn'][2:])}.1")
    file = FileDataset(str(path), Dataset(), file_meta=meta, preamble=p["other"].encode().ljust(128, b"\0"))
    file.SOPClassUID, file.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    file.StudyInstanceUID = f"1.2.3.{int(p['mrn'][2:])}"
    file.PatientName, file.PatientID = f"{p['family']}^{p['given']}", p["mrn"]
    file.PatientBirthDate, file.StudyDate = p["birth"].replace("-", ""), p["visit"].replace("-", "")
    file.PatientAge, file.PatientSex, file.PatientWeight = f"{int(p['age']):03d}Y", h["sex"], h["weight"]
    file.PatientAddress, file.RegionOfResidence = f"{p['address']}, {p['city']} {p['zip']}", p["city"]
    file.PatientTelephoneNumbers, file.PatientTelecomInformation = p["phone"], p["email"]
    file.OtherPatientIDs, file.InsurancePlanIdentification = p["ssn"], p["plan"]
    file.DeviceSerialNumber, file.AccessionNumber = p["device"], p["other"]
    file.PatientComments, file.RetrieveURL = p["note"], p["url"]
    file.AdmissionID, file.Occupation, file.BarcodeValue = p["licence"], p["vehicle"][:16], p["biometric"]
    file.ImageComments = f"{p['photo']} {p['fax']}"
    private = file.private_block(0x0011, "PLANTED", create=True)
    for i, key in enumerate(("ip", "vehicle", "account", "fax", "photo"), start=1):
        private.add_new(i, "LO", p[key])
    file.Modality, file.Rows, file.Columns, file.BitsAllocated = "CT", 2, 2, 8
    file.SamplesPerPixel, file.BitsStored, file.HighBit, file.PixelRepresentation = 1, 8, 7, 0
    file.PhotometricInterpretation, file.PixelData = "MONOCHROME2", b"\0\1\2\3"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file.save_as(path, enforce_file_format=True)


def _identifier(code: str, value: str) -> dict[str, Any]:
    system = "http://terminology.hl7.org/CodeSystem/v2-0203"
    return {
        "type": {"coding": [{"system": system, "code": code}]},
        "system": "http://hospital.example/ids",
        "value": value,
    }


def _picker(draw: np.random.Generator) -> Callable[[Sequence[str]], str]:
    return lambda items: items[int(draw.integers(len(items)))]


def _digits(draw: np.random.Generator) -> Callable[..., str]:
    def made(n: int, *, first: str = "") -> str:
        return (first + "".join(map(str, draw.integers(0, 10, size=n))))[:n]

    return made


def _letters(draw: np.random.Generator, n: int) -> str:
    return "".join(LETTERS[i] for i in draw.integers(0, len(LETTERS), size=n))


def _plain(text: str) -> str:
    return text.lower().encode("ascii", "ignore").decode()


def _checked(make: Callable[[], str], check: Callable[[str], bool]) -> str:
    """Made again until its check digit holds."""
    while not check(made := make()):
        pass
    return made
