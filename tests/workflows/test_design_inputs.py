"""Every file that a design reads is named in its record."""

from pharmakon.store.models import paths_of
from pharmakon.store.provenance import package_folder
from pharmakon.workflows.design import DesignConfig
from pharmakon.workflows.design_inputs import inputs_of, known_rows

GOALS = ({"property": "logp", "want": "1..3"},)


def test_the_prior_is_named_whole_and_its_weights_last():
    found = inputs_of(DesignConfig(goals=GOALS), None)
    assert found[-1].name == "language.npz"
    assert {path.name for path in found} >= {"card.json", "SHA256SUMS"}


def test_tables_come_first_and_models_of_ones_own_count(tmp_path):
    own = package_folder() / "models" / "screen"
    config = DesignConfig(goals=GOALS, stock=tmp_path / "stock.csv", models=("herg", str(own)))
    found = inputs_of(config, None)
    assert found[0] == tmp_path / "stock.csv"
    assert set(paths_of(own)) <= set(found)


def test_rows_of_the_known_table_that_cannot_be_read_are_counted(tmp_path):
    path = tmp_path / "known.csv"
    path.write_text("id,smiles\n1,CCCCO\n2,C1CC\n3,\n4\n", encoding="utf-8")
    assert known_rows(path) == ["known.csv has 1 known molecule, of 4 rows: 3 cannot be read."]
    assert known_rows(None) == []
