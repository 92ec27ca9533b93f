import io
import tarfile

import numpy as np
import pytest

from pharmakon.biomarkers.normalise import Impute, Log2, LogCPM, Standardise, VarianceStabilise
from pharmakon.core.errors import DataError

HOLES = np.array([[1.0, 4.0, np.nan], [3.0, np.nan, 8.0], [8.0, 2.0, 2.0]])


def counts(n=40, p=60, seed=0):
    """Negative binomial counts of samples read to different depths, dispersion 0.1 + 2 / mean."""
    rng = np.random.default_rng(seed)
    mean = np.exp(rng.uniform(2, 8, p)) * rng.uniform(0.5, 2, (n, 1))
    shape = 1 / (0.1 + 2 / mean)
    return rng.poisson(rng.gamma(shape, mean / shape)).astype(float)


@pytest.mark.parametrize(
    "step",
    [Log2(0.5), LogCPM(2.0), VarianceStabilise(), Impute("half_minimum"), Impute(log2=True), Standardise()],
    ids=lambda step: type(step).__name__,
)
def test_a_step_is_saved_and_read_back(step, tmp_path):
    X = counts()
    fitted = step.fit(X[:30])
    np.savez(tmp_path / "step.npz", **fitted.to_arrays())
    with np.load(tmp_path / "step.npz") as arrays:  # no pickled objects
        read = type(step).from_arrays(arrays)
    np.testing.assert_array_equal(read.transform(X[30:]), fitted.transform(X[30:]))


@pytest.mark.parametrize("step", [VarianceStabilise(), Impute(), Standardise()], ids=lambda step: type(step).__name__)
def test_rows_to_transform_teach_nothing(step):
    X = counts()
    step.fit(X[:30])
    one = step.transform(X[30:31])
    np.testing.assert_allclose(step.transform(np.vstack([X[30:31], X[:5] * 7]))[:1], one)


def test_logarithms():
    assert Log2().transform(np.array([[0.0, 1.0, 7.0]])).tolist() == [[0, 1, 3]]
    assert LogCPM().transform(np.array([[1.0, 3.0]]))[0] == pytest.approx([np.log2(250_001), np.log2(750_001)])
    assert np.isnan(Log2().transform(HOLES)[0, 2])
    with pytest.raises(DataError, match="logarithms already"):
        Log2().transform(np.array([[-1.0]]))
    with pytest.raises(DataError, match="1 samples have no counts"):
        LogCPM().transform(np.array([[0.0, 0.0], [1.0, 0.0]]))


def test_values_to_fill_in_come_from_training_rows():
    assert Impute().fit(HOLES).transform(HOLES)[0, 2] == 5 and Impute().fit_transform(HOLES)[1, 1] == 3
    low = Impute("half_minimum").fit(HOLES)
    assert low.fill_.tolist() == [0.5, 1, 1] and low.transform(HOLES)[0, 2] == 1
    assert low.transform(np.full((1, 3), np.nan)).tolist() == [[0.5, 1, 1]]
    assert Impute("half_minimum", log2=True).fit(HOLES - 3).fill_.tolist() == [-3, -2, -2]
    with pytest.raises(DataError, match="log2=True"):
        Impute("half_minimum").fit(HOLES - 3)
    with pytest.raises(DataError, match=r"1 of 2 features have no value .* column 1"):
        Impute().fit(np.array([[1.0, np.nan], [2.0, np.nan]]))


def test_standardising_with_frozen_means():
    step = Standardise().fit(HOLES)
    np.testing.assert_allclose(np.nanmean(step.transform(HOLES), axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(np.nanstd(step.transform(HOLES), axis=0, ddof=1), 1)
    assert step.transform(np.array([[4.0, 3.0, 5.0]]))[0] == pytest.approx([0, 0, 0])
    constant = Standardise().fit(np.full((3, 1), 0.1))
    assert constant.transform(np.array([[0.1], [0.6]]))[:, 0] == pytest.approx([0, 0.5])


def test_the_variance_no_longer_follows_the_mean():
    X = counts(200)
    log, stable = LogCPM().transform(X).std(axis=0), VarianceStabilise().fit_transform(X).std(axis=0)
    assert np.std(stable) / np.mean(stable) < 0.6 * np.std(log) / np.mean(log)
    a0, a1 = VarianceStabilise().fit(X).trend_
    assert a0 == pytest.approx(0.1, rel=0.3) and a1 == pytest.approx(2, rel=0.4)


@pytest.mark.parametrize("step", [Log2(), LogCPM(), VarianceStabilise(), Standardise()], ids=lambda s: type(s).__name__)
def test_a_patient_who_lacks_the_block_stays_missing_and_changes_nobody(step):
    X = counts()
    whole = step.fit_transform(X)
    found = step.fit_transform(np.insert(X, 3, np.nan, axis=0))
    assert np.isnan(found[3]).all()
    np.testing.assert_allclose(np.delete(found, 3, axis=0), whole)


def test_depth_is_taken_out():
    X = counts()
    step = VarianceStabilise().fit(X)
    np.testing.assert_allclose(step.size_factors(3 * X), 3 * step.size_factors(X))
    np.testing.assert_allclose(step.transform(3 * X), step.transform(X))
    with pytest.raises(DataError, match="use LogCPM"):
        VarianceStabilise().fit(np.eye(3))
    with pytest.raises(DataError, match="leave it out"):
        step.transform(np.zeros((1, 60)))


@pytest.mark.data
def test_close_to_what_deseq2_makes_of_its_own_example(data):
    def read(archive, member):
        with tarfile.open(data / "omics" / "golden_tests" / archive) as tar:
            text = io.TextIOWrapper(tar.extractfile(member), "utf-8").read().splitlines()[1:]
        return np.array([line.split(",")[1:] for line in text], float)

    X = read("pydeseq2_synthetic.tar.gz", "datasets/synthetic/test_counts.csv").T
    step = VarianceStabilise().fit(X)
    folder, archive = "tests/data/single_factor", "pydeseq2_R_DESeq2_reference.tar.gz"
    np.testing.assert_allclose(step.size_factors(X), read(archive, f"{folder}/r_test_size_factors.csv")[:, 0])
    # The dispersions are moments and not maximum likelihood: hence 5 %, and not the 2 % of the tests.
    np.testing.assert_allclose(step.transform(X), read(archive, f"{folder}/r_vst.csv").T, rtol=0.05)
