import gzip
import json

import numpy as np
import pytest

from pharmakon.workflows.attribution_tasks import agreement, place, published, read, top_n

TABLE = "id\tsmiles\ty\tsplit\tatom_attributions\n"


@pytest.fixture
def folder(tmp_path):
    """A task of three molecules, and what somebody published for it."""
    table = tmp_path / place("logic7")
    table.parent.mkdir(parents=True)
    rows = [
        ("CCO", 1, "train", [[0, 0, 1]]),
        ("CCC", 0, "test", [[0, 0, 0]]),
        ("OCO", 1, "test", [[1, 0, 0], [0, 0, 1]]),
    ]
    with gzip.open(table, "wt", encoding="utf-8") as file:
        file.write(TABLE + "".join(f"x\t{s}\t{y}\t{split}\t{json.dumps(m)}\n" for s, y, split, m in rows))
    (table.parent / "published_results_F3.csv").write_text(
        "task_type,block_type,Technique,ATT AUROC,ATT tau\n"
        "logic7,gcn,IG,0.7,\nlogic7,gcn,IG,0.9,\nlogic7,mpnn,CAM,0.8,\ncrippen,gcn,CAM,,0.3\n"
    )
    return tmp_path


def test_a_table_says_what_is_true(folder):
    truth = read("logic7", folder)
    assert truth.kind == "classification"
    assert truth.train.tolist() == [True, False, False]
    assert truth.masks[2].tolist() == [[1, 0, 0], [0, 0, 1]]
    assert truth.scored(np.array([0, 1, 2])).tolist() == [0, 2]


def test_the_best_of_the_published_and_its_median(folder):
    assert published("logic7", folder) == {"IG of gcn, best of 2": 0.9, "IG of gcn, median": 0.8}
    assert published("crippen", folder) == {"CAM of gcn, best of 1": 0.3, "CAM of gcn, median": 0.3}
    assert published("benzene", folder) == {}


def test_the_best_of_alternative_masks_counts():
    masks = np.array([[1.0, 0, 0], [0, 0, 1]])
    assert agreement("logic7", masks, np.array([0.1, 0.5, 0.9])) == 1.0
    assert agreement("logic7", masks[:1], np.array([0.1, 0.5, 0.9])) == 0.0
    assert np.isnan(agreement("logic7", np.ones((1, 3)), np.arange(3.0)))


def test_graded_truth_is_scored_by_its_order():
    truth = np.array([[-0.3, 0.1, 0.2, 0.9]])
    assert agreement("crippen", truth, np.array([1.0, 2, 3, 4])) == pytest.approx(1)
    assert agreement("crippen", truth, np.array([1.0, 2, 4, 3])) == pytest.approx(2 / 3)


def test_top_n_counts_over_all_molecules():
    masks = [np.array([[1.0, 1, 0]]), np.array([[0.0, 1]]), np.array([[0.0, 0]])]
    assert top_n(masks, [np.array([3.0, 1, 2]), np.array([0.0, 1]), np.zeros(2)]) == pytest.approx(2 / 3)
    assert np.isnan(top_n([], []))
