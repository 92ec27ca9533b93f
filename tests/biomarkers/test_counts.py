import io
import sys
import tarfile

import numpy as np
import pytest

from pharmakon.biomarkers.counts import fit_counts
from pharmakon.core.errors import DataError, MissingExtra, UnknownName

REFERENCE, COUNTS = "pydeseq2_R_DESeq2_reference.tar.gz", "pydeseq2_synthetic.tar.gz"
DESIGN = np.column_stack([np.ones(6), np.repeat([0.0, 1.0], 3)])


def read(data, archive, member):
    with tarfile.open(data / "omics" / "golden_tests" / archive) as tar:
        lines = io.TextIOWrapper(tar.extractfile(member), "utf-8").read().replace('"', "").splitlines()[1:]
    return np.array([line.split(",")[1:] for line in lines])


@pytest.mark.data
@pytest.mark.parametrize(
    ("case", "archive", "folder", "coefficient"),
    [
        ("single_factor", COUNTS, "datasets/synthetic", "condition"),
        ("multi_factor", COUNTS, "datasets/synthetic", "condition"),
        ("continuous", REFERENCE, "tests/data/continuous", "measurement"),
        ("wide", REFERENCE, "tests/data/wide", "condition"),
    ],
)
def test_within_two_percent_of_deseq2_in_r(data, case, archive, folder, coefficient):
    pytest.importorskip("pydeseq2", reason="the extra counts is not installed")
    X = read(data, archive, f"{folder}/test_counts.csv").astype(float).T
    meta = read(data, archive, f"{folder}/test_metadata.csv")
    columns = {"intercept": np.ones(len(X))}
    if case != "single_factor":
        columns["group"] = meta[:, 1] == "Y"
    if case == "continuous":
        columns["measurement"] = meta[:, 2].astype(float)
    columns["condition"] = meta[:, 0] == "B"
    design = np.column_stack(list(columns.values())).astype(float)
    found = fit_counts(X, design, list(columns), coefficient)
    reference = read(data, REFERENCE, f"tests/data/{case}/r_test_res.csv")
    mean, effect, error, z, p, _ = np.where(reference == "NA", "nan", reference).astype(float).T
    for ours, theirs in (
        (found.base_mean, mean),
        (found.effect, effect),
        (found.standard_error, error),
        (found.z, z),
        (found.p, p),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=0.02)
    np.testing.assert_allclose(found.high - found.low, 2 * 1.959964 * found.standard_error, rtol=1e-6)


@pytest.mark.parametrize("wrong", [0.5, -1.0, np.nan])
def test_what_are_no_counts_is_refused_with_a_way_out(wrong):
    X = np.ones((6, 3))
    X[2, 1] = wrong
    with pytest.raises(DataError, match=r"1 values are no counts .* moderated linear model"):
        fit_counts(X, DESIGN, ["intercept", "group"], "group")


def test_a_design_is_checked_before_anything_is_fitted():
    X = np.ones((6, 3))
    with pytest.raises(UnknownName, match="did you mean 'group'"):
        fit_counts(X, DESIGN, ["intercept", "group"], "groups")
    with pytest.raises(DataError, match="twin: in this design a combination"):
        fit_counts(X, np.column_stack([DESIGN, DESIGN[:, 1]]), ["intercept", "group", "twin"], "group")


def test_without_the_extra_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydeseq2.dds", None)
    with pytest.raises(MissingExtra, match=r"pharmakon\[counts\]"):
        fit_counts(np.ones((6, 3)), DESIGN, ["intercept", "group"], "group")
