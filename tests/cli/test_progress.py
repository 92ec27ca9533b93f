"""Progress is for people: a bar where somebody watches, few lines where nobody does."""

import io

from pharmakon.cli import progress as module
from pharmakon.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_log_gets_the_first_and_the_last_line_only():
    stream = io.StringIO()
    with progress("design", stream=stream) as advance:
        for done in range(1, 1001):
            advance(done, 1000, f"best {done / 1000:.2f}")
        advance(1000, 1000, "again")
    assert stream.getvalue().splitlines() == ["design: 1 of 1,000, best 0.00", "design: 1,000 of 1,000, best 1.00"]


def test_a_log_gets_a_line_now_and_then(monkeypatch):
    now = iter(range(0, 1000, 10))
    monkeypatch.setattr(module.time, "monotonic", lambda: float(next(now)))
    stream = io.StringIO()
    with progress("train", stream=stream) as advance:
        for done in range(1, 6):
            advance(done, 0, "")
    assert stream.getvalue().splitlines() == ["train: 1", "train: 3", "train: 5"]


def test_a_terminal_gets_a_bar_with_the_note(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    with progress("design", stream=stream) as advance:
        advance(3, 10, "best 0.71")
    shown = stream.getvalue()
    assert "design" in shown
    assert "3/10" in shown
    assert "best 0.71" in shown
