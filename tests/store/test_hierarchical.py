import json
import sys

import anndata
import h5py
import numpy as np
import pytest
from scipy import sparse

from pharmakon.core.errors import DataError
from pharmakon.store.hierarchical import depth, parse_json, read_h5ad, read_json


@pytest.fixture
def h5ad(tmp_path):
    path = tmp_path / "x.h5ad"
    made = anndata.AnnData(np.arange(12.0).reshape(3, 4))
    made.obs["arm"] = ["a", "b", "a"]
    made.layers["sparse"] = sparse.csr_matrix(made.X)
    made.write_h5ad(path)
    return path


def test_an_h5ad_file_is_read(h5ad):
    found = read_h5ad(h5ad)
    assert found.X.tolist() == np.arange(12.0).reshape(3, 4).tolist()
    assert list(found.obs["arm"]) == ["a", "b", "a"]


def test_a_declared_size_is_refused_before_it_is_read(h5ad):
    with h5py.File(h5ad, "a") as file:
        del file["X"]
        file.create_dataset("X", shape=(1_000_000, 1_000_000), chunks=(1000, 1000), dtype="f8")
    assert h5ad.stat().st_size < 1_000_000
    with pytest.raises(DataError, match="limit CELLS"):
        read_h5ad(h5ad)


def test_nothing_outside_the_file_is_read(h5ad, tmp_path):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["X"] = np.ones((3, 4))
    for link in (h5py.ExternalLink(str(secret), "/X"), h5py.SoftLink("/obs")):
        with h5py.File(h5ad, "a") as file:
            del file["X"]
            file["X"] = link
        with pytest.raises(DataError, match="points elsewhere"):
            read_h5ad(h5ad)
    with h5py.File(h5ad, "a") as file:
        del file["X"]
        file.create_dataset("X", shape=(3, 4), dtype="f8", external=[(str(secret), 0, 96)])
    with pytest.raises(DataError, match="another file"):
        read_h5ad(h5ad)


def test_depth_and_loops_are_refused(h5ad):
    with h5py.File(h5ad, "a") as file:
        file["uns"]["again"] = file["uns"]
    with pytest.raises(DataError, match="linked twice"):
        read_h5ad(h5ad)
    with h5py.File(h5ad, "a") as file:
        del file["uns/again"]
        file.create_group("uns/" + "/".join(["a"] * 100))
    with pytest.raises(DataError, match="limit DEPTH"):
        read_h5ad(h5ad)


def test_another_hdf5_file_and_a_cut_one(h5ad, tmp_path):
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["x"] = [1, 2]
    with pytest.raises(DataError, match="not an h5ad file"):
        read_h5ad(other)
    other.write_bytes(h5ad.read_bytes()[:3000])
    with pytest.raises(DataError, match="can be read"):
        read_h5ad(other)


def test_depth_counts_brackets_outside_strings():
    assert depth(b'{"a": [1, {"[[[[": "]]\\"{{"}]}') == 3
    assert depth(b"1") == 0
    assert depth(b'"[[[') == 0


def test_json_that_nests_too_deep_is_refused_and_not_parsed(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("[" * 1_000_000)
    with pytest.raises(DataError, match=r"limit DEPTH.*PHARMAKON_LIMIT_DEPTH"):
        read_json(path)
    path.write_text(json.dumps({"resourceType": "Bundle", "entry": [{"a": None}]}))
    assert read_json(path) == {"resourceType": "Bundle", "entry": [{"a": None}]}


def test_a_limit_moves(tmp_path, monkeypatch):
    text = "[" * 100 + "]" * 100
    with pytest.raises(DataError, match="limit DEPTH"):
        parse_json(text, "x")
    monkeypatch.setenv("PHARMAKON_LIMIT_DEPTH", "200")
    assert parse_json(text, "x")
    monkeypatch.setenv("PHARMAKON_LIMIT_JSON", "100")
    with pytest.raises(DataError, match="limit JSON"):
        parse_json(text, "x")


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b'{"a": 1,}', b"1" * (sys.get_int_max_str_digits() + 1)])
def test_what_is_no_json_is_said(text):
    with pytest.raises(DataError, match="not JSON"):
        parse_json(text, "x.json")
