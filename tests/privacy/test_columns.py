import pytest

from pharmakon.privacy.columns import ACTIONS, by_name, recognise
from pharmakon.privacy.safe_harbor import identifiers, table


def test_the_table_of_names_is_whole():
    for kind, facts in table("columns").items():
        assert facts["action"] in ACTIONS, kind
        assert facts["identifier"] in {"", *identifiers()}, kind


@pytest.mark.parametrize(
    ("name", "action", "identifier"),
    [
        *(
            ("MRN", "pseudonymise", "mrn"),
            ("patientId", "pseudonymise", "mrn"),
            ("Nº de Historia", "pseudonymise", "mrn"),
        ),
        *(("sample_id", "pseudonymise", "other"), ("First Name", "drop", "name"), ("APELLIDOS", "drop", "name")),
        *(("fecha_nacimiento", "date", "date"), ("DateOfBirth", "date", "date"), ("edad", "age", "date")),
        *(("zipcode", "zip", "place"), ("codigo_postal", "drop", "place"), ("Municipio", "drop", "place")),
        *(
            ("teléfono_2", "drop", "phone"),
            ("E-mail", "drop", "email"),
            ("DNI", "drop", "ssn"),
            ("faxNumber", "drop", "fax"),
        ),
        *(("license_plate", "drop", "vehicle"), ("driver_license", "drop", "licence"), ("IPAddress", "drop", "ip")),
        *(("member_id", "drop", "plan"), ("numero de cuenta", "drop", "account"), ("Device Serial", "drop", "device")),
        *(
            ("drug_name", "keep", ""),
            ("gene_name", "keep", ""),
            ("estado_civil", "keep", ""),
            ("birth_weight", "keep", ""),
        ),
        *(
            ("observaciones", "text", "other"),
            ("state", "keep", ""),
            ("cell_type", "keep", ""),
            ("age_group", "age", "date"),
        ),
    ],
)
def test_names_in_english_and_spanish(name, action, identifier):
    found = by_name(name)
    assert found is not None
    assert found[:2] == (action, identifier)


def test_a_declaration_wins():
    assert recognise("phone", ["617-555-0192"], declared="keep").action == "keep"
    assert recognise("x", ["a"], declared="pseudonymise").action == "pseudonymise"


@pytest.mark.parametrize(
    ("values", "action"),
    [
        ([f"a{i}@b.example" for i in range(30)], "drop"),
        (["fine"] * 29 + ["call 617-555-0192"], "text"),
        ([f"2019-03-{i:02d}" for i in range(1, 29)], "date"),
        ([f"AX-{9000 + 7 * i}" for i in range(30)], "drop"),
        ([str(91_000_003 + 7919 * i) for i in range(30)], "drop"),
        ([str(i) for i in range(1, 41)], "drop"),
        ([f"{1000 * (100 + 3 * i)}" for i in range(40)], "keep"),
        ([f"{60 + i * 0.37:.2f}" for i in range(40)], "keep"),
        (["A", "B"] * 20, "keep"),
        (["I10", "E11.9", "C50.9"] * 10, "keep"),
        ([f"{a}{b}" for a in ("Ana", "Luz", "Eva", "Sol", "Mar") for b in ("belén", "tura", "rosa")] * 1, "drop"),
        (["Maplewood", "Yonkers", "Kalamazoo", "Chattanooga", "Albany", "Buffalo"] * 20, "drop"),
        (["He was seen at home and felt better", "She was seen in the clinic and felt worse"] * 2, "text"),
        ([], "keep"),
    ],
)
def test_an_unknown_column_is_judged_by_its_content(values, action):
    assert recognise("c17", values).action == action


def test_a_harmless_name_does_not_hide_an_identifier():
    assert recognise("diagnosis", [f"a{i}@b.example" for i in range(9)]).action == "drop"
    assert recognise("glucose", [str(91_000_003 + 7919 * i) for i in range(30)]).action == "keep"


def test_postal_codes_of_other_countries_go():
    assert recognise("zip", ["02138", "10001"]).action == "zip"
    assert recognise("zip", ["2138.0", "10001.0"]).action == "zip"
    assert recognise("zip", ["SW1A 1AA", "10001"]).action == "drop"


def test_a_name_that_identifies_is_not_shown():
    column = recognise("ana@b.example", ["1", "2"], position=3)
    assert column.action == "drop"
    assert column.shown == "column 4"


@pytest.mark.parametrize("values", [["2021-03", "2021-04"], ["Mar 2021"], ["2021Q1", "2021-Q3"], ["2021-W14"]])
@pytest.mark.parametrize("name", ["visit_month", "c17"])
def test_months_quarters_and_weeks_are_dates_too(name, values):
    assert recognise(name, values * 5).action == "date"


def test_ages_in_other_units_go_where_one_is_over_89_years():
    assert recognise("age_months", ["12", "1079"]).action == "keep"
    assert recognise("age_months", ["12", "1080"]).action == "drop"
    assert recognise("age_in_days", ["33000"]).action == "drop"


def test_a_header_that_is_a_name_over_what_identifies_is_not_shown():
    assert recognise("Ana Vidal", ["Rosa", "Luis", "John"], position=1).shown == "column 2"
    assert recognise("White", ["0", "1", "1"]).shown == "White"


@pytest.mark.parametrize(
    ("name", "values", "action"),
    [
        ("age_at_relapse", ["97", "61"], "age"),
        ("age_at_initial_pathologic_diagnosis", ["97", "61"], "age"),
        ("zip_at_diagnosis", ["05901", "02138"], "zip"),
        ("county_at_diagnosis", ["Kalawao", "Loving"] * 30, "drop"),
        ("treatment_hospital", ["Johns Hopkins", "Mayo"] * 30, "drop"),
        ("procedure_doctor", ["Dr. Garcia", "Dr. Smith"] * 30, "drop"),
        ("RecordNo", [str(1000 + 7 * i) for i in range(60)], "pseudonymise"),
        ("hosp_no", [str(1000 + 7 * i) for i in range(60)], "pseudonymise"),
        ("trial_no", [str(1001 + 7 * i) for i in range(60)], "drop"),
        ("born", ["1930", "1960"], "date"),
        ("ageatdx", ["97", "61"], "age"),
        ("RIDAGEYR", ["97", "61"], "age"),
        ("ptzip", ["05901", "02138"], "zip"),
        ("seen_by", ["Dr. Smith", "Dr. Jones"] * 30, "drop"),
        ("c17", ["Dr. Smith", "dra Jones"] * 30, "drop"),
        ("patient_age_at_relapse", ["97", "61"], "age"),
        ("patient_number_arm", [str(1001 + 7 * i) for i in range(60)], "pseudonymise"),
        ("subject_id_cohort", [f"S{9000 + 7 * i}" for i in range(60)], "pseudonymise"),
        ("subject_id_arm", [str(1001 + 7 * i) for i in range(60)], "pseudonymise"),
        # and what is of use is not lost
        ("hospital_length_of_stay", [str(i % 30) for i in range(60)], "keep"),
        ("neutrophils_at_admission", ["5.10", "5.75", "12.0"] * 20, "keep"),
        ("relapse_admission", ["43831.5", "43832.25"] * 20, "date"),
        ("cell_line_name", ["A549", "MCF7", "HL60"] * 30, "keep"),
        ("drug_id", ["D1", "D2"] * 30, "keep"),
        ("drug_id", [f"D{9000 + 7 * i}" for i in range(60)], "drop"),
        ("sex_at_birth", ["female", "male"] * 30, "keep"),
        ("total_marker", [str(1000 + 7 * i) for i in range(60)], "keep"),
        ("patient_response", ["CR", "PR", "SD"] * 20, "keep"),
        ("gene_id", [str(1001 + 7 * i) for i in range(60)], "keep"),
        ("patient_hemoglobin", ["12.1", "9.7", "13.4"] * 20, "keep"),
        ("drive_score", ["1", "2"] * 30, "keep"),
    ],
)
def test_harmless_words_clear_what_lies_within_them_and_nothing_beside_them(name, values, action):
    assert recognise(name, values).action == action
