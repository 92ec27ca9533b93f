from datetime import date

import numpy as np
import pandas as pd
import pytest

from pharmakon.core.errors import DataError
from pharmakon.privacy.pseudonym import Pseudonyms
from pharmakon.privacy.removals import Removals
from pharmakon.privacy.treatment import Treatment
from pharmakon.store.hierarchical import read_h5ad
from pharmakon.workflows.deidentify_h5ad import clean_h5ad, variables_of

ad = pytest.importorskip("anndata")
NAME = "Zacarias Quintanilla"


def cohort(path, **variables):
    obs = pd.DataFrame({"age": [64, 93, 50], "sex": ["F", "M", "F"]}, index=[NAME, "Maria O", "J S"])
    var = pd.DataFrame({"note": [NAME, "x"], "mean": [1.0, 2.0]}, index=["TP53", "EGFR"])
    var["gene_ids"] = ["ENSG00000141510", "ENSG00000146648"]
    for name, values in variables.items():
        var[name] = values
    data = ad.AnnData(np.ones((3, 2), dtype="float32"), obs=obs, var=var)
    data.raw = data.copy()
    data.uns["who"] = NAME
    data.varm["second"] = pd.DataFrame({"n": [NAME, "x"]}, index=var.index)
    data.obsm["pca"] = np.zeros((3, 2))
    data.write_h5ad(path)


def cleaned(path, out):
    removals = Removals("#0")
    treatment = Treatment(Pseudonyms(b"k" * 32), date(2026, 7, 1))
    write, observations, columns = clean_h5ad(path, treatment, removals, {})
    write(out)
    return observations, columns, removals


def test_no_part_of_the_file_tells_a_name_and_the_numbers_stay(tmp_path):
    cohort(tmp_path / "in.h5ad")
    observations, columns, removals = cleaned(tmp_path / "in.h5ad", tmp_path / "out.h5ad")
    assert (observations, columns) == (3, ["age", "sex"])
    content = (tmp_path / "out.h5ad").read_bytes()
    assert b"Zacarias" not in content
    assert b"Quintanilla" not in content
    data = read_h5ad(tmp_path / "out.h5ad")
    assert list(data.var.columns) == list(data.raw.var.columns) == ["mean", "gene_ids"]
    assert list(data.obs["age"]) == ["64", "90+", "50"]
    assert data.obsm["pca"].shape == (3, 2)
    assert "var.note" in {look.where for look in removals.looks}


def test_variables_named_as_the_observations_are_refused(tmp_path):
    obs = pd.DataFrame({"sex": ["F", "M"]}, index=["P-100001", "P-100002"])
    data = ad.AnnData(np.ones((2, 2), dtype="float32"), obs=obs, var=pd.DataFrame(index=["P-100001", "P-100002"]))
    data.write_h5ad(tmp_path / "in.h5ad")
    with pytest.raises(DataError, match="names of its variables"):
        cleaned(tmp_path / "in.h5ad", tmp_path / "out.h5ad")


def test_what_is_written_of_variables_is_read_back(tmp_path):
    cohort(tmp_path / "in.h5ad")
    assert {leaf.text for leaf in variables_of(tmp_path / "in.h5ad") if leaf.where == "raw.var"} >= {"TP53", NAME}
