import pytest

from pharmakon.privacy.tagger_scores import count, intervals, total

TEXT = "Ana Ruiz lives in Bath"


def test_spans_and_characters():
    one = count(TEXT, [(0, 8, "name"), (18, 22, "place")], [(0, 3, "name"), (18, 22, "place")])
    scores = one.scores()
    assert scores["precision"] == scores["recall"] == scores["f1"] == 0.5
    assert scores["character_recall"] == pytest.approx(7 / 11)
    assert scores["character_precision"] == 1
    assert one.label_recall()["name"] == {"characters": round(3 / 7, 4), "spans": 0.0, "n": 1}


def test_a_wrong_label_is_no_hit_yet_covers():
    scores = count(TEXT, [(0, 8, "name")], [(0, 8, "place")]).scores()
    assert scores["f1"] == 0 and scores["character_recall"] == 1


def test_sums_over_texts():
    both = total([count(TEXT, [(0, 8, "name")], [(0, 8, "name")]), count(TEXT, [(0, 8, "name")], [])])
    assert both.scores()["recall"] == 0.5
    assert both.label_recall()["name"]["spans"] == 0.5


def test_intervals_hold_the_score_and_are_seeded():
    counts = [count(TEXT, [(0, 8, "name")], [(0, 8, "name")] if i % 3 else []) for i in range(60)]
    found = intervals(counts)
    value, low, high = found["recall"]
    assert low < value < high and value == pytest.approx(2 / 3)
    assert intervals(counts) == found


def test_nothing_to_find_and_nothing_found_is_perfect():
    assert count("abc", [], []).scores()["f1"] == 1
