"""The note of change control, and the page of all checks."""

from __future__ import annotations

import json

from pharmakon.learn.drift import Limit
from pharmakon.learn.interval import Interval
from pharmakon.record.ledger import Ledger, verify
from pharmakon.workflows.monitor_checks import Check
from pharmakon.workflows.monitor_output import REMEDIES, change_note, plain, write
from pharmakon.workflows.monitor_result import Seen


def _seen(value):
    check = Check("error", "Error", Interval(value, value - 0.1, value + 0.1), Limit("most", 1.5), 1.0, 50, "why")
    return Seen("logx", "log X", "f" * 64, "molecules", [check], {"molecules": 50}, [], ["a note"])


def test_two_checks_make_one_page_and_a_sound_ledger(tmp_path):
    for number, value in ((1, 1.0), (2, 1.9)):
        result = write(tmp_path, _seen(value), {f"{number}.csv": str(number) * 64}, Ledger(tmp_path / "ledger.jsonl"))
        assert result.number == number
    page = (tmp_path / "report.html").read_text()
    assert "1 of 1 limits passed" in page and "Over all checks" in page and "a note" in page
    assert result.note.name == "change-0002.md" and not (tmp_path / "change-0001.md").exists()
    assert verify(tmp_path).ok
    assert json.loads((tmp_path / "checks" / "0002.json").read_text())["checks"][0]["verdict"] == "passed"
    assert json.loads(json.dumps(plain(result)))["note"].endswith("change-0002.md")


def test_a_changed_check_is_named(tmp_path):
    write(tmp_path, _seen(1.0), {"a.csv": "0" * 64}, Ledger(tmp_path / "ledger.jsonl"))
    path = tmp_path / "checks" / "0001.json"
    path.write_text(path.read_text().replace("50", "51", 1))
    assert not verify(tmp_path).ok and "0001.json" in str(verify(tmp_path).problems)


def test_the_note_says_what_to_do_and_leaves_the_rest_to_people():
    text = change_note(_seen(1.9), 2, {"time": "2026-01-01T00:00:00+00:00"}, "e" * 64)
    assert REMEDIES["error"] in text and text.count("person needed") == 5 and "f" * 64 in text
