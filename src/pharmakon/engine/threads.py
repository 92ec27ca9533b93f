"""One thread for linear algebra: its sums depend on how many there are, and the same seed must give the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Inside, BLAS and LAPACK compute on one thread."""
    import scipy.linalg  # noqa: F401  it brings a BLAS of its own, and only libraries that are loaded can be limited
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield
