"""Nothing that an uploaded file or a request says leads out of the job's folder."""

from __future__ import annotations

import pytest

from pharmakon.core.config import read_toml
from pharmakon.core.errors import ConfigError, DataError, Denied, UsageError
from pharmakon.team.containment import below, contained

OUT = (
    'file = "/etc/passwd"',
    'file = "../x.csv"',
    'file = "a/../../x"',
    'file = "..\\\\x"',
    'file = "~/x.csv"',
    'output = "/tmp/not-there-yet/x"',
    '[deep]\nlist = ["fine.csv", {file = "/etc/passwd"}]',
    '"/etc/passwd" = 1',
    'a."b,c" = 1\nfile = "/etc/passwd"',
    "'a;b\tc' = 1\nfile = '/etc/passwd'",
)


@pytest.mark.parametrize("text", OUT)
@pytest.mark.parametrize("name", ["cohort.toml", "cohort.txt", "cohort"])
def test_a_toml_that_names_what_lies_outside_is_refused_whatever_its_name(tmp_path, text, name):
    path = tmp_path / name
    path.write_text(f"# a comment first\n\n{text}\n")
    with pytest.raises(Denied, match="outside"):
        contained(path)


@pytest.mark.parametrize(
    "text", ['file = "clinical.csv"', 'smiles = "/C=C/F"', 'file = "folder/x.csv"', 'why = "see 1/2 of it"', 'x = ""']
)
def test_what_lies_beside_it_and_what_is_no_path_is_let_through(tmp_path, text):
    path = tmp_path / "cohort.toml"
    path.write_text(text)
    contained(path)


def test_a_link_beside_it_that_leads_out_is_refused(tmp_path):
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "secret.csv").write_text("x")
    (inside / "near.csv").symlink_to(tmp_path / "secret.csv")
    (inside / "cohort.toml").write_text('file = "near.csv"')
    with pytest.raises(Denied):
        contained(inside / "cohort.toml")


def test_a_file_too_large_to_be_read_as_toml_by_any_verb_is_let_through_unless_it_is_called_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PHARMAKON_LIMIT_TOML", "40")
    for name in ("long.csv", "long.toml"):
        (tmp_path / name).write_text(f'file = "/etc/passwd"\n{"# " * 40}\n')
    contained(tmp_path / "long.csv")
    for reads in (contained, read_toml):
        with pytest.raises(DataError, match="limit TOML"):
            reads(tmp_path / "long.toml")
    with pytest.raises(DataError, match="limit TOML"):
        read_toml(tmp_path / "long.csv")


def test_tables_and_bytes_are_not_taken_for_toml_and_a_broken_toml_is_told_off(tmp_path):
    for name, content in {
        "a.csv": b"id,smiles\n1,CCO\n",
        "b.bin": b"\xff\xfe\x00[",
        "c.json": b'[{"file": "/etc/passwd"}]',
        "d.csv": b"SMILES=1,x\n",
    }.items():
        (tmp_path / name).write_bytes(content)
        contained(tmp_path / name)
    (tmp_path / "e.toml").write_text("not toml")
    with pytest.raises(ConfigError):
        contained(tmp_path / "e.toml")


def test_names_of_what_a_job_made_stay_below_its_folder(tmp_path):
    made = tmp_path / "made"
    (made / "run").mkdir(parents=True)
    (made / "run" / "designs.csv").write_text("x")
    (made / "out").symlink_to(tmp_path)
    assert below(made, "") == made
    assert below(made, "run/designs.csv").read_text() == "x"
    for name in ("..", "../made/run", "/etc/passwd", "run/../../x", "a\\b", "x\x00", "out"):
        with pytest.raises(Denied, match="leads out"):
            below(made, name)
    with pytest.raises(UsageError, match="made no"):
        below(made, "absent")
