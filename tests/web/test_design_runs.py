from types import SimpleNamespace

from pharmakon.web import design_runs


def test_only_so_many_runs_are_followed_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(design_runs, "state", lambda request: SimpleNamespace(made=lambda job: tmp_path / job))
    first = design_runs.progress_of(None, "a")
    assert first.calls == 0
    for number in range(design_runs.FOLLOWED):
        design_runs.progress_of(None, str(number))
    assert len(design_runs._watches) == design_runs.FOLLOWED
    assert tmp_path / "a" / "run" not in design_runs._watches
