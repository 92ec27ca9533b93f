import pytest

from pharmakon.core.errors import UnknownName
from pharmakon.therapy.patients import decade, race_of, race_said, read_patients, unused_columns, vkorc1_of


def test_a_plain_table_is_read(tmp_path):
    table = tmp_path / "patients.csv"
    table.write_text(
        "id,age,height,weight,race,cyp2c9,vkorc1,amiodarone,phenytoin,dose\n"
        "A,67,180,80,White,*2/*1,G/A,yes,0,35\n"
        "B,90+,160,50,Asian,,,,1,\n"
    )
    first, second = read_patients(table)
    assert (first.age, first.vkorc1, first.cyp2c9, first.amiodarone, first.inducer) == (6, "A/G", "*1/*2", True, False)
    assert first.dose == 35
    assert (second.age, second.race, second.vkorc1, second.inducer, second.dose) == (9, "Asian", "", True, None)


def test_the_consortium_names_are_known_and_an_unstable_dose_is_none(tmp_path):
    table = tmp_path / "iwpc.csv"
    table.write_text(
        "PharmGKB Subject ID,Age,Height (cm),Weight (kg),Race,VKORC1 1173 consensus,Therapeutic Dose of Warfarin,"
        "Subject Reached Stable Dose of Warfarin\n"
        "P1,60 - 69,170,70,Black or African American,C/T,40,0.0\n,,,,,,,\n"
    )
    (patient,) = read_patients(table)
    assert (patient.id, patient.age, patient.race, patient.vkorc1, patient.dose) == ("P1", 6, "Black", "A/G", None)


def test_a_needed_column_is_missed(tmp_path):
    table = tmp_path / "patients.csv"
    table.write_text("age,height\n60,180\n")
    with pytest.raises(UnknownName, match="weight"):
        read_patients(table)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(("60 - 69", 6), ("60-70", 6), ("90+", 9), ("90-100", 9), ("18", 1), ("67.5", 6), ("100", 9), ("≥90", 9)),
        *(("103", 10), ("150", 15), ("1957", 195), (">100", 10)),
        *(("", None), ("60+", None), (">60", None), ("<95", None), ("60-79", None), ("-60", None), ("old", None)),
    ],
)
def test_ages_are_decades(text, expected):
    assert decade(text) == expected


def test_vkorc1_is_read_off_a_neighbour_only_where_they_travel_together():
    typed = {"rs2359612": "T/T"}
    assert vkorc1_of(lambda marker: typed.get(marker, ""), "White") == "A/A"
    assert vkorc1_of(lambda marker: typed.get(marker, ""), "Black") == ""
    assert vkorc1_of(lambda marker: {"rs9934438": "C/C"}.get(marker, ""), "Black") == "G/G"
    assert vkorc1_of(lambda marker: {"rs8050894": "G/C"}.get(marker, ""), "Asian") == "A/G"
    assert race_of("Mixed") == "unknown"


@pytest.mark.parametrize(
    ("text", "race", "understood"),
    [
        *(("African American", "Black", True), ("african-american", "Black", True), ("Caucasian", "White", True)),
        *(("Asian Indian", "Asian", True), ("Chinese", "Asian", True), ("White, not Hispanic", "White", True)),
        *(("Hispanic", "unknown", True), ("American Indian", "unknown", True), ("", "unknown", True)),
        *(("White/Black", "unknown", True), ("NA", "unknown", True), ("mixed, Asian", "unknown", True)),
        *(("Martian", "unknown", False), ("non-white", "unknown", False), ("W", "unknown", False)),
    ],
)
def test_races_have_synonyms_and_an_unknown_word_is_not_understood(text, race, understood):
    assert race_said(text) == (race, understood)


def one(tmp_path, head, row):
    table = tmp_path / "patients.csv"
    table.write_text(f"age,height,weight,{head}\n{row}\n")
    (patient,) = read_patients(table)
    return patient


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("67,180,80,maybe", "amiodarone 'maybe' is not understood"),
        ("67,180,80,200 mg", "amiodarone '200 mg' is not understood"),
        ("67,180,>80,1", "weight '>80' is not understood"),
        ("60+,180,80,0", "age '60+' is not understood"),
        ("67,tall,80,0", "height 'tall' is not understood"),
        ("67,180,80,unknown", ""),
        ("67,NA,80,", ""),
    ],
)
def test_what_cannot_be_understood_is_a_problem_and_what_is_blank_is_not(tmp_path, row, problem):
    assert one(tmp_path, "amiodarone", row).problem == problem


def test_an_unknown_race_and_a_dose_with_a_bound_are_noted(tmp_path):
    patient = one(tmp_path, "race,dose", "67,180,80,Martian,>35")
    assert patient.dose is None
    assert ["'Martian'" in note or "'>35'" in note for note in patient.notes] == [True, True]
    assert one(tmp_path, "dose,stable", "67,180,80,35,perhaps").dose is None


def test_columns_may_be_plural_and_those_left_aside_are_named(tmp_path):
    patient = one(tmp_path, "Enzyme_Inducers,Cyp2C9 genotypes,VKORC1 497,colour", "67,180,80,1,*1/*3,T/T,red")
    assert (patient.inducer, patient.cyp2c9) == (True, "*1/*3")
    assert unused_columns(tmp_path / "patients.csv") == ["VKORC1 497"]
