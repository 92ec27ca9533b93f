"""Inputs are found again by their bytes."""

import pytest

from pharmakon.core.errors import DataError, UsageError
from pharmakon.core.files import sha256
from pharmakon.store.provenance import package_folder
from pharmakon.workflows.crate_inputs import Input, access_of_inputs, found_again, mirrored


def test_neighbours_stay_neighbours():
    assert str(mirrored("/a/b/../c/x.toml")) == "absolute/a/c/x.toml"
    assert str(mirrored("data/./x.csv")) == "relative/data/x.csv"
    assert str(mirrored("../data/x.csv")) == "relative/up/data/x.csv"
    assert mirrored("/a/b/x.csv").parent == mirrored("/a/b")


def test_the_hash_decides_and_not_the_name(tmp_path):
    (tmp_path / "old.csv").write_text("1")
    one = Input(str(tmp_path / "old.csv"), sha256(tmp_path / "old.csv"))
    assert found_again([one])[one.path] == (tmp_path / "old.csv", True)
    (tmp_path / "given").mkdir()
    (tmp_path / "old.csv").rename(tmp_path / "given" / "renamed.csv")
    assert found_again([one], given=tmp_path / "given")[one.path] == (tmp_path / "given" / "renamed.csv", False)
    with pytest.raises(DataError, match=r"old\.csv is not there \(--inputs"):
        found_again([one])
    (tmp_path / "given" / "renamed.csv").rename(tmp_path / "given" / "old.csv")
    (tmp_path / "given" / "old.csv").write_text("2")
    with pytest.raises(DataError, match=r"given/old\.csv is not the file that the run read"):
        found_again([one], given=tmp_path / "given")
    with pytest.raises(UsageError, match="no such folder"):
        found_again([one], given=tmp_path / "no")


def test_a_shipped_model_is_this_packages_own():
    card = next(path for path in sorted((package_folder() / "models").glob("*/card.json")))
    elsewhere = f"/another/src/pharmakon/models/{card.parent.name}/card.json"
    assert found_again([Input(elsewhere, sha256(card))])[elsewhere] == (card, False)
    with pytest.raises(DataError, match="is not there"):
        found_again([Input(elsewhere, "0" * 64)])


def test_of_people_nothing_is_open_unless_somebody_says_so(tmp_path):
    for name, text in (("a.toml", 'access = "open"'), ("b.toml", 'access = "controlled"'), ("c.toml", "name = 'x'")):
        (tmp_path / name).write_text(text)
    a, b, c = (tmp_path / f"{name}.toml" for name in "abc")
    assert access_of_inputs("design", [c]) == "open"
    assert access_of_inputs("discover", [c]) is None
    assert access_of_inputs("discover", [a, c]) == "open"
    assert access_of_inputs("design", [a, b]) == "controlled"
    c.write_text("not TOML [")
    assert access_of_inputs("discover", [c]) == "restricted"
