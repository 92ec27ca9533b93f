"""Differential expression of counts: DESeq2's model, as PyDESeq2 has it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pharmakon.biomarkers.least_squares import refuse_aliased
from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.lazy import require
from pharmakon.core.types import Floats


@dataclass(frozen=True, slots=True)
class CountEffects:
    """One coefficient in p models; arrays of shape (p,), NaN where a feature has no answer (no counts, an outlier)."""

    effect: Floats
    """In log2 of the counts, per unit of the design's column; not shrunk."""
    standard_error: Floats
    low: Floats
    high: Floats
    """Of the 95 % interval."""
    z: Floats
    p: Floats
    n: NDArray[np.int64]
    """Samples."""
    base_mean: Floats
    """Mean of the counts over size factors."""


def fit_counts(
    values: Floats, design: Floats, names: Sequence[str], coefficient: str, *, workers: int = 1
) -> CountEffects:
    """DESeq2 (Love et al., Genome Biol. 2014, 15, 550) of counts (n, p) on a design (n, k) with named columns.

    The design has an intercept among its columns. Counts that Cook's distance finds to be outliers are replaced or
    left without p, as in DESeq2. Time grows with p: some minutes for 500 samples and 20,000 genes. Raises
    MissingExtra without the extra `counts`, DataError for what are no counts or an aliased design, and UnknownName
    for a coefficient that is no column.
    """
    from scipy.special import ndtri

    refuse_no_counts(values)
    if coefficient not in names:
        raise UnknownName("column", coefficient, names, where="the design")
    refuse_aliased(design, names)
    needed_for = "differential expression of counts"
    dds = require("pydeseq2.dds", extra="counts", needed_for=needed_for)
    ds = require("pydeseq2.ds", extra="counts", needed_for=needed_for)
    inference = require("pydeseq2.default_inference", extra="counts", needed_for=needed_for)
    import pandas as pd

    rows = [f"s{i}" for i in range(len(values))]
    table = pd.DataFrame(np.asarray(values, np.int64), index=rows, columns=[f"g{j}" for j in range(values.shape[1])])
    matrix = pd.DataFrame(np.asarray(design, np.float64), index=rows, columns=list(names))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of trends that do not converge: it then takes the mean, and goes on
        engine = inference.DefaultInference(n_cpus=workers)
        data = dds.DeseqDataSet(counts=table, metadata=matrix, design=matrix, inference=engine, quiet=True)
        data.deseq2()
        contrast = (np.asarray(names) == coefficient).astype(np.float64)
        test = ds.DeseqStats(data, contrast=contrast, independent_filter=False, inference=engine, quiet=True)
        test.summary()
    found = test.results_df
    effect, error, z, p, mean = (
        found[column].to_numpy(np.float64) for column in ("log2FoldChange", "lfcSE", "stat", "pvalue", "baseMean")
    )
    half = ndtri(0.975) * error
    n = np.full(values.shape[1], len(values), np.int64)
    return CountEffects(effect, error, effect - half, effect + half, z, p, n, mean)


def refuse_no_counts(values: Floats) -> None:
    """Raises DataError unless all values are whole numbers of 0 or above."""
    good = np.isfinite(values) & (values >= 0) & (values == np.round(values))
    if not good.all():
        wrong = values[~good].flat[0]
        raise DataError(
            f"{int((~good).sum())} values are no counts (the first is {wrong:g}): a count is a whole number of 0 or "
            'above. For normalised or log values, use the moderated linear model, kind = "continuous"'
        )
