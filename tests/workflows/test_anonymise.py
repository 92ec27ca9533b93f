"""anonymise end to end on a table made here."""

import csv
import json

import numpy as np
import pytest

from pharmakon.core.errors import ConfigError, DataError, UnknownName, UsageError
from pharmakon.record.ledger import verify
from pharmakon.workflows.anonymise import AnonymiseConfig, read_hierarchy, run

RULES = """
k = 5
suppression = 0.1
population = 5000
keep = ["note"]
predict = "smoker"
[[quasi]]
column = "age"
intervals = [5, 10, 20]
[[quasi]]
column = "sex"
[[quasi]]
column = "town"
hierarchy = "town.csv"
[[sensitive]]
column = "diagnosis"
l = 2
t = 0.6
[[cells]]
columns = ["sex", "diagnosis"]
"""


@pytest.fixture
def table(tmp_path):
    random = np.random.default_rng(4)
    rows = [
        {
            "id": i,
            "age": int(random.integers(20, 80)),
            " sex": random.choice(["F", "M"]),
            "town": random.choice(["Jaén", "Cádiz", "Lugo", "Vigo", ""]),
            "diagnosis": random.choice(["E11", "I10", "C34", "J44"], p=[0.45, 0.3, 0.2, 0.05]),
            "smoker": random.choice(["yes", "no"]),
            "note": "x",
        }
        for i in range(300)
    ]
    with (tmp_path / "patients.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    (tmp_path / "town.csv").write_text("Jaén;south;*\nCádiz;south;*\nLugo;north;*\nVigo;north;*\n")
    (tmp_path / "rules.toml").write_text(RULES)
    return tmp_path


def anonymised(folder, **more):
    config = AnonymiseConfig(data=folder / "patients.csv", config=folder / "rules.toml", output=folder / "out", **more)
    return run(config)


def test_what_is_written_is_anonymous_and_recorded(table):
    result = anonymised(table)
    with (result.folder / "anonymous.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["age", "sex", "town", "diagnosis", "note"]
    classes = {}
    for row in rows:
        classes.setdefault((row["age"], row["sex"], row["town"]), []).append(row["diagnosis"])
    assert min(map(len, classes.values())) >= 5
    assert min(len(set(values)) for values in classes.values()) >= 2
    assert len(rows) + result.found.suppressed == 300
    assert result.found.suppressed <= 30
    assert result.measures["diagnosis"][1].t <= 0.6
    assert result.dropped == ("id", "smoker")
    assert verify(result.folder).ok
    said = json.loads((result.folder / "result.json").read_text())
    assert said["risk"]["after"]["smallest"] == result.after.smallest >= 5
    assert said["cells"][0]["safe"]
    assert "*" in (result.folder / "cells-1.csv").read_text()
    assert "11 are hidden" in (result.folder / "report.html").read_text()
    assert 0 <= result.auc[1] <= 1


def test_the_command_line_wins_over_the_file_and_costs_more(table):
    few = anonymised(table)
    many = anonymised(table, k=40, overwrite=True)
    assert many.after.smallest >= 40
    assert many.found.loss > few.found.loss


def test_a_folder_is_not_overwritten_unasked(table):
    anonymised(table)
    with pytest.raises(UsageError, match="already holds a run"):
        anonymised(table)


def test_mistakes_are_told(table):
    rules = table / "rules.toml"
    rules.write_text(RULES.replace('"sex"\n[[', '"sexx"\n[['))
    with pytest.raises(UnknownName, match="sexx"):
        anonymised(table)
    rules.write_text(RULES.replace("town.csv", "towns.csv"))
    with pytest.raises(ConfigError, match="no hierarchy"):
        anonymised(table)
    rules.write_text(RULES.replace("l = 2", "l = 5"))
    with pytest.raises(DataError, match="not even hiding"):
        anonymised(table)
    rules.write_text(RULES.replace("t = 0.6", 't = 0.6\ndistance = "ordered"'))
    with pytest.raises(ConfigError, match="no number"):
        anonymised(table)
    assert not (table / "out").exists()


def test_a_missing_value_gets_a_row_of_its_own(table):
    assert read_hierarchy(table / "town.csv", ["Jaén", ""])[-1] == ["", "", "*"]
    (table / "odd.csv").write_text("a,g,*\n?,h,*\n")
    assert read_hierarchy(table / "odd.csv", ["a", ""])[-1] == ["", "h", "*"]
    (table / "odd.csv").write_text("a,g,*\na,h,*\n")
    with pytest.raises(DataError, match="twice"):
        read_hierarchy(table / "odd.csv", ["a"])


def test_a_sensitive_column_can_have_a_hierarchy(table):
    (table / "diagnosis.csv").write_text("E11,inner,*\nI10,inner,*\nC34,lung,*\nJ44,lung,*\n")
    tree = 't = 0.6\ndistance = "hierarchical"\nhierarchy = "diagnosis.csv"'
    (table / "rules.toml").write_text(RULES.replace("t = 0.6", tree))
    assert anonymised(table).measures["diagnosis"][1].t <= 0.6


def test_a_result_without_a_row_is_refused(table):
    rules = table / "rules.toml"
    rules.write_text(rules.read_text().replace("l = 2", "l = 9").replace("suppression = 0.1", "suppression = 1.0"))
    with pytest.raises(DataError, match="leaving out every row"):
        run(AnonymiseConfig(data=table / "patients.csv", config=rules, output=table / "out"))


def test_hidden_cells_that_the_rows_would_tell_are_told_of(table):
    assert any("cells-1.csv and anonymous.csv" in note for note in anonymised(table).notes)


def test_cells_of_other_columns_than_the_rows_hide_well(table):
    rules = table / "rules.toml"
    rules.write_text(
        rules.read_text().replace('columns = ["sex", "diagnosis"]', 'columns = ["smoker", "id"]\nthreshold = 2')
    )
    rules.write_text(rules.read_text().replace('"smoker", "id"', '"smoker", "diagnosis"'))
    assert not anonymised(table).notes


def test_two_tables_of_counts_tell_no_more_than_each_does(tmp_path):
    counts = np.random.default_rng(1).poisson([[[2, 14], [3, 20], [14, 2]], [[20, 3], [2, 2], [14, 3]]])
    rows = [(f"s{i}", f"a{j}", f"h{k}", f"d{n % 3}") for (i, j, k), many in np.ndenumerate(counts) for n in range(many)]
    with (tmp_path / "patients.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("sex", "age", "site", "dx"), *rows])
    (tmp_path / "rules.toml").write_text(
        'k = 2\nsuppression = 0.5\n[[quasi]]\ncolumn = "dx"\n'
        '[[cells]]\ncolumns = ["age", "sex"]\nthreshold = 15\n[[cells]]\ncolumns = ["sex", "age", "site"]\n'
    )
    small, whole = anonymised(tmp_path).cells
    assert small.columns == ("age", "sex") and small.values == (("a0", "a1", "a2"), ("s0", "s1"))
    assert small.found.threshold == whole.found.threshold == 15
    assert np.array_equal(small.found.counts[:3, :2], counts.sum(axis=2).T)
    assert np.array_equal(small.found.hidden, whole.found.hidden[:, :, -1].T)
    assert whole.found.safe
