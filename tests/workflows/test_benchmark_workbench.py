"""The benchmark of the workbench: a server is started, asked and stopped."""

from __future__ import annotations

import httpx
import pytest

from pharmakon.workflows import benchmark_workbench
from pharmakon.workflows.benchmark import BenchmarkConfig
from pharmakon.workflows.benchmark_workbench import WORKBENCH, served


@pytest.mark.data
def test_all_tasks_in_small(monkeypatch, tmp_path):
    monkeypatch.setattr(benchmark_workbench, "USERS", 2)
    monkeypatch.setattr(benchmark_workbench, "VISITS", 2)
    monkeypatch.setattr(benchmark_workbench, "THINK", 0.01)
    with served() as address:
        assert httpx.get(f"{address}/ready").status_code == 200
        assert len(benchmark_workbench._cards(address, 2)) == 2
        assert len(benchmark_workbench._readers(address)) == 4
        assert 10_000 < benchmark_workbench._weight(address) < 600_000
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{address}/ready")


def test_the_summary_has_every_score():
    assert WORKBENCH.summary({"molecule": {"scores": {"a": {"value": 0.1}, "b": {"value": 2}}}}) == {"a": 0.1, "b": 2}
    assert WORKBENCH.files("pages", BenchmarkConfig(name="workbench").folder) == []
