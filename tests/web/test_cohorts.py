"""Cohorts among a project's files: the tables that a declaration names, and what may be looked at of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pharmakon.core.errors import Denied, UsageError
from pharmakon.web.cohorts import checked, columns, declared, declared_cohorts, keep_declaration, laid_out

TOML = """name = "Forty"
context_of_use = "response"
clinical.file = "patients.csv"
outcome = {kind = "binary", column = "response", positive = "yes"}
blocks = [{name = "proteins", file = "proteins.csv"}]
"""
PATIENTS = "sample,response\n" + "".join(f"S{i},{'yes' if (i * 7) % 5 < 2 else 'no'}\n" for i in range(40))
PROTEINS = "sample,P1\n" + "".join(f"S{i},{(i * 7) % 11}\n" for i in range(40))


@pytest.fixture
def asked(fresh):
    """What the functions take of a request."""
    return SimpleNamespace(app=fresh.app)


@pytest.fixture
def carl(fresh):
    return fresh.browser("curator").caller


@pytest.fixture
def keep(fresh, carl):
    """Uploads a file; gives its id."""
    return lambda name, text, patient=True: fresh.held.files.add(carl, name, [text.encode()], patient=patient).id


def test_a_cohort_has_the_latest_upload_of_each_table(asked, carl, keep):
    keep("patients.csv", "old\n")
    keep("proteins.csv", PROTEINS, patient=False)  # a table that is not patients' data is none of its own
    latest, id = keep("patients.csv", PATIENTS), keep("forty.toml", TOML)
    found = declared(asked, carl, id)
    assert found.ids == [id, latest] and found.missing == ["proteins.csv"] and found.size == len(PATIENTS)
    proteins = keep("proteins.csv", PROTEINS)
    found = declared(asked, carl, id)
    assert found.ids == [id, latest, proteins] and not found.missing
    assert checked(asked, carl, found).patients == 40 and [file.id for file in found.measured] == [proteins]


def test_only_declarations_are_listed_each_name_once(asked, carl, keep):
    first, other = keep("forty.toml", TOML), keep("other.toml", TOML)
    again = keep("forty.toml", TOML + "\n")
    keep("clinic-release.toml", 'input = "patients.csv"\n[[queries]]\nkind = "count"\n')
    keep("broken.toml", "[clinical\n")
    plain, table = keep("plain.toml", TOML, patient=False), keep("patients.csv", PATIENTS)
    found = {file.id for file in declared_cohorts(asked, carl)}
    assert found == {again, other} and first not in found
    for id in (plain, table):
        with pytest.raises(UsageError, match="not the TOML file of a cohort"):
            declared(asked, carl, id)


def test_patients_data_that_are_looked_at_are_noted(fresh, asked, carl, keep):
    id, plain = keep("patients.csv", PATIENTS), keep("public.csv", PATIENTS, patient=False)
    file, found = columns(asked, carl, id)
    assert file.name == "patients.csv" and found.levels == {"response": ["no", "yes"]}
    columns(asked, carl, plain)
    assert fresh.ledger().count("patients' data read") == 1 and id in fresh.ledger() and plain not in fresh.ledger()
    cohort = declared(asked, carl, keep("forty.toml", TOML))
    with pytest.raises(UsageError, match=r"proteins\.csv") as refused:
        checked(asked, carl, cohort)
    assert str(fresh.held.settings.data) not in str(refused.value)
    assert fresh.ledger().count("patients' data read") == 2  # what was refused was looked at as well
    with pytest.raises(Denied):
        columns(asked, fresh.browser("analyst").caller, id)


def test_what_is_laid_out_names_nothing_outside_and_does_not_stay(fresh, asked, carl, keep):
    data, held = fresh.held.settings.data, fresh.held.files
    table = held.get(carl, keep("patients.csv", PATIENTS))
    with laid_out(asked, [table]) as folder:
        assert (folder / "patients.csv").read_text() == PATIENTS
    with pytest.raises(Denied, match="lies outside"):
        declared(asked, carl, keep("out.toml", TOML.replace("proteins.csv", "/etc/passwd")))
    assert not list(data.glob("look-*")) and held.path(table).read_text() == PATIENTS


def test_what_is_declared_is_kept_unless_it_names_what_lies_outside(fresh, asked, carl, keep):
    made = {"name": "Forty", "context_of_use": "response", "clinical": {"file": "patients.csv"}}
    made |= {"outcome": {"kind": "continuous", "column": "y"}, "blocks": [{"name": "p", "file": "proteins.csv"}]}
    file = keep_declaration(asked, carl, made)
    assert file.name == "forty.toml" and file.patient and file.id in fresh.ledger()
    assert declared(asked, carl, file.id).missing == ["patients.csv", "proteins.csv"]
    with pytest.raises(Denied, match="lies outside"):
        keep_declaration(asked, carl, made | {"clinical": {"file": "/etc/passwd"}})
    with pytest.raises(Denied):
        keep_declaration(asked, fresh.browser("analyst").caller, made)
    assert [one.id for one in fresh.held.files.list(carl)] == [file.id]


def test_two_files_of_one_name_are_not_laid_over_each_other(fresh, asked, carl, keep):
    files = [fresh.held.files.get(carl, keep("patients.csv", text)) for text in ("old\n", PATIENTS)]
    with pytest.raises(UsageError, match=r"two of the files are called patients\.csv"), laid_out(asked, files):
        pass
    assert [fresh.held.files.path(file).read_text() for file in files] == ["old\n", PATIENTS]
