import numpy as np
import pandas as pd
import pytest

from pharmakon.biomarkers.cohort import read_cohort
from pharmakon.biomarkers.declaration import Fairness
from pharmakon.core.errors import ConfigError, UnknownName
from pharmakon.fairness.reference import read_population
from pharmakon.workflows.audit_groups import columns_of, groups_of, people_of, taken


def test_everybody_of_the_table_is_known_also_who_is_not_in_the_cohort(cohort_file):
    path = cohort_file(n=40, response=["R", "NR", "", "R"] * 10)
    cohort = read_cohort(path)
    people = people_of(cohort, path.parent)
    assert (len(cohort), len(people.table), people.inside.sum()) == (30, 40, 30)
    assert list(people.table["sample"].iloc[people.order]) == list(cohort.ids)


def test_columns_are_asked_for_or_declared_or_known_by_name(cohort_file):
    path = cohort_file()
    spec = read_cohort(path).declaration
    columns = ["sample", "age", "sex", "Gender", "plate", "response"]
    assert columns_of(spec, columns) == ("sex", "age", "Gender")
    assert columns_of(spec, columns, ["plate"]) == ("plate",)
    declared = spec.model_copy(update={"fairness": Fairness(groups=("age",))})
    assert columns_of(declared, columns) == ("age",)
    with pytest.raises(UnknownName):
        columns_of(spec, columns, ["race"])
    with pytest.raises(ConfigError, match="outcome"):
        columns_of(spec, columns, ["response"])


def test_words_are_matched_ages_banded_and_other_numbers_cut():
    table = pd.DataFrame(
        {"sex": ["1", "2", ""] * 20, "age": ["30", "70", ">80"] * 20, "bmi": [f"{x:.1f}" for x in np.arange(60) + 15]}
    )
    spec = Fairness(levels={"sex": {"1": "M", "2": "F"}})
    groups, roles, notes = groups_of(table, ["sex", "age", "bmi"], spec, read_population("us-2020"))
    assert groups["sex"].levels == ("female", "male", "unknown")
    assert groups["age"].levels == ("18-64", "65+")
    assert len(groups["bmi"].levels) == 3 and "thirds" in notes[0]
    assert roles == {"sex": "sex", "age": "age", "bmi": "bmi"}
    some = taken(groups, np.array([0, 3]))
    assert some["sex"].levels == ("male",)
    own, _, _ = groups_of(table, ["age"], Fairness(bands={"age": (0.0, 50.0)}))
    assert own["age"].levels == ("0-49", "50+")


def test_words_without_end_are_no_groups():
    table = pd.DataFrame({"name": [f"n{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(60)]})
    with pytest.raises(ConfigError, match="too many"):
        groups_of(table, ["name"], Fairness())
    with pytest.raises(ConfigError, match="no numbers"):
        groups_of(table, ["name"], Fairness(bands={"name": (1.0,)}))
