"""What is installed beside this package."""

import importlib.metadata
import sys

import pytest

from pharmakon.record.environment import closure, lock, read_lock, spelt


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A place where distributions can be installed, and nothing else is."""

    def install(name, version, *requires, extras=()):
        folder = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        folder.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        lines += [f"Requires-Dist: {one}" for one in requires] + [f"Provides-Extra: {one}" for one in extras]
        (folder / "METADATA").write_text("\n".join(lines) + "\n")

    # Not the finder: a backport of importlib.metadata, once something imports it, puts its own in the place.
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return install


def test_the_closure_follows_markers_and_extras(site):
    site("root", "1", "one[fast]>=1", "old; python_version < '3'", "more; extra == 'big'", "less", extras=("big",))
    site("One", "1.5", "Two_Words; extra == 'fast'", "three; extra == 'slow'")
    for name in ("Two.words", "three", "old", "more", "stranger"):
        site(name, "2")
    found = closure("root")
    assert {name: one.version for name, one in found.items()} == {
        "root": "1",
        "one": "1.5",
        "two-words": "2",
        "more": "2",
    }
    assert found["root"].needs == ("more", "one")
    assert found["one"].needs == ("two-words",)


def test_a_circle_ends_and_an_extra_that_comes_late_counts(site):
    site("root", "1", "a", "b")
    site("a", "1", "b", "c; extra == 'x'", extras=("x",))
    site("b", "1", "a[x]")
    site("c", "1")
    assert set(closure("root")) == {"root", "a", "b", "c"}


def test_without_an_installed_root_everything_counts(site):
    site("a", "1")
    assert set(closure("root")) == {"a"}


def test_the_lock_is_lines_that_pip_reads_back():
    text = lock()
    assert list(read_lock(text)) == sorted(read_lock(text))
    assert read_lock(text)["numpy"] == importlib.metadata.version("numpy")
    assert "pharmakon" not in read_lock(text) and "://" not in text
    assert spelt("Chembl_Structure.Pipeline") == "chembl-structure-pipeline"
