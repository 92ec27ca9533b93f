"""Every measure against pycanon, which recipes/anonymity_oracle.py ran: made tables, real ones, Adult."""

import csv
import gzip
import json
from importlib.resources import files

import numpy as np
import pytest

from pharmakon.core.errors import ConfigError, DataError
from pharmakon.core.log import data_root
from pharmakon.privacy.anonymity import (
    Sensitive,
    count_classes,
    diverse,
    entropy_diversity,
    group,
    measure,
    recursive_c,
)
from pharmakon.privacy.hierarchy import from_rows
from pharmakon.workflows.benchmark_anonymity import COLUMNS as QUASI

ORACLE = json.loads(files("pharmakon.workflows").joinpath("anonymity_oracle.json").read_text())
COLUMNS = ("first", "second", "third", "word", "number")


def found(table, quasi, name):
    """What we say of a table, a dict of columns of text."""
    values = table[name]
    number = all(v.isdecimal() for v in values)
    labels = sorted(set(values), key=int if number else str)
    codes = np.array([labels.index(v) for v in values])
    classes = group([np.unique(table[q], return_inverse=True)[1] for q in quasi])
    return measure(classes, Sensitive(name, codes, len(labels), distance="ordered" if number else "equal"))


def agrees(ours, theirs):
    assert (ours.k, ours.l) == (theirs["k"], theirs["l"])
    for name in ("alpha", "t", "basic_beta", "enhanced_beta", "delta"):
        assert getattr(ours, name) == pytest.approx(theirs[name], rel=1e-12, abs=1e-12), name
    # It cuts to a whole number what rounding may have put below one.
    assert theirs["entropy_l"] in {int(ours.entropy_l + 1e-9), int(ours.entropy_l - 1e-9)}


@pytest.mark.parametrize("case", ORACLE["made"], ids=lambda c: f"{c['table']}-{'-'.join(c['quasi'])}-{c['sensitive']}")
def test_made_tables_measure_as_pycanon_has_it(case):
    rows = [row.split() for row in ORACLE["tables"][case["table"]]]
    table = dict(zip(COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    agrees(found(table, case["quasi"], case["sensitive"]), case["measures"])


def _adult_folder():
    root = data_root()
    folder = root / "privacy" / "adult" if root else None
    if folder is None or not folder.is_dir():
        pytest.skip("privacy/adult is not here: set PHARMAKON_DATA")
    return folder


@pytest.mark.parametrize("case", ORACLE["hospital"], ids=lambda c: "-".join(c["quasi"]))
def test_the_hospital_measures_as_pycanon_has_it(case):
    with (_adult_folder() / "hospital_extended.csv").open() as file:
        rows = list(csv.DictReader(file))
    table = {name: [row[name] for row in rows] for name in rows[0]}
    agrees(found(table, case["quasi"], "disease"), case["measures"])


@pytest.fixture(scope="module")
def adult():
    folder = _adult_folder()
    with gzip.open(folder / "adult.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    table = {name.strip(): [row[name].strip() for row in rows] for name in rows[0]}
    hierarchies = {}
    for column, name in QUASI.items():
        with (folder / "hierarchies" / f"{name}.csv").open() as file:
            hierarchies[column] = from_rows(column, list(csv.reader(file)))
    return table, hierarchies


@pytest.mark.parametrize("case", ORACLE["adult"], ids=lambda c: f"{c['levels']}-{c['sensitive']}")
def test_adult_measures_as_pycanon_has_it(adult, case):
    table, hierarchies = adult
    general = dict(table)
    for (column, h), level in zip(hierarchies.items(), case["levels"], strict=True):
        general[column] = [h.labels[level][i] for i in h.maps[level][h.encode(table[column])]]
    agrees(found(general, list(QUASI), case["sensitive"]), case["measures"])


def test_recursive_diversity_takes_the_commonest_against_the_rest():
    """Machanavajjhala et al.: r1 < c (r_l + ... + r_m), sorted from the commonest down."""
    counts = np.array([[5.0, 3, 2], [4, 4, 0]])
    assert recursive_c(counts, 2).tolist() == [1.0, 1.0]
    assert recursive_c(counts, 3).tolist() == [2.5, np.inf]
    asked = Sensitive("s", np.zeros(0, dtype=int), 3, l=3, diversity="recursive", c=2.6)
    assert diverse(counts, asked).tolist() == [True, False]


def test_entropy_counts_equally_common_values():
    assert entropy_diversity(np.array([[2.0, 2, 0], [1, 1, 1]])) == pytest.approx([2, 3])


def test_what_cannot_be_measured_is_refused(monkeypatch):
    with pytest.raises(DataError, match="without a row"):
        measure(np.zeros(0, dtype=int), Sensitive("s", np.zeros(0, dtype=int), 1))
    with pytest.raises(ConfigError, match="no hierarchy"):
        Sensitive("s", np.zeros(1, dtype=int), 1, distance="hierarchical")
    monkeypatch.setattr("pharmakon.privacy.anonymity.LARGEST", 3)
    with pytest.raises(DataError, match="too many to count"):
        count_classes(np.array([0, 1]), np.array([0, 1]), 2)
