import pytest

from pharmakon.core.errors import UnknownName
from pharmakon.therapy.patients import decade, race_of, read_patients, vkorc1_of


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


@pytest.mark.parametrize(("text", "expected"), [("60 - 69", 6), ("90+", 9), ("18", 1), ("103", 9), ("", None)])
def test_ages_are_decades(text, expected):
    assert decade(text) == expected


def test_vkorc1_is_read_off_a_neighbour_only_where_they_travel_together():
    typed = {"rs2359612": "T/T"}
    assert vkorc1_of(lambda marker: typed.get(marker, ""), "White") == "A/A"
    assert vkorc1_of(lambda marker: typed.get(marker, ""), "Black") == ""
    assert vkorc1_of(lambda marker: {"rs9934438": "C/C"}.get(marker, ""), "Black") == "G/G"
    assert vkorc1_of(lambda marker: {"rs8050894": "G/C"}.get(marker, ""), "Asian") == "A/G"
    assert race_of("Mixed") == "unknown"
