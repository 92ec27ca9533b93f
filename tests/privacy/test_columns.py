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
