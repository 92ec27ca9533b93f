import numpy as np
import pytest

from pharmakon.biomarkers.block import Block
from pharmakon.core.errors import DataError


def test_a_row_without_any_value_lacks_the_block():
    block = Block("rna", np.array([[1.0, np.nan], [np.nan, np.nan]]), ("a", "b"))
    assert block.present.tolist() == [True, False]
    assert len(block.take([0])) == 1


@pytest.mark.parametrize("features", [("a",), ("a", "a")])
def test_names_fit_the_columns(features):
    with pytest.raises(DataError):
        Block("rna", np.zeros((3, 2)), features)
