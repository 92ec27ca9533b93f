"""A small cohort in files, as a user keeps them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pharmakon.biomarkers.cohort import Cohort, read_cohort

COHORT = """
name = "toy"
context_of_use = "prognostic"
[clinical]
file = "clinical.csv"
patient = "patient"
[outcome]
kind = "binary"
column = "response"
positive = "R"
negative = "NR"
[design]
covariates = ["age", "sex"]
batch = "plate"
subgroups = ["sex"]
[[blocks]]
name = "rna"
file = "rna.csv"
"""


def write_cohort(folder: Path, *, n: int = 60, p: int = 20, toml: str = COHORT, seed: int = 0, **columns: list) -> Path:
    """Files of n samples, p genes of which G0 tells the response; `columns` replace clinical ones."""
    random = np.random.default_rng(seed)
    response = (random.random(n) < 0.4).astype(int)
    genes = random.normal(size=(n, p)).round(3)
    genes[:, 0] += 2 * response
    clinical = {
        "sample": [f"S{i}" for i in range(n)],
        "patient": [f"P{i}" for i in range(n)],
        "response": ["R" if one else "NR" for one in response],
        "time": random.exponential(10, n).round(2).tolist(),
        "dead": random.integers(0, 2, n).tolist(),
        "age": random.integers(30, 80, n).tolist(),
        "sex": random.choice(["F", "M"], n).tolist(),
        "plate": random.choice(["a", "b"], n).tolist(),
        "arm": random.choice(["drug", "placebo"], n).tolist(),
    } | columns
    rows = zip(*clinical.values(), strict=True)
    text = "\n".join([",".join(clinical), *(",".join(map(str, row)) for row in rows)])
    (folder / "clinical.csv").write_text(text + "\n")
    order = random.permutation(n)
    lines = [",".join(["", *(f"G{j}" for j in range(p))])]
    lines += [",".join([f"S{i}", *map(str, genes[i])]) for i in order]
    (folder / "rna.csv").write_text("\n".join(lines) + "\n")
    path = folder / "cohort.toml"
    path.write_text(toml)
    return path


@pytest.fixture
def cohort_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a cohort's files; options are those of `write_cohort`."""
    return lambda **options: write_cohort(tmp_path, **options)


@pytest.fixture
def cohort(cohort_file: Callable[..., Path]) -> Cohort:
    """The toy cohort."""
    return read_cohort(cohort_file())
