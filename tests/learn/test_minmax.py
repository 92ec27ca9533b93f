import io
import time

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from pharmakon.learn import minmax
from pharmakon.learn.minmax import MinMax

COLUMNS = 1 << 24


def zipf(n, *, draws=80, seed=0, names=3000):
    """Rows as fingerprints are: few columns everywhere, most of them rare, drawn again = counted."""
    r = np.random.default_rng(seed)
    known = np.random.default_rng(99).choice(COLUMNS, names, replace=False)
    chance = np.cumsum(1 / np.arange(1, names + 1))
    drawn = known[np.searchsorted(chance / chance[-1], r.random(n * draws))]
    ones = np.ones(n * draws, dtype=np.uint16)
    return csr_matrix((ones, (np.repeat(np.arange(n), draws), drawn)), shape=(n, COLUMNS))


def definition(a, b):
    columns = np.unique(np.concatenate([a.indices, b.indices]))
    a, b = (
        np.minimum(csr_matrix((x.data, np.searchsorted(columns, x.indices), x.indptr)).toarray().astype(int), 255)
        for x in (a, b)
    )
    a, b = (np.pad(x, ((0, 0), (0, len(columns) - x.shape[1]))) for x in (a, b))
    least = np.minimum(a[:, None], b[None]).sum(axis=-1)
    most = np.maximum(a[:, None], b[None]).sum(axis=-1)
    return np.where(most > 0, least / np.maximum(most, 1), 0.0)


def dense(rows):
    return csr_matrix(np.array(rows, dtype=np.uint16))


def test_equals_the_definition():
    train, query = zipf(120), zipf(40, seed=1)
    kernel = MinMax().fit(train)
    assert kernel.transform(query).dtype == np.float32
    assert len(kernel._packed) > 0
    assert kernel._rare.nnz > 0  # both halves are at work
    np.testing.assert_allclose(kernel.transform(query), definition(query, train), atol=1e-7)


@pytest.mark.parametrize("min_count", [1, 2])
def test_a_few_queries_get_what_many_get(min_count):
    """They are answered another way, without preparing the training rows."""
    train, query = zipf(150), zipf(40, seed=1)
    many = MinMax(min_count=min_count).fit(train).transform(query)
    for kernel in (
        MinMax(min_count=min_count).fit(train),
        MinMax.from_arrays(MinMax(min_count=min_count).fit(train).to_arrays()),
    ):
        few = np.concatenate([kernel.transform(query[i : i + 5]) for i in range(0, 40, 5)])
        assert not kernel._prepared
        np.testing.assert_array_equal(few, many)
    nothing = csr_matrix((1, COLUMNS), dtype=np.uint16)
    assert (MinMax().fit(train).transform(nothing) == 0).all()


def test_by_hand():
    kernel = MinMax().fit(dense([[3, 1, 0], [0, 2, 5]]))
    # sums of min: 2 + 1 + 0 and 0 + 1 + 1; of max: 3 + 1 + 1 and 2 + 2 + 5
    np.testing.assert_allclose(kernel.transform(dense([[2, 1, 1]])), [[3 / 5, 2 / 9]], rtol=1e-6)


def test_a_row_is_itself_even_with_counts_beyond_a_byte():
    train = dense([[300, 2], [255, 2], [40, 0]])
    similarity = MinMax().fit(train).transform(train)
    np.testing.assert_array_equal(np.diag(similarity), 1)
    assert similarity[0, 1] == 1  # clipped alike
    assert similarity[2, 0] == pytest.approx(40 / 257)


def test_empty_rows_resemble_nothing():
    kernel = MinMax().fit(dense([[0, 0], [1, 0]]))
    np.testing.assert_array_equal(kernel.transform(dense([[0, 0], [1, 0]])), [[0, 0], [0, 1]])
    nothing = MinMax().fit(dense([[0, 0]]))
    np.testing.assert_array_equal(nothing.transform(dense([[4, 1]])), [[0]])
    np.testing.assert_array_equal(nothing.gram(), [[0]])
    again = MinMax.from_arrays(nothing.to_arrays())
    np.testing.assert_array_equal(again.transform(dense([[4, 1]])), [[0]])


def test_unseen_columns_count_in_the_total():
    kernel = MinMax().fit(dense([[1, 0, 0]]))
    assert kernel.transform(dense([[1, 2, 1]]))[0, 0] == pytest.approx(1 / 4)


def test_a_row_does_not_depend_on_its_batch(monkeypatch):
    train, query = zipf(200), zipf(30, seed=2)
    kernel = MinMax().fit(train)
    together = kernel.transform(query)
    for i in range(30):
        np.testing.assert_array_equal(kernel.transform(query[i : i + 1])[0], together[i])
    monkeypatch.setattr(minmax, "_BLOCK", 1000)
    monkeypatch.setattr(minmax, "_CACHED", 77)
    np.testing.assert_array_equal(kernel.transform(query), together)


def test_min_count_is_exact_between_training_rows_and_never_raises_a_similarity():
    train, query = zipf(150), zipf(50, seed=3)
    exact, short = MinMax().fit(train), MinMax(min_count=2).fit(train)
    assert len(short.vocabulary_) < len(exact.vocabulary_)
    others = ~np.eye(150, dtype=bool)
    np.testing.assert_array_equal(short.transform(train)[others], exact.transform(train)[others])
    np.testing.assert_array_equal(short.gram(), exact.transform(train))
    np.testing.assert_array_equal(exact.gram(), exact.transform(train))
    assert (np.diag(short.transform(train)) < 1).any()  # why `gram` is there
    assert (short.transform(query) <= exact.transform(query)).all()


@pytest.mark.parametrize("n", [1, 127, 128, 129, 500, 1100])
def test_half_of_what_is_symmetric_is_the_whole(n):
    train = zipf(n, seed=n)
    kernel = MinMax().fit(train)
    np.testing.assert_array_equal(kernel.gram(), kernel.transform(train))


def test_zeros_repeats_and_disorder_are_tidied():
    messy = csr_matrix(
        (np.array([1, 0, 2, 1], dtype=np.uint16), np.array([2, 1, 0, 2]), np.array([0, 4])), shape=(1, 3)
    )
    kernel = MinMax().fit(messy)
    assert kernel.transform(dense([[2, 0, 2]]))[0, 0] == 1
    assert kernel.transform(messy)[0, 0] == 1


def test_the_kernel_is_positive_semi_definite():
    train = zipf(150)
    assert np.linalg.eigvalsh(MinMax().fit(train).transform(train).astype(float)).min() > -1e-5


@pytest.mark.parametrize("min_count", [1, 2])
def test_arrays_bring_it_back(min_count):
    train, query = zipf(300), zipf(20, seed=4)
    kernel = MinMax(min_count=min_count).fit(train)
    arrays = kernel.to_arrays()
    again = MinMax.from_arrays(arrays)
    assert again.min_count == min_count
    np.testing.assert_array_equal(again.gram(), kernel.gram())
    np.testing.assert_array_equal(again.transform(query), kernel.transform(query))
    for name, array in again.to_arrays().items():
        np.testing.assert_array_equal(array, arrays[name])
        assert array.dtype.kind == "u"


def test_arrays_of_far_apart_rows_and_columns():
    """Gaps that do not fit a byte, and columns at both ends."""
    rows = np.array([0, 999, 999, 0, 500])
    columns = np.array([0, 0, COLUMNS - 1, 70_000, 70_000])
    train = csr_matrix((np.array([1, 2, 3, 4, 5], dtype=np.uint16), (rows, columns)), shape=(1000, COLUMNS))
    kernel = MinMax().fit(train)
    again = MinMax.from_arrays(kernel.to_arrays())
    np.testing.assert_array_equal(again.transform(train), kernel.transform(train))
    np.testing.assert_array_equal(again.vocabulary_, [0, 70_000, COLUMNS - 1])


def test_a_row_costs_few_bytes():
    train = zipf(2000, draws=130, names=20_000)
    packed = io.BytesIO()
    np.savez_compressed(packed, **MinMax().fit(train).to_arrays())
    # Independent columns, the worst case; those of molecules come in company and take 0.8 (atom pairs) to 1.4 (ECFP6).
    assert len(packed.getvalue()) / train.nnz < 1.8


def test_fast_enough_for_a_panel():
    train, query = zipf(2000, draws=100, names=20_000), zipf(300, draws=100, names=20_000, seed=5)
    kernel = MinMax().fit(train)
    start = time.perf_counter()
    kernel.transform(query)
    assert time.perf_counter() - start < 1.5  # 0.03 s on a quiet core


def test_the_terms_of_a_row_add_up_to_its_weighted_similarities():
    training, row = zipf(60), zipf(1, seed=5)
    kernel = MinMax().fit(training)
    weights = np.random.default_rng(0).normal(size=(60, 2))
    columns, shares = kernel.terms(row, weights)
    assert set(columns) <= set(row.indices)
    assert shares.sum(axis=0) == pytest.approx(kernel.transform(row)[0] @ weights, abs=1e-6)
    # A column's share is its part of every similarity, by the definition.
    one = columns[0]
    common = np.minimum(training[:, [one]].toarray().ravel().astype(int), int(row[0, one]))
    larger = np.array([max_sum(row, training[i]) for i in range(60)])
    assert shares[0] == pytest.approx((common / larger) @ weights, abs=1e-9)


def max_sum(a, b):
    return float(a.maximum(b).sum())


def test_a_row_of_strange_columns_has_no_terms():
    kernel = MinMax().fit(csr_matrix(([1, 2], ([0, 1], [3, 5])), shape=(2, COLUMNS)))
    columns, shares = kernel.terms(csr_matrix(([1], ([0], [9])), shape=(1, COLUMNS)), np.ones((2, 1)))
    assert len(columns) == len(shares) == 0
