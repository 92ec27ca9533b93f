import csv
import gzip
import json
from datetime import date

import pytest

from pharmakon.privacy.pseudonym import Pseudonyms
from pharmakon.privacy.treatment import Treatment
from pharmakon.workflows.deidentify_files import (
    DICOM,
    FHIR,
    H5AD,
    LINES,
    PARQUET,
    TABLE,
    Refused,
    clean_file,
    leaves_of,
)
from pharmakon.workflows.planted_identifiers import person, rows, write_dicom

PEOPLE = [person(i, 1) for i in range(30)]


def made(path, declared=None, **options):
    folder = path.parent / "data"
    folder.mkdir(exist_ok=True)
    treatment = Treatment(Pseudonyms(b"k" * 32), date(2026, 7, 1), **options)
    found = clean_file(path, folder, treatment, declared or {}, taken=set())
    return found, folder / found.name


def test_a_table_keeps_its_delimiter_order_and_quotes(tmp_path):
    path = tmp_path / "labs.tsv"
    path.write_text('sex\tmrn\tglucose\tarm\nF\tMR100001\t5.1\t"a\tb"\nM\tMR100002\t6.2\t"c ""d"""\n')
    found, out = made(path)
    with out.open(newline="") as stream:
        first, *rest = csv.reader(stream, delimiter="\t")
    assert first == ["sex", "mrn", "glucose", "arm"]
    assert [row[3] for row in rest] == ["a\tb", 'c "d"']
    assert (found.kind, found.records, found.name) == (TABLE, 2, "labs.csv")


def test_compressed_tables_are_read(tmp_path):
    path = tmp_path / "labs.csv.gz"
    path.write_bytes(gzip.compress(b"sex,mrn\nF,MR100001\n"))
    assert made(path)[1].name == "labs.csv"


def test_parquet_keeps_types(tmp_path):
    import duckdb

    from pharmakon.store.writers import write_parquet

    path = tmp_path / "labs.parquet"
    table = rows(PEOPLE, "English")
    write_parquet(path, list(table[0]), table, types={"weight": "DOUBLE", "event": "INTEGER", "admission_date": "DATE"})
    found, out = made(path)
    table = duckdb.read_parquet(str(out))
    types = dict(zip(table.columns, map(str, table.types), strict=True))
    assert (types["weight"], types["event"]) == ("DOUBLE", "INTEGER")
    years = {row[0] for row in table.project("admission_date").fetchall()}
    assert all(len(str(year)) == 4 for year in years)
    assert "first_name" not in types
    assert (found.kind, found.records) == (PARQUET, 30)


def test_nested_columns_of_parquet_go(tmp_path):
    import duckdb

    path = tmp_path / "nested.parquet"
    duckdb.sql(f"COPY (SELECT 'F' AS sex, ['Ana', 'Eva'] AS who, 'x'::BLOB AS raw) TO '{path}' (FORMAT parquet)")
    found, out = made(path)
    assert [leaf.text for leaf in leaves_of(out, PARQUET)] == ["sex", "F"]
    assert sum("nobody can tell" in look.why for look in found.removals.looks) == 2


def test_h5ad_keeps_the_matrix_and_loses_who_it_is_of(tmp_path):
    import anndata
    import numpy as np
    import pandas as pd

    path = tmp_path / "cells.h5ad"
    obs = pd.DataFrame(rows(PEOPLE, "English"), index=[one.planted["mrn"] for one in PEOPLE])
    obs["score"] = np.arange(30) / 7
    obs["sex"] = obs["sex"].astype("category")
    whole = anndata.AnnData(np.arange(60, dtype=np.float32).reshape(30, 2), obs=obs, uns={"doctor": "Ana García"})
    whole.obsm["X_pca"] = np.ones((30, 2))
    whole.write_h5ad(path)
    found, out = made(path)
    data = anndata.read_h5ad(out)
    assert np.array_equal(data.X, whole.X)
    assert data.obs["score"].tolist() == obs["score"].tolist()
    assert data.obs["sex"].tolist() == obs["sex"].tolist()
    assert "first_name" not in data.obs
    assert not data.uns
    assert data.obsm["X_pca"].shape == (30, 2)
    assert data.obs_names[0] == Pseudonyms(b"k" * 32).token(PEOPLE[0].planted["mrn"])
    assert found.kind == H5AD
    content = out.read_bytes()
    assert not any(value.encode() in content for one in PEOPLE for _, value in one.told.values())


def test_lines_of_fhir(tmp_path):
    path = tmp_path / "patients.ndjson"
    path.write_text(
        "".join(json.dumps({"resourceType": "Patient", "id": f"p{i}", "gender": "female"}) + "\n" for i in range(3))
    )
    found, out = made(path)
    assert (found.kind, found.records) == (LINES, 3)
    assert len(out.read_text().splitlines()) == 3
    assert {leaf.text for leaf in leaves_of(out, LINES)} >= {"Patient", "female"}


def test_dicom_is_known_by_its_bytes(tmp_path):
    import pydicom

    path = tmp_path / "IM0001"
    write_dicom(PEOPLE[0], path)
    found, out = made(path)
    assert found.kind == DICOM
    assert out.name.startswith("image-")
    assert "PixelData" not in pydicom.dcmread(out)
    assert not any(value.encode() in out.read_bytes() for _, value in PEOPLE[0].told.values())
    assert any(leaf.where == "PatientSex" for leaf in leaves_of(out, DICOM))


@pytest.mark.parametrize("name", ["face.png", "voice.mp3", "genome.vcf", "letter.pdf", "nothing"])
def test_other_files_are_refused_without_their_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"x" * 300)
    with pytest.raises(Refused) as error:
        made(path)
    assert name not in str(error.value)


def test_the_words_of_public_lists_are_marked(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"resourceType": "Patient", "address": [{"state": "OR"}], "note": "OR"}))
    public = {leaf.where: leaf.public for leaf in leaves_of(path, FHIR)}
    assert public == {"Patient.resourceType": True, "Patient.address.state": True, "Patient.note": False}


def test_a_file_named_after_a_person_is_not_called_so(tmp_path):
    for name in ("Ana_Vidal.csv", "Quintanilla.csv", "garcia.csv"):
        path = tmp_path / name
        path.write_text("sex,glucose\nF,5.1\n")
        assert made(path)[0].name.startswith("table-")
    for name in ("TCGA_clinical.csv", "Clinical_Data.csv", "CSV_English.csv", "labs.csv"):
        path = tmp_path / name
        path.write_text("sex,glucose\nF,5.1\n")
        assert made(path)[0].name == name


def test_a_table_without_a_header_or_with_cells_that_slipped_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Zacarias,Quintanilla,64\nAna,Vidal,63\n")
    with pytest.raises(Refused, match="header"):
        made(path)
    path.write_text("mrn,glucose\nMR100001,5.1\nMR100002,Quintanilla,5.2\n")
    with pytest.raises(Refused, match="row 2") as caught:
        made(path)
    assert "Quintanilla" not in str(caught.value)


def test_formulae_do_not_leave(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("arm,stage,=t()\n=1+1,@x,2\n-2.5,I,3\n")
    assert made(path, declared=dict.fromkeys(("arm", "stage", "=t()"), "keep"))[1].read_text().splitlines() == [
        "arm,stage,'=t()",
        "'=1+1,'@x,2",
        "-2.5,I,3",
    ]
