import json
from datetime import date
from importlib.resources import files

import pytest

from pharmakon.core.errors import ConfigError, DataError, UnknownName, UsageError
from pharmakon.privacy.pseudonym import VARIABLE
from pharmakon.record.ledger import verify
from pharmakon.workflows import deidentify as workflow
from pharmakon.workflows.deidentify import DeidentifyConfig, run
from pharmakon.workflows.planted_identifiers import bundle, person, write_dicom

CSV = """mrn,nombre,date_of_birth,admission_date,sex,glucose,notes
MR100001,Ana García,1951-02-03,2020-03-14,F,5.1,Ana was well
MR100002,Eva Ruiz,1931-02-03,2020-03-20,F,6.2,
"""


@pytest.fixture(autouse=True)
def _no_key_of_the_environment(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "patients.csv").write_text(CSV, encoding="utf-8")
    return folder


def cleaned(source, *, output="out", **options):
    return run(DeidentifyConfig(inputs=(source,), output=source.parent / output, today=date(2026, 7, 1), **options))


def everything(folder):
    return "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())


def test_nothing_that_identifies_is_in_any_file_of_the_run(source):
    made = cleaned(source)
    text = everything(made.folder)
    for value in ("MR100001", "García", "Ruiz", "1951-02-03", "2020-03-14", "Ana was well"):
        assert value not in text
    assert (made.folder / "data" / "patients.csv").read_text().splitlines()[0] == (
        "mrn,date_of_birth,admission_date,sex,glucose"
    )
    assert verify(made.folder).ok
    assert verify(made.folder).closed
    assert "no actual knowledge" in (made.folder / "report.html").read_text()
    assert json.loads((made.folder / "result.json").read_text())["identifiers"][0]["values"] == 2


def test_the_key_is_made_beside_the_results_and_is_in_none_of_them(source):
    made = cleaned(source)
    key = source.parent / "out.key"
    assert made.key == key
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text().strip() not in everything(made.folder)
    assert str(key) not in everything(made.folder)


def test_a_person_has_one_token_in_tables_bundles_images_and_calls(source):
    one = person(5, 0)
    (source / "patients.csv").write_text(f"mrn,glucose\n{one.planted['mrn']},5.1\n")
    (source / "a.json").write_text(json.dumps(bundle(one)))
    write_dicom(one, source / "b.dcm")
    made = cleaned(source)
    key = source.parent / "out.key"
    tokens = set()
    for path in (made.folder / "data").iterdir():
        if path.suffix == ".csv":
            tokens.add(path.read_text().splitlines()[1].split(",")[0])
        elif path.suffix == ".json":
            tokens.add(json.loads(path.read_bytes())["entry"][0]["resource"]["id"])
        else:
            import pydicom

            tokens.add(pydicom.dcmread(path).PatientID)
    assert len(tokens) == 1
    again = cleaned(source, output="again", key=key)
    assert tokens.pop() in (again.folder / "data" / "patients.csv").read_text()
    other = cleaned(source, output="other")
    assert (other.folder / "data" / "patients.csv").read_text() != (again.folder / "data" / "patients.csv").read_text()


def test_names_of_files_do_not_identify(source):
    (source / "patients.csv").rename(source / "ana_garcía.csv")
    made = cleaned(source)
    names = [path.name for path in (made.folder / "data").iterdir()]
    assert names[0].startswith("table-")
    assert "garc" not in everything(made.folder).casefold()


def test_shifted_dates_are_labelled_as_what_they_are(source):
    made = cleaned(source, shift_dates=True)
    assert not made.safe_harbor
    said = json.loads((made.folder / "result.json").read_text())
    assert said["safe_harbor_method"] is False
    assert said["label"].startswith("NOT Safe Harbor")
    assert "NOT Safe Harbor" in (made.folder / "report.html").read_text()
    assert "2020-03-14" not in everything(made.folder)


def test_a_leftover_is_an_error_that_names_the_place_and_leaves_nothing(source):
    declared = source.parent / "columns.toml"
    declared.write_text('[columns]\nnotes = "keep"\n')
    (source / "patients.csv").write_text(
        CSV.replace("Ana was well", "call Ana García on 617-555-0192"), encoding="utf-8"
    )
    with pytest.raises(DataError, match=r"patients.csv, notes: .*telephone") as error:
        cleaned(source, columns=declared)
    assert "617" not in str(error.value)
    assert "García" not in str(error.value)
    assert not (source.parent / "out").exists()


def test_a_rule_that_fails_is_caught_by_the_search(source, monkeypatch):
    from pharmakon.privacy import tables

    def broken(column, *rest, **options):
        return ("Ana García", "removed") if column.name == "sex" else real(column, *rest, **options)

    real = tables._one
    monkeypatch.setattr(tables, "_one", broken)
    (source.parent / "columns.toml").write_text('[columns]\nsex = "pseudonymise"\n')
    with pytest.raises(DataError, match="sex: a removed name"):
        cleaned(source, columns=source.parent / "columns.toml")


def test_columns_can_be_declared(source):
    declared = source.parent / "columns.toml"
    declared.write_text('[columns]\nglucose = "drop"\n')
    made = cleaned(source, columns=declared)
    assert "glucose" not in (made.folder / "data" / "patients.csv").read_text()
    declared.write_text('[columns]\nglucos = "drop"\n')
    with pytest.raises(UnknownName, match="glucose"):
        cleaned(source, output="b", columns=declared)
    declared.write_text('[columns]\nglucose = "hide"\n')
    with pytest.raises(ConfigError, match="pseudonymise"):
        cleaned(source, output="c", columns=declared)


def test_texts_go_through_a_tagger_where_there_is_one(source):
    class Reader:
        title = "names tagged"

        def clean(self, text, patient):
            return text.replace("Ana", "[NAME]")

    config = DeidentifyConfig(inputs=(source,), output=source.parent / "out", today=date(2026, 7, 1))
    made = run(config, text=Reader())
    assert "[NAME] was well" in (made.folder / "data" / "patients.csv").read_text()
    assert "names tagged" in (made.folder / "report.html").read_text()


def test_the_shipped_tagger_tags_what_it_finds(source):
    if not files("pharmakon").joinpath("models", "deidentify", "card.json").is_file():
        pytest.skip("the tagger's weights are not here")
    text = CSV.replace("Ana was well", '"Dr. Mary Johnson saw him on 03/14/2020, call 617-555-0192"')
    (source / "patients.csv").write_text(text, encoding="utf-8")
    made = cleaned(source, texts="tag")
    table = (made.folder / "data" / "patients.csv").read_text()
    assert "[" in table
    assert "617-555-0192" not in table
    assert any("read a sample" in look.why for look in made.removals.looks)


NOTE = (
    "The patient was seen for follow-up of hypertension and of diabetes, both stable on the present treatment. "
    "Platelets 250000, creatinine 95. Signed Dr. Mary Johnson, 617-555-0192.\n"
)


def test_a_note_is_kept_with_tags_or_refused(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mary_johnson.txt").write_text(NOTE)
    with pytest.raises(DataError, match="--texts tag"):
        cleaned(tmp_path / "in", output="a")
    made = cleaned(tmp_path / "in", output="b", texts="tag")
    [note] = (made.folder / "data").iterdir()
    assert note.name.startswith("note-") and note.suffix == ".txt"
    text = note.read_text()
    assert text.startswith("The patient was seen for follow-up of hypertension and of diabetes")
    assert "Johnson" not in text and "0192" not in text
    page = (made.folder / "report.html").read_text(encoding="utf-8")
    assert "Without identifiers, but for texts to be read" in page
    assert "1 text stayed in the data" in page


def test_a_name_that_the_tagger_leaves_a_second_time_is_a_leftover(tmp_path):
    class Once:
        title = "the first name tagged"

        def clean(self, text, patient):
            return text.replace("Mary Johnson", "[NAME]", 1)

    (tmp_path / "note.txt").write_text("Mary Johnson is well. She signs as Mary Johnson every day.\n")
    config = DeidentifyConfig(inputs=(tmp_path / "note.txt",), output=tmp_path / "out", today=date(2026, 7, 1))
    with pytest.raises(DataError, match="a removed name or word"):
        run(config, text=Once())
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_cleaned_is_refused_and_said(source):
    (source / "face.jpg").write_bytes(b"x")
    (source / "voice.wav").write_bytes(b"x")
    (source / "letter.docx").write_bytes(b"x")
    (source / "broken.json").write_text("{")
    (source / "other.json").write_text('{"a": 1}')
    (source / "broken.dcm").write_bytes(b"x" * 200)
    made = cleaned(source)
    assert {kind for kind, _ in made.refused} == {".jpg", ".wav", ".docx", ".json", ".dcm"}
    assert len(made.files) == 1
    (source / "patients.csv").unlink()
    with pytest.raises(DataError, match="nothing could be de-identified"):
        cleaned(source, output="b")
    assert not (source.parent / "b").exists()


def test_input_and_output_do_not_lie_in_each_other(source):
    with pytest.raises(UsageError, match="lie in each other"):
        cleaned(source, output="in/out")
    with pytest.raises(UsageError, match="output folder"):
        cleaned(source, key=source.parent / "out" / "key")
    with pytest.raises(UsageError, match="no file or folder"):
        run(DeidentifyConfig(inputs=(source / "none",), output=source.parent / "out"))


def test_a_leftover_in_the_report_itself_is_an_error(source):
    (source / "patients.csv").write_text("mrn,García\nMR100001,1.5\nMR100002,2.5\n", encoding="utf-8")
    assert "García" in (cleaned(source).folder / "data" / "patients.csv").read_text()  # a header is not a value
    assert workflow.SHOWN > 0
