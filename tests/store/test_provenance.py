"""Which code made a number."""

import subprocess

from pharmakon.store import provenance


def package(tmp_path, monkeypatch):
    folder = tmp_path / "pharmakon"
    (folder / "models").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "models" / "card.py").write_text("1")
    monkeypatch.setattr(provenance, "package_folder", lambda: folder)
    return folder


def test_the_identity_follows_the_code_and_nothing_else(tmp_path, monkeypatch):
    folder = package(tmp_path, monkeypatch)
    before = provenance.code_identity()
    (folder / "models" / "card.py").write_text("2")
    (folder / "notes.txt").write_text("2")
    assert provenance.code_identity() == before
    (folder / "__init__.py").write_text("x = 1")
    assert provenance.code_identity() != before


def test_the_commit_says_when_it_is_not_the_whole_truth(tmp_path, monkeypatch):
    folder = package(tmp_path, monkeypatch)
    assert provenance.git_commit() == ""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "one"], check=True)
    commit = provenance.git_commit()
    assert len(commit) == 40
    (folder / "__init__.py").write_text("x = 1")
    assert provenance.git_commit() == f"{commit}-dirty"


def test_a_machine_without_git_has_no_commit(tmp_path, monkeypatch):
    package(tmp_path, monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert provenance.git_commit() == ""
    assert provenance.code().keys() == {"sha256"}
