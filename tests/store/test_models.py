import io
import json
import os
import pickle
import shutil
import subprocess
import zipfile

import numpy as np
import pytest

from pharmakon.core.errors import ModelError, UsageError
from pharmakon.store.models import load_folder, save_folder

ARRAYS = {
    "kernel": {"weights": np.linspace(0, 1, 7), "rows": np.array([1, 65_535], dtype=np.uint16)},
    "neighbours": {"bits": np.eye(3, dtype=np.uint8), "ids": np.array(["CHEMBL1", "µ"]), "empty": np.zeros((0, 4))},
}


@pytest.fixture
def saved(tmp_path):
    save_folder(
        tmp_path / "m", card={"name": "m", "rmse": np.float32(0.5)}, arrays=ARRAYS, texts={"trees.txt": "a\r\nµ"}
    )
    return tmp_path / "m"


def test_what_is_saved_is_loaded(saved):
    model = load_folder(saved)
    assert model.card["rmse"] == 0.5
    assert model.text("trees.txt") == "a\r\nµ"
    for stem, arrays in ARRAYS.items():
        loaded = model.arrays(stem)
        assert set(loaded) == set(arrays)
        for name, array in arrays.items():
            assert loaded[name].dtype == array.dtype
            np.testing.assert_array_equal(loaded[name], array)


@pytest.mark.parametrize(
    "array",
    [
        np.array(3, np.uint32),
        np.zeros((0, 4), np.float32),
        np.asfortranarray(np.arange(12).reshape(3, 4)),
        np.arange(24, dtype=np.int8).reshape(2, 3, 4),
        np.array([True, False]),
        np.arange(3, dtype=">i2"),
        np.array(["ab", "µ"]),
    ],
)
def test_an_array_of_any_kind_is_read_as_it_was_and_one_cut_short_is_not(array, tmp_path):
    folder = save_folder(tmp_path / "m", card={}, arrays={"a": {"x": array}}, texts={})
    found = folder.arrays("a")["x"]
    assert (found.dtype, found.shape, found.flags.writeable) == (array.dtype, array.shape, True)
    np.testing.assert_array_equal(found, array)
    whole, short = io.BytesIO(), io.BytesIO()
    np.save(whole, array)
    with zipfile.ZipFile(short, "w") as archive:
        archive.writestr("x.npy", whole.getvalue()[: -1 if array.size else -64])
    (tmp_path / "m" / "a.npz").write_bytes(short.getvalue())
    with pytest.raises(ModelError, match=r"a\.npz cannot be read"):
        folder.arrays("a")


def test_the_same_content_gives_the_same_bytes(saved, tmp_path):
    card = {"rmse": 0.5, "name": "m"}
    arrays = {stem: dict(reversed(a.items())) for stem, a in reversed(ARRAYS.items())}
    save_folder(tmp_path / "again", card=card, arrays=arrays, texts={"trees.txt": "a\r\nµ"})
    assert {p.name: p.read_bytes() for p in saved.iterdir()} == {
        p.name: p.read_bytes() for p in (tmp_path / "again").iterdir()
    }


def test_files_of_another_folder_are_copied_as_they_are(saved, tmp_path):
    old = load_folder(saved)
    fresh = {"kernel": {"weights": np.ones(3)}}
    new = save_folder(tmp_path / "n", card=old.card, arrays=fresh, texts={}, copied=old.contents(without="kernel.npz"))
    assert (new.path / "neighbours.npz").read_bytes() == (saved / "neighbours.npz").read_bytes()
    assert new.arrays("kernel")["weights"].tolist() == [1, 1, 1]
    assert load_folder(new.path).card["files"]["trees.txt"] == old.card["files"]["trees.txt"]


def test_rows_set_aside_lie_beside_the_model_and_are_no_part_of_it(saved, tmp_path):
    old = load_folder(saved)
    new = save_folder(tmp_path / "n", card=old.card, arrays=ARRAYS, texts={"trees.txt": "a\r\nµ"}, set_aside="row\n2\n")
    assert (new.path / "card.json").read_bytes() == (saved / "card.json").read_bytes()
    assert "set_aside.csv" not in new.files
    assert "set_aside.csv" not in load_folder(new.path).contents()
    subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=new.path, check=True, capture_output=True)
    (new.path / "set_aside.csv").write_text("saved by a spreadsheet")
    load_folder(new.path)
    (new.path / "set_aside.csv").unlink()
    load_folder(new.path)
    (saved / "set_aside.csv").touch()
    with pytest.raises(ModelError, match=r"set_aside\.csv does not belong"):
        load_folder(saved)


def test_the_card_lists_the_files_and_coreutils_can_check_the_sums(saved):
    card = json.loads((saved / "card.json").read_text())
    assert sorted(card["files"]) == ["kernel.npz", "neighbours.npz", "trees.txt"]
    subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=saved, check=True, capture_output=True)
    assert len((saved / "SHA256SUMS").read_text().splitlines()) == 4


@pytest.mark.parametrize("name", ["card.json", "kernel.npz", "trees.txt"])
def test_an_altered_file_is_named(saved, name):
    content = bytearray((saved / name).read_bytes())
    content[len(content) // 2] ^= 1
    (saved / name).write_bytes(content)
    with pytest.raises(ModelError, match=rf"{name} is not the file that was saved"):
        load_folder(saved)


def test_a_missing_file_is_named(saved):
    (saved / "kernel.npz").unlink()
    with pytest.raises(ModelError, match=r"kernel\.npz is missing"):
        load_folder(saved)
    (saved / "SHA256SUMS").unlink()
    with pytest.raises(ModelError, match="SHA256SUMS is missing"):
        load_folder(saved)
    (saved / "card.json").unlink()
    with pytest.raises(ModelError, match="not a model folder"):
        load_folder(saved)


def test_an_extra_file_is_named_but_not_what_a_desktop_leaves(saved):
    (saved / ".DS_Store").touch()
    load_folder(saved)
    (saved / "more").mkdir()
    with pytest.raises(ModelError, match="more does not belong"):
        load_folder(saved)


def test_a_path_that_leaves_the_folder_is_refused(saved, tmp_path):
    (tmp_path / "secret").write_text("x")
    with (saved / "SHA256SUMS").open("a") as sums:
        sums.write(f"{'0' * 64}  ../secret\n")
    with pytest.raises(ModelError, match=r"'\.\./secret' cannot name a file"):
        load_folder(saved)
    for name in ("../x", "/etc/x", "a/b", "", ".hidden", "a\nb"):
        with pytest.raises(ModelError, match="cannot name a file"):
            save_folder(tmp_path / "n", card={}, arrays={}, texts={name: ""})
    with pytest.raises(ModelError, match="written by the store"):
        save_folder(tmp_path / "n", card={}, arrays={}, texts={"card.json": ""})


@pytest.mark.parametrize("line", ["garbage", "0123  kernel.npz", ""])
def test_damaged_sums(saved, line):
    (saved / "SHA256SUMS").write_text(line + "\n")
    with pytest.raises(ModelError, match="SHA256SUMS"):
        load_folder(saved)


def test_nothing_pickled_goes_in_or_out(saved, tmp_path):
    with pytest.raises(ModelError, match="Python objects"):
        save_folder(tmp_path / "n", card={}, arrays={"a": {"x": np.array([object()])}}, texts={})
    assert not (tmp_path / "n").exists()

    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "pwned"),)

    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("x.npy", pickle.dumps(Evil()))
    model = load_folder(saved)
    (saved / "kernel.npz").write_bytes(content.getvalue())
    with pytest.raises(ModelError, match=r"kernel\.npz cannot be read"):
        model.arrays("kernel")
    assert not (tmp_path / "pwned").exists()


def test_asking_for_what_is_not_there(saved):
    with pytest.raises(ModelError, match=r"has no tree\.npz; it holds card\.json, kernel\.npz"):
        load_folder(saved).arrays("tree")


def test_a_model_replaces_a_model_and_nothing_else(saved, tmp_path):
    save_folder(saved, card={"name": "new"}, arrays={}, texts={})
    assert load_folder(saved).card["name"] == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["m"]
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").touch()
    with pytest.raises(UsageError, match="not a model folder"):
        save_folder(tmp_path / "thesis", card={}, arrays={}, texts={})
    assert (tmp_path / "thesis" / "chapter.txt").exists()


def test_a_failure_keeps_the_old_model_and_leaves_no_trace(saved, tmp_path):
    with pytest.raises(TypeError):
        save_folder(saved, card={"bad": object()}, arrays={}, texts={})
    assert load_folder(saved).card["name"] == "m"
    assert [p.name for p in tmp_path.iterdir()] == ["m"]


def test_a_folder_can_be_copied(saved, tmp_path):
    shutil.copytree(saved, tmp_path / "copy")
    assert load_folder(tmp_path / "copy").card == load_folder(saved).card


def test_a_folder_that_is_not_there_is_said_to_be_absent(tmp_path):
    with pytest.raises(ModelError, match="nothing is there"):
        load_folder(tmp_path / "absent")
