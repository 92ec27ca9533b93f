import json

import pytest

from pharmakon.design.lineage import Evaluation, Part, Record, to_entry
from pharmakon.workflows.design_watch import BEST, DesignWatch

SMILES = ["CCO", "CCN", "CCC", "c1ccccc1", "CCCO", "CCCN", "OCCO", "NCCN", "CC(C)O", "CC(C)N", "CCCC", "CCCCC", "CCS"]


def batch(number, scores, *, first):
    records = [
        Record(
            SMILES[first + i],
            Evaluation(s, s > 0, {"qed": Part(s, s, s, True, max(s, 0.0))}),
            (),
            number,
            first + i + 1,
        )
        for i, s in enumerate(scores)
    ]
    return json.dumps(to_entry(number, records)) + "\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "run.json").write_text(json.dumps({"config": {"calls": 40, "stages": []}}))
    return tmp_path


def ledger(folder, *entries):
    with (folder / "ledger.jsonl").open("a") as stream:
        for second, event, data in entries:
            stream.write(
                json.dumps({"event": event, "time": f"2026-01-01T00:00:{second:02}+00:00", "data": data}) + "\n"
            )


def test_a_run_that_has_not_begun(tmp_path):
    found = DesignWatch(tmp_path).look()
    assert (found.calls, found.of, found.score, found.diversity, found.seconds_left) == (0, 0, None, None, None)


def test_a_torn_last_line_is_read_when_it_is_whole(folder):
    first, second = batch(0, [0.2, 0.4], first=0), batch(1, [0.9, -0.5], first=2)
    journal = folder / "calls.jsonl"
    journal.write_text(first + second[:30])
    watch = DesignWatch(folder)
    assert watch.look().calls == 2
    journal.write_text(first + second)
    found = watch.look()
    assert (found.calls, found.of, found.feasible, found.score) == (4, 40, 3, 0.9)
    assert [(p.call, p.best, round(p.mean, 3), p.feasible) for p in found.points] == [
        (2, 0.4, 0.3, 1.0),
        (4, 0.9, 0.2, 0.5),
    ]
    assert [one.smiles for one in found.best] == ["CCC", "CCN", "CCO"]
    assert found.best[0].terms == {"qed": (0.9, 0.9)}


def test_looking_again_reads_only_what_is_new(folder):
    journal = folder / "calls.jsonl"
    journal.write_text(batch(0, [0.2, 0.4], first=0))
    watch = DesignWatch(folder)
    assert watch.look() == watch.look()
    journal.write_bytes(b"x" * journal.stat().st_size)  # what was read is not read again
    assert watch.look().calls == 2


def test_no_more_than_twelve_are_shown_and_of_infeasible_ones_only_where_there_is_no_other(folder):
    (folder / "calls.jsonl").write_text(batch(0, [0.1 * i for i in range(1, 14)], first=0))
    assert len(DesignWatch(folder).look().best) == BEST
    (folder / "calls.jsonl").write_text(batch(0, [-0.5, -0.2], first=0))
    assert [one.score for one in DesignWatch(folder).look().best] == [-0.2, -0.5]


def test_time_that_is_left_goes_by_the_pace_since_the_run_went_on(folder):
    (folder / "calls.jsonl").write_text(batch(0, [0.1] * 2, first=0) + batch(1, [0.2] * 2, first=2))
    ledger(folder, (0, "started", {}), (1, "batch", {"calls": 2}))
    ledger(folder, (30, "resumed", {}), (34, "batch", {"calls": 2}))
    assert DesignWatch(folder).look().seconds_left == pytest.approx((40 - 4) * 4 / 2)


def test_stages_spend_their_own_calls(folder):
    (folder / "run.json").write_text(json.dumps({"config": {"calls": 2000, "stages": [{"calls": 60}, {"calls": 40}]}}))
    assert DesignWatch(folder).look().of == 100


def test_diversity_is_the_mean_distance(folder):
    (folder / "calls.jsonl").write_text(batch(0, [0.5, 0.4], first=2))  # propane and benzene share nothing
    assert DesignWatch(folder).look().diversity == pytest.approx(1.0)
