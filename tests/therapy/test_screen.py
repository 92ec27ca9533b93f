import numpy as np
import pytest

from pharmakon.core.errors import DataError, UnknownName
from pharmakon.core.log import data_root
from pharmakon.therapy.screen import gdsc_screen, read_screen


@pytest.fixture
def tables(tmp_path):
    (tmp_path / "response.csv").write_text("drug,cell,ln_ic50\nb,C1,1\nb,C1,3\na,C2,-1\na,C9,5\nb,C2,\n")
    (tmp_path / "expression.csv").write_text(",X,Y\nC1,0.1,0.2\nC2,0.3,0.4\nC3,0,0\n")
    (tmp_path / "mutation.csv").write_text(",X\nC2,1\nC1,0\n")
    (tmp_path / "drugs.csv").write_text("name,CanonicalSMILES,IsomericSMILES\na,CO,CO\nb,CCO,CCO\n")
    (tmp_path / "cells.csv").write_text("other,cell,Site_Primary\nx,C1,lung\ny,C2,skin\n")
    return tmp_path


def test_tables_are_joined_by_cell_and_drug(tables):
    screen = read_screen(
        tables / "response.csv",
        {"expression": tables / "expression.csv", "mutation": tables / "mutation.csv"},
        structures=tables / "drugs.csv",
        annotations=tables / "cells.csv",
    )
    assert (screen.cells, screen.drugs) == (("C1", "C2"), ("a", "b"))
    np.testing.assert_array_equal(screen.response, [[np.nan, 2.0], [-1.0, np.nan]])
    assert screen.profiles.values["mutation"].tolist() == [[0.0], [1.0]]
    assert (screen.smiles, screen.tissue) == (("CO", "CCO"), ("lung", "skin"))
    part = screen.take(cells=[1], drugs=[0])
    assert (part.cells, part.drugs, part.response.tolist()) == (("C2",), ("a",), [[-1.0]])


def test_what_does_not_match_is_told(tables):
    (tables / "response.csv").write_text("drug,cell,ln_ic50\na,C9,5\n")
    with pytest.raises(DataError, match="no cell of"):
        read_screen(tables / "response.csv", {"expression": tables / "expression.csv"})
    with pytest.raises(DataError, match="needs a table of profiles"):
        read_screen(tables / "response.csv", {})


def test_missing_columns_are_named(tables):
    profiles = {"expression": tables / "expression.csv"}
    with pytest.raises(UnknownName, match="tissue"):
        read_screen(tables / "response.csv", profiles, annotations=tables / "drugs.csv")
    with pytest.raises(UnknownName, match="smiles"):
        read_screen(tables / "response.csv", profiles, structures=tables / "cells.csv")


@pytest.mark.data
def test_gdsc_has_the_known_shape():
    if data_root() is None:
        pytest.skip("PHARMAKON_DATA is not set")
    screen = gdsc_screen()
    assert screen.response.shape == (580, 170)
    assert screen.tested.sum() == 82_833
    assert all(screen.smiles)
