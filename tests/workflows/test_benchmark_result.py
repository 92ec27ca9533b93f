from pathlib import Path

from pharmakon.workflows.benchmark_result import BenchmarkResult


def test_a_notebook_shows_scores_and_summary():
    score = {"value": 0.9412, "low": 0.92, "high": 0.95, "n": 3}
    record = {"benchmark": "pmo", "tasks": {"<qed>": {"scores": {"auc_top10": score}}}, "summary": {"pharmakon": 0.94}}
    shown = BenchmarkResult(Path("out/pmo.json"), record)._repr_html_()
    for text in ("pmo", "&lt;qed&gt;", "auc_top10", "0.941", "0.92", "0.95", "pharmakon", "out/pmo.json"):
        assert text in shown
    assert "<qed>" not in shown
