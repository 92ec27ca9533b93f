import csv
import json

import pytest

from pharmakon.core.errors import DataError
from pharmakon.workflows.dose import DoseConfig, run


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "patients.csv"
    lines = ["id,age,height,weight,race,cyp2c9,vkorc1,dose"]
    for i in range(300):
        race, vkorc1 = ("White", "Asian", "Black")[i % 3], ("G/G", "A/G", "A/A")[i // 3 % 3]
        cyp2c9 = ("*1/*1", "*1/*2", "*1/*3", "*2/*2")[i % 4]
        lines.append(f"P{i},{40 + i % 50},{160 + i % 30},{55 + i % 40},{race},{cyp2c9},{vkorc1},{20 + i % 30}")
    path.write_text("\n".join([*lines, "X,,170,70,White,,,"]))
    return path


def test_every_patient_gets_a_dose_or_a_reason(table):
    result = run(DoseConfig(drug="warfarin", patients=table))
    assert len(result.doses) == 301
    assert all(item.low < item.value < item.high for item in result.doses[:300])
    assert "age is missing" in result.doses[300].problem
    assert set(result.judged) == {"pharmacogenetic", "clinical"}
    assert set(result.judged["clinical"]) == {"all", "White", "Asian", "Black"}


def test_the_equation_can_be_refitted(table):
    result = run(DoseConfig(drug="warfarin", patients=table, refit=True, equation="clinical"))
    assert result.judged["refitted"]["all"].mae < result.judged["clinical"]["all"].mae * 1.2
    assert "amiodarone" in result.terms


@pytest.mark.parametrize("name", ["out.csv", "out.json"])
def test_the_table_keeps_the_error_beside_the_dose(table, tmp_path, name):
    run(DoseConfig(drug="warfarin", patients=table, output=tmp_path / name))
    text = (tmp_path / name).read_text()
    row = json.loads(text)["doses"][0] if name.endswith("json") else next(csv.DictReader(text.splitlines()))
    assert row["mean_error_in_race_mg_week"]
    assert row["low_90"]


def test_an_empty_table_is_told(tmp_path):
    (tmp_path / "empty.csv").write_text("age,height,weight\n")
    with pytest.raises(DataError, match="no patients"):
        run(DoseConfig(drug="warfarin", patients=tmp_path / "empty.csv"))


def test_columns_left_aside_are_named(tmp_path):
    (tmp_path / "p.csv").write_text("age,height,weight,VKORC1 497\n60,170,70,T/T\n")
    notes = run(DoseConfig(drug="warfarin", patients=tmp_path / "p.csv")).notes
    assert any("VKORC1 497" in note for note in notes)


def test_a_patient_with_two_rows_is_told_of(table):
    table.write_text(table.read_text() + "\nP1,60,170,70,White,*1/*1,A/G,30")
    assert any("P1: more than one row" in note for note in run(DoseConfig(drug="warfarin", patients=table)).notes)


def test_an_id_that_is_a_formula_is_none_in_the_table(table, tmp_path):
    table.write_text(table.read_text().replace("\nP1,", "\n=P1(),"))
    run(DoseConfig(drug="warfarin", patients=table, output=tmp_path / "out.csv"))
    assert "\n'=P1()," in (tmp_path / "out.csv").read_text()
