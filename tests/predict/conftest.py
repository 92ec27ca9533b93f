"""A sample to audit, made of (SMILES, value) or (SMILES, value, part)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pharmakon.predict.measured import Sample, Source, measure
from pharmakon.store.tables import Row


@pytest.fixture(scope="session")
def sample() -> Callable[..., Sample]:
    def make(lines: Sequence[Sequence[Any]], *, value: str = "pIC50", **options: Any) -> Sample:
        rows = []
        for number, (smiles, measured, *rest) in enumerate(lines, start=1):
            fields = {"smiles": smiles, value: str(measured), "split": rest[0] if rest else "", "unit": ""}
            if len(rest) > 1:
                fields["unit"] = rest[1]
            rows.append(Row(number, str(number), smiles, fields))
        split = "split" if any(len(line) > 2 and line[2] for line in lines) else None
        return measure([Source("x.csv", rows)], value=value, split_column=split, unit_column="unit", **options)

    return make
