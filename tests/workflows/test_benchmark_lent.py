"""What networks say of a task reaches the learner as an option, and nothing does where there are none."""

from __future__ import annotations

from types import SimpleNamespace

from pharmakon.workflows import benchmark_lent


def test_the_option_asks_the_networks_of_the_folder_for_the_task(monkeypatch, tmp_path):
    assert benchmark_lent.lent(None, "logd") == {}
    folder = SimpleNamespace(lend=lambda task, smiles: (task, smiles))
    monkeypatch.setattr(benchmark_lent, "_lender", {tmp_path: folder}.__getitem__)
    assert benchmark_lent.lent(tmp_path, "logd")["lend"](["CCO"]) == ("logd", ["CCO"])
