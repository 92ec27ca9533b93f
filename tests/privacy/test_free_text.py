from itertools import pairwise

import pytest

from pharmakon.core.errors import UsageError
from pharmakon.privacy.free_text import KEPT, FreeText, joined, label_tables, language_of, with_matches, with_repeats
from pharmakon.privacy.surrogates import Surrogates
from pharmakon.privacy.tagger import Label, shipped_tagger
from pharmakon.privacy.text_rules import matches

KEY = bytes(range(32))
SPANISH = """Datos del paciente.
Nombre: Leopoldo.
Apellidos: Zurbano Quirós.
NHC: 2569870.
Domicilio: Calle Carmen Romero, 23, 1D.
Localidad/ Provincia: Albacete.
CP: 02005.
Fecha de nacimiento: 10/10/1963.
Fecha de Ingreso: 17/06/2016.
Médico: Estefanía Romero Selas NºCol: 28 28 20943.
Informe clínico del paciente: varón de 53 años que ingresa con dolor abdominal.
Remitido por: Dra. Estefanía Romero Selas. Email: eromeroselas@hospital.example.es
"""
ENGLISH = """Patient: Wilhelmina Ockerby
DOB: 03/14/1951  MRN: 4481923
Mrs. Ockerby was admitted on March 2, 2021 to Fairhaven General Hospital.
Call her son Barnaby Ockerby on (555) 010-4477 or write to b.ockerby@mail.example.org.
She lives at 12 Harrowgate Lane, Fairhaven, OH 44077.
Lisinopril 10 mg daily. Parkinson's disease, stable.
"""


@pytest.mark.parametrize(
    ("text", "language"), [(SPANISH, "es"), (ENGLISH, "en"), ("", "en"), ("dolor de la rodilla", "es")]
)
def test_language(text, language):
    assert language_of(text) == language


def test_spanish_note():
    spans = FreeText().spans(SPANISH)
    found = {(s.text, s.kind) for s in spans}
    assert {
        ("Leopoldo", "name"), ("Zurbano Quirós", "name"), ("2569870", "id"), ("Calle Carmen Romero, 23, 1D", "address"),
        ("Albacete", "place"), ("02005", "place"), ("10/10/1963", "date"), ("17/06/2016", "date"),
        ("Estefanía Romero Selas", "name"), ("28 28 20943", "id"), ("53 años", "age"),
        ("eromeroselas@hospital.example.es", "email"),
    } <= found  # fmt: skip
    assert all(SPANISH[s.start : s.end] == s.text for s in spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))


def test_english_note():
    cleaned = FreeText().clean(ENGLISH, "p1", KEY)
    for secret in ("Wilhelmina", "Ockerby", "Barnaby", "4481923", "03/14/1951", "010-4477", "b.ockerby", "Harrowgate"):
        assert secret not in cleaned
    for kept in ("Lisinopril 10 mg daily", "Parkinson's disease", "Patient:", "DOB:"):
        assert kept in cleaned


def test_the_same_person_has_one_other_name_in_every_text():
    other = Surrogates("p1", KEY, "es").name("Estefanía Romero Selas")
    assert FreeText().clean(SPANISH, "p1", KEY).count(other) == 2
    assert (
        FreeText().clean("Médico: Estefanía Romero Selas.\nFecha de Ingreso: 17/06/2016.", "p1", KEY).count(other) == 1
    )


def test_dates_of_a_patient_keep_what_lies_between_them():
    cleaned = FreeText(language="es").clean(SPANISH, "p1", KEY)
    other = Surrogates("p1", KEY, "es")
    assert other.date("10/10/1963") in cleaned and other.date("17/06/2016") in cleaned
    assert "1963" in FreeText(dates="year").clean(SPANISH, "p1", KEY)
    assert "10/10/1963" not in FreeText(dates="year").clean(SPANISH, "p1", KEY)


def test_tags():
    cleaned = FreeText(tags=True).clean(SPANISH, "p1", KEY)
    assert "Nombre: [NAME]." in cleaned and "NHC: [ID]." in cleaned and "[EMAIL]" in cleaned
    assert "varón" in cleaned
    assert "[SEX]" in FreeText(tags=True, keep=()).clean(SPANISH, "p1", KEY)


def test_with_a_key_it_is_what_files_are_cleaned_with():
    keyed = FreeText(dates="year").keyed(KEY)
    assert keyed.clean(SPANISH, "p1") == FreeText(dates="year").clean(SPANISH, "p1", KEY)
    assert (
        "years" in keyed.title
        and "moved" in FreeText().keyed(KEY).title
        and "tags" in FreeText(tags=True).keyed(KEY).title
    )
    assert str(KEY) not in repr(keyed)


def test_a_short_key_is_refused():
    with pytest.raises(UsageError, match="16 or more"):
        FreeText().clean(SPANISH, "p1", b"short")


def test_windows_line_ends_and_nothing_to_find():
    assert FreeText().spans("") == []
    assert FreeText().clean("", "p1", KEY) == ""
    spans = FreeText().spans(SPANISH.replace("\n", "\r\n"))
    assert "Zurbano Quirós" in {s.text for s in spans}


def test_a_name_found_once_is_found_everywhere():
    text = "Dr. Kovalt saw her. Later Kovalt agreed. Kovaltis is a town; kovalt is not."
    found = with_repeats(text, [Label(4, 10, "PERSON")], ["PERSON"])
    assert [text[a:b] for a, b, _ in found] == ["Kovalt", "Kovalt"]
    assert with_repeats("May may. May", [Label(0, 3, "PERSON")], ["PERSON"]) == [Label(0, 3, "PERSON")]


def test_a_sure_pattern_adds_what_the_tagger_missed():
    text = "mail ana@x.example.org"
    sure = matches(text, sure=True)
    kinds = {"EMAIL": "email", "PERSON": "name"}
    assert with_matches([], sure, kinds) == [Label(5, 22, "EMAIL")]
    assert with_matches([Label(5, 8, "PERSON")], sure, kinds) == [Label(5, 22, "EMAIL")]
    assert with_matches([Label(5, 22, "PERSON")], sure, kinds) == [Label(5, 22, "PERSON")]


def test_an_address_over_lines_is_one():
    text = "12 Oak Lane\nBath, BA1\n\nAnn"
    pieces = [Label(0, 11, "ADDRESS"), Label(12, 21, "ADDRESS"), Label(23, 26, "PERSON")]
    assert joined(text, pieces, ["ADDRESS"]) == [Label(0, 21, "ADDRESS"), pieces[2]]


def test_every_label_of_the_taggers_has_a_kind_and_every_kind_a_treatment():
    tables = label_tables()
    for language in ("es", "en"):
        assert set(shipped_tagger(language).labels) <= tables[language].keys()
        assert set(tables[language].values()) <= tables["kinds"].keys()
    for how in set(tables["kinds"].values()) - {"keep", "tag"}:
        assert callable(getattr(Surrogates, how))
    assert not KEPT & {
        "name",
        "date",
        "place",
        "address",
        "zip",
        "phone",
        "email",
        "url",
        "ip",
        "id",
        "account",
        "device",
    }
