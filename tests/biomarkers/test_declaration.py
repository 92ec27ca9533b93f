import pytest

from pharmakon.biomarkers.declaration import Declaration
from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError


def declared(**changes):
    base = {
        "name": "toy",
        "context_of_use": "prognostic",
        "clinical": {"file": "clinical.csv"},
        "outcome": {"kind": "binary", "column": "response"},
        "blocks": [{"name": "rna", "file": "rna.csv"}],
    }
    return build(Declaration, base | changes)


def test_columns_with_a_role_are_no_features():
    found = declared(design={"covariates": ["age"], "batch": "plate"})
    assert found.taken == {"response", "age", "plate"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"context_of_use": "magic"}, "context_of_use"),
        ({"outcome": {"kind": "survival", "column": "x"}}, "time and event"),
        ({"outcome": {"kind": "binary", "time": "t", "event": "e"}}, "key column"),
        ({"design": {"covariates": ["response"]}}, "outcome cannot be among the covariates"),
        ({"blocks": [{"name": "rna"}]}, "names its features"),
        ({"blocks": [{"name": "rna", "features": ["response"]}]}, "outcome cannot be a feature"),
        ({"blocks": [{"name": "a", "file": "f"}, {"name": "a", "file": "g"}]}, "one name"),
        ({"blocks": [{"name": "clinical", "file": "f"}]}, "block of the covariates"),
        ({"blocks": []}, "blocks"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_told_off(changes, message):
    with pytest.raises(ConfigError, match=message):
        declared(**changes)


def test_limits_of_fairness_are_part_of_the_declaration():
    table = {"groups": ["sex"], "reference": "us-2020", "limits": {"gap": {"auc": 0.1}, "participation": 0.8}}
    assert declared(fairness=table).fairness.limits.gap == {"auc": 0.1}
    with pytest.raises(ConfigError, match="did you mean 'participation'"):
        declared(fairness={"limits": {"particpation": 0.8}})


def test_the_outcome_is_no_group():
    with pytest.raises(ConfigError, match="among the groups"):
        declared(fairness={"groups": ["response"]})
