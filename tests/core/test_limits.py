import pytest

from pharmakon.core.errors import ConfigError, DataError
from pharmakon.core.limits import LIMITS, PREFIX, limit, within


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_every_limit_is_named_where_it_refuses(name):
    assert within(name, limit(name), "x") == limit(name)
    with pytest.raises(DataError) as refused:
        within(name, limit(name) + 1, "patients.csv")
    assert "patients.csv" in str(refused.value)
    assert f"limit {name}:" in str(refused.value)
    assert PREFIX + name in str(refused.value)


def test_a_variable_moves_a_limit(monkeypatch):
    monkeypatch.setenv("PHARMAKON_LIMIT_CELL", "20_000_000")
    assert limit("CELL") == 20_000_000
    for wrong in ("0", "-1", "many", "1e9"):
        monkeypatch.setenv("PHARMAKON_LIMIT_CELL", wrong)
        with pytest.raises(ConfigError, match="PHARMAKON_LIMIT_CELL must be a whole number"):
            limit("CELL")
